/** How do options that are numbers take part in promotion? Whole tensors meet them in the dtype both have in common. */

import { checkTarget } from "../core/elementwise.ts";
import { withScope } from "../core/scope.ts";
import type { Tensor } from "../core/tensor.ts";
import { cast } from "../layout/cast.ts";
import { isFloating, resultType } from "./dtype.ts";

/** Calls `use` with `x` in the dtype in which it meets the numbers. Floating tensors never change, so there is nothing to record. */
export function withPromoted(
  x: Tensor,
  numbers: readonly (number | bigint | boolean)[],
  use: (x: Tensor) => Tensor,
): Tensor {
  return isFloating(x.dtype) ? use(x) : withScope(() => use(cast(x, resultType([x, ...numbers]))));
}

/** Refuses to write in place what would not have the dtype of `x`. */
export function checkPromoted(op: string, x: Tensor, numbers: readonly (number | bigint | boolean)[]): void {
  checkTarget(op, x, x.sizes, resultType([x, ...numbers]));
}
