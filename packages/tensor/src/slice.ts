/** A range of positions along one dimension, as an index of `at` and `setAt_`. */
export interface Slice {
  readonly kind: "slice";
  readonly start: number | null;
  readonly end: number | null;
  readonly step: number;
}

/**
 * The positions from `start` up to but without `end`, `step` apart; null for the ends, negative numbers from the end.
 * Python's `start:end:step`.
 *
 * ```ts doctest
 * at(tensor([1, 2, 3, 4]), slice(1, 3)).tolist() // => [2, 3]
 * ```
 */
export const slice = (start: number | null = null, end: number | null = null, step = 1): Slice => ({
  kind: "slice",
  start,
  end,
  step,
});
