/** Copies, and copies of another dtype. float16 and bfloat16 are stored and converted here; nothing else takes them. */
import { cpu, type DType, itemSize } from "@ag/kernels";
import { aDtype, aTensor } from "../arguments.ts";
import { defineFunction } from "../checked.ts";
import { cloneLike } from "../clone-like.ts";
import { defineOp } from "../define.ts";
import { isDense } from "../elementwise.ts";
import { DTypeError } from "../errors.ts";
import { fresh, freshStrided } from "../fresh.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

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
export const clone: Op<[x: Tensor]> = defineOp({
  name: "clone",
  inputs: ["x"],
  takes: { x: aTensor },
  forward: (x) => cloneLike(x, x),
  derivative: { x: (grad) => grad },
});

const cloneRowMajor: Op<[x: Tensor]> = defineOp({
  name: "clone",
  inputs: ["x"],
  forward: (x) => {
    const out = fresh(x.sizes, x.dtype);
    cpu.copy(x, out);
    return out;
  },
  derivative: { x: (grad) => grad },
});

/**
 * `x` itself if its elements lie in row-major order, else a copy that does.
 *
 * ```ts doctest
 * contiguous(t(tensor([[1, 2], [3, 4]]))).stride() // => [2, 1]
 * ```
 */
export const contiguous: (x: Tensor) => Tensor = defineFunction({
  name: "contiguous",
  takes: { x: aTensor },
  call: (x) => (x.isContiguous() ? x : cloneRowMajor(x)),
});

const toCopy: Op<[x: Tensor, dtype: DType]> = defineOp({
  name: "toCopy",
  inputs: ["x"],
  forward: (x, dtype) => {
    const out = isDense(x) ? freshStrided(x.sizes, x.strides, dtype) : fresh(x.sizes, dtype);
    cpu.copy(x, out);
    return out;
  },
  derivative: { x: (grad) => grad }, // the tape gives it the dtype of x
});

export interface ToOptions {
  readonly dtype?: DType;
}

const dtypeOrOptions = [aDtype, { dtype: aDtype }];

/**
 * `x` in another dtype: the same object when it has that dtype already. To whole numbers it truncates; to bool, all but 0 is true.
 *
 * Throws {@link DTypeError} for a dtype that does not exist.
 * Derivative: G, in the dtype of `x`.
 *
 * ```ts doctest
 * to(tensor([1.5, -2.5]), "int64").tolist() // => [1, -2]
 * ```
 */
export const to: (x: Tensor, dtype: DType | ToOptions) => Tensor = defineFunction({
  name: "to",
  takes: { x: aTensor, dtype: dtypeOrOptions },
  call: (x, dtype) => {
    const wanted = typeof dtype === "string" ? dtype : (dtype.dtype ?? x.dtype);
    if (!(itemSize(wanted) > 0))
      throw new DTypeError(
        `to: need float32, float64, int64, int32, uint8, bool, float16 or bfloat16; got ${String(wanted)}.`,
      );
    return wanted === x.dtype ? x : toCopy(x, wanted);
  },
});

/**
 * `x` in the dtype of `other`.
 *
 * ```ts doctest
 * typeAs(tensor([1.9]), tensor([1n])).tolist() // => [1]
 * ```
 */
export const typeAs: (x: Tensor, other: Tensor) => Tensor = defineFunction({
  name: "typeAs",
  takes: { x: aTensor, other: aTensor },
  call: (x, other) => to(x, other.dtype),
});

/**
 * `x` as float32.
 *
 * ```ts doctest
 * float(tensor([true, false])).tolist() // => [1, 0]
 * ```
 */
export const float: (x: Tensor) => Tensor = defineFunction({
  name: "float",
  takes: { x: aTensor },
  call: (x) => to(x, "float32"),
});

/**
 * `x` as float64.
 *
 * ```ts doctest
 * double(tensor([0.5])).dtype // => "float64"
 * ```
 */
export const double: (x: Tensor) => Tensor = defineFunction({
  name: "double",
  takes: { x: aTensor },
  call: (x) => to(x, "float64"),
});

/**
 * `x` as int64.
 *
 * ```ts doctest
 * long(tensor([1.9, -1.9])).tolist() // => [1, -1]
 * ```
 */
export const long: (x: Tensor) => Tensor = defineFunction({
  name: "long",
  takes: { x: aTensor },
  call: (x) => to(x, "int64"),
});

/**
 * `x` as int32.
 *
 * ```ts doctest
 * int(tensor([1.9, -1.9])).tolist() // => [1, -1]
 * ```
 */
export const int: (x: Tensor) => Tensor = defineFunction({
  name: "int",
  takes: { x: aTensor },
  call: (x) => to(x, "int32"),
});

/**
 * `x` as bool.
 *
 * ```ts doctest
 * bool(tensor([0, 2])).tolist() // => [false, true]
 * ```
 */
export const bool: (x: Tensor) => Tensor = defineFunction({
  name: "bool",
  takes: { x: aTensor },
  call: (x) => to(x, "bool"),
});

/**
 * `x` as float16: to store, not to compute.
 *
 * ```ts doctest
 * half(tensor([0.5])).dtype // => "float16"
 * ```
 */
export const half: (x: Tensor) => Tensor = defineFunction({
  name: "half",
  takes: { x: aTensor },
  call: (x) => to(x, "float16"),
});

/**
 * `x` as bfloat16: to store, not to compute.
 *
 * ```ts doctest
 * bfloat16(tensor([0.5])).dtype // => "bfloat16"
 * ```
 */
export const bfloat16: (x: Tensor) => Tensor = defineFunction({
  name: "bfloat16",
  takes: { x: aTensor },
  call: (x) => to(x, "bfloat16"),
});
