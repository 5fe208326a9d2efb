/** How is a range of positions named? */

import { defineFunction } from "../arguments/checked.ts";
import { aWhole } from "../arguments/kinds.ts";
import type { Kind } from "../arguments/signature.ts";
import { IndexError } from "../core/errors.ts";

/** A range of positions along one dimension, as an index of `at` and `setAt_`. */
export interface Slice {
  readonly kind: "slice";
  readonly start: number | null;
  readonly end: number | null;
  readonly step: number;
}

const anEnd: Kind = {
  word: "integer",
  ok: aWhole.ok,
  error: IndexError,
  hint: () => "slice indices must be integers or None or have an __index__ method.",
};

/**
 * The positions from `start` up to but without `end`, `step` apart; null for the ends, negative numbers from the end.
 * Python's `start:end:step`.
 *
 * ```ts doctest
 * at(tensor([1, 2, 3, 4]), slice(1, 3)).tolist() // => [2, 3]
 * ```
 */
export const slice: (start?: number | null, end?: number | null, step?: number) => Slice = defineFunction({
  name: "slice",
  takes: { "start?": [anEnd, null], "end?": [anEnd, null], "step?": anEnd },
  call: (start = null, end = null, step = 1) => ({ kind: "slice", start, end, step }),
});
