/** Copies, and copies of another dtype. float16 and bfloat16 are stored and converted here; nothing else takes them. */

import type { Device, DType } from "@ag/kernels";
import { defineFunction } from "../../arguments/checked.ts";
import { aDevice, aDtype, aTensor } from "../../arguments/kinds.ts";
import { deviceNamed } from "../../core/creating.ts";
import { defineOp } from "../../core/define.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Same } from "../../kinds/elementwise.ts";
import { cloneLike } from "../../layout/clone-like.ts";
import { cloneRowMajor, converted, moved } from "../../layout/converted.ts";

/**
 * A copy with a storage of its own, in the order of dimensions of `x`.
 *
 * Shapes: that of `x`.
 * Derivative: G.
 *
 * ```ts doctest
 * clone(tensor([1, 2])).tolist() // => [1, 2]
 * ```
 */
export const clone: Same = defineOp({
  name: "clone",
  inputs: ["x"],
  takes: { x: aTensor },
  forward: (x) => cloneLike(x, x),
  derivative: { x: (grad) => grad },
});

/**
 * `x` itself if its elements lie in row-major order, else a copy that does.
 *
 * ```ts doctest
 * contiguous(t(tensor([[1, 2], [3, 4]]))).stride() // => [2, 1]
 * ```
 */
export const contiguous: Same = defineFunction({
  name: "contiguous",
  takes: { x: aTensor },
  call: (x) => (x.isContiguous() ? x : cloneRowMajor(x)),
});

export interface ToOptions {
  readonly dtype?: DType;
  readonly device?: Device | "cpu";
}

const dtypeOrOptions = [aDtype, { dtype: aDtype, device: aDevice }];

/**
 * `x` in another dtype, or on another device: the same object when there is nothing to change. To whole numbers it truncates; to bool, all but 0 is true.
 *
 * Throws DTypeError for a dtype that does not exist.
 * Derivative: G, in the dtype of `x`.
 *
 * ```ts doctest
 * to(tensor([1.5, -2.5]), "int64").tolist() // => [1, -2]
 * ```
 */
export const to: Same<[dtype: DType | ToOptions]> = defineFunction({
  name: "to",
  takes: { x: aTensor, dtype: dtypeOrOptions },
  call: (x, dtype) => {
    if (typeof dtype === "string") return converted(x, dtype);
    const as = converted(x, dtype.dtype ?? x.dtype);
    return dtype.device === undefined ? as : moved(as, deviceNamed(dtype.device));
  },
});

/**
 * `x` in the dtype of `other`.
 *
 * ```ts doctest
 * typeAs(tensor([1.9]), tensor([1n])).tolist() // => [1]
 * ```
 */
export const typeAs: Same<[other: Tensor]> = defineFunction({
  name: "typeAs",
  takes: { x: aTensor, other: aTensor },
  call: (x, other) => converted(x, other.dtype),
});

/* @__NO_SIDE_EFFECTS__ */
const toDtype = (name: string, dtype: DType): ((x: Tensor) => Tensor) =>
  defineFunction({ name, takes: { x: aTensor }, call: (x) => converted(x, dtype) });

/**
 * `x` as float32.
 *
 * ```ts doctest
 * float(tensor([true, false])).tolist() // => [1, 0]
 * ```
 */
export const float: Same = toDtype("float", "float32");

/**
 * `x` as float64.
 *
 * ```ts doctest
 * double(tensor([0.5])).dtype // => "float64"
 * ```
 */
export const double: Same = toDtype("double", "float64");

/**
 * `x` as int64.
 *
 * ```ts doctest
 * long(tensor([1.9, -1.9])).tolist() // => [1, -1]
 * ```
 */
export const long: Same = toDtype("long", "int64");

/**
 * `x` as int32.
 *
 * ```ts doctest
 * int(tensor([1.9, -1.9])).tolist() // => [1, -1]
 * ```
 */
export const int: Same = toDtype("int", "int32");

/**
 * `x` as int16.
 *
 * ```ts doctest
 * short(tensor([1.9, -1.9])).tolist() // => [1, -1]
 * ```
 */
export const short: Same = toDtype("short", "int16");

/**
 * `x` as int8.
 *
 * ```ts doctest
 * char(tensor([1.9, -1.9])).tolist() // => [1, -1]
 * ```
 */
export const char: Same = toDtype("char", "int8");

/**
 * `x` as bool.
 *
 * ```ts doctest
 * bool(tensor([0, 2])).tolist() // => [false, true]
 * ```
 */
export const bool: Same = toDtype("bool", "bool");

/**
 * `x` as float16: to store, not to compute.
 *
 * ```ts doctest
 * half(tensor([0.5])).dtype // => "float16"
 * ```
 */
export const half: Same = toDtype("half", "float16");

/**
 * `x` as bfloat16: to store, not to compute.
 *
 * ```ts doctest
 * bfloat16(tensor([0.5])).dtype // => "bfloat16"
 * ```
 */
export const bfloat16: Same = toDtype("bfloat16", "bfloat16");
