import { cpu } from "@ag/kernels";
import { freshLike } from "./fresh.ts";
import type { Tensor } from "./tensor.ts";

/** A copy of `x` with the strides of `like`, a tensor of the same shape, if those are dense; else row-major. Not recorded. */
export function cloneLike(x: Tensor, like: Tensor): Tensor {
  const out = freshLike(like, x.dtype);
  cpu.copy(x, out);
  return out;
}
