import * as kernels from "../core/kernels.ts";
import type { Tensor } from "../core/tensor.ts";
import { freshLike } from "../make/fresh.ts";

/** A copy of `x` with the strides of `like`, a tensor of the same shape, if those are dense; else row-major. Not recorded. */
export function cloneLike(x: Tensor, like: Tensor): Tensor {
  const out = freshLike(like, x.dtype);
  kernels.copy(x, out);
  return out;
}
