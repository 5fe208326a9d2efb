/** Copies in row-major order and in another dtype, recorded: for who has arguments of the right types. */
import type { Device, DType } from "@ag/kernels";
import { defineOp } from "../core/define.ts";
import * as kernels from "../core/kernels.ts";
import type { Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { fresh, freshLike } from "../make/fresh.ts";
import { isDense } from "./shape.ts";

/** A copy with elements in row-major order. */
export const cloneRowMajor: Op<[x: Tensor]> = defineOp({
  name: "clone",
  inputs: ["x"],
  forward: (x) => {
    const out = fresh(x.sizes, x.dtype);
    kernels.copy(x, out);
    return out;
  },
  derivative: { x: (grad) => grad },
});

const toCopy: Op<[x: Tensor, dtype: DType]> = defineOp({
  name: "toCopy",
  inputs: ["x"],
  forward: (x, dtype) => {
    const out = freshLike(x, dtype);
    kernels.copy(x, out);
    return out;
  },
  derivative: { x: (grad, { dtype }) => converted(grad, dtype) },
});

/** The same elements on another device. */
export const moved: Op<[x: Tensor, to: Device | null, from: Device | null]> = defineOp({
  name: "toCopy",
  inputs: ["x"],
  forward: (x, to, _from) => {
    const out = fresh(x.sizes, x.dtype, isDense(x) ? x.strides : null, to);
    kernels.copy(x, out);
    return out;
  },
  derivative: { x: (grad, _saved, to, from) => moved(grad, from, to) },
});

/** `to` with a dtype that exists. */
export const converted = (x: Tensor, dtype: DType): Tensor => (dtype === x.dtype ? x : toCopy(x, dtype));
