/** How is a range of positions named? */
import { aWhole, type Kind } from "./arguments.ts";
import { defineFunction } from "./checked.ts";
import { IndexError } from "./errors.ts";

/** A range of positions along one dimension, as an index of `at` and `setAt_`. */
export interface Slice {
  readonly kind: "slice";
  readonly start: number | null;
  readonly end: number | null;
  readonly step: number;
}

const end: Kind = {
  word: "integers or None",
  need: "a whole number or null",
  ok: (x) => x === null || aWhole.ok(x),
  error: IndexError,
  hint: () => "PyTorch: slice indices must be integers or None or have an __index__ method.",
  isOptional: true,
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
  takes: { start: end, end, step: { ...end, ok: aWhole.ok } },
  call: (start = null, end = null, step = 1) => ({ kind: "slice", start, end, step }),
});
