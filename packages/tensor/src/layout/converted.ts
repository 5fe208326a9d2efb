/** Copies in row-major order, in another dtype, on another device, recorded: for who has arguments of the right types. */
import type { Device, DType } from "@ag/kernels";
import { defineOp } from "../core/define.ts";
import * as kernels from "../core/kernels.ts";
import type { Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { freshLike } from "../make/fresh.ts";
import { denseCopy } from "./dense.ts";

/** A copy with elements in row-major order. */
export const cloneRowMajor: Op<[x: Tensor]> = defineOp({
  name: "clone",
  inputs: ["x"],
  forward: (x) => denseCopy(x),
  derivative: { x: (grad) => grad },
});

const toCopy: Op<[x: Tensor, dtype: DType, to: Device | null, from: Device | null]> = defineOp({
  name: "toCopy",
  inputs: ["x"],
  forward: (x, dtype, to, _from) => {
    const out = freshLike(x, dtype, to);
    kernels.copy(x, out);
    return out;
  },
  derivative: { x: (grad, { dtype }, _dtype, to, from) => copied(grad, dtype, from, to) },
});

/** Where there is nothing to change, the tensor itself. */
const copied = (x: Tensor, dtype: DType, to: Device | null, from: Device | null): Tensor =>
  dtype === x.dtype && to === from ? x : toCopy(x, dtype, to, from);

/** The same elements on another device. */
export const moved = (x: Tensor, device: Device | null): Tensor => copied(x, x.dtype, device, x.storage.device);

/** `to` with a dtype that exists. */
export const converted = (x: Tensor, dtype: DType): Tensor => copied(x, dtype, x.storage.device, x.storage.device);
