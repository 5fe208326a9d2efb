import { cpu } from "@ag/kernels";
import { isDense } from "./elementwise.ts";
import { fresh, freshStrided } from "./fresh.ts";
import type { Tensor } from "./tensor.ts";

/** A copy of `x` with the strides of `like`, a tensor of the same shape, if those are dense; else row-major. Not recorded. */
export function cloneLike(x: Tensor, like: Tensor): Tensor {
  const out = isDense(like) ? freshStrided(x.sizes, like.strides, x.dtype) : fresh(x.sizes, x.dtype);
  cpu.copy(x, out);
  return out;
}
