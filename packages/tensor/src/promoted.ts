/** How do options that are numbers take part in promotion? Whole tensors meet them in the dtype both have in common. */
import { cast } from "./cast.ts";
import { isFloating, resultType } from "./dtype.ts";
import { checkTarget } from "./elementwise.ts";
import type { Tensor } from "./tensor.ts";

/** `x` in the dtype in which it meets the numbers. Floating tensors never change, so there is nothing to record. */
export function promoted(x: Tensor, numbers: readonly (number | bigint | boolean)[]): Tensor {
  if (isFloating(x.dtype)) return x;
  return cast(x, resultType([x, ...numbers]));
}

/** Refuses to write in place what would not have the dtype of `x`. */
export function checkPromoted(op: string, x: Tensor, numbers: readonly (number | bigint | boolean)[]): void {
  checkTarget(op, x, x.shape, resultType([x, ...numbers]));
}
