import type { View } from "@ag/kernels";
import { read, viewOf } from "./views.ts";

/** Numbers in [−1, 1) without structure, the same every time; noise.py of the goldens draws the same. */
export function noise(n: number, seed = 1): number[] {
  let state = seed;
  return Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

export type Floating = "float32" | "float64";

/** A contiguous view of floating numbers. */
export const floats = (values: readonly number[], shape: readonly number[], dtype: Floating = "float32"): View =>
  viewOf(dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values), shape);

export const whole = (values: readonly number[], shape: readonly number[]): View =>
  viewOf(
    BigInt64Array.from(values, (x) => BigInt(x)),
    shape,
  );

/** The largest distance from what is wanted, in units in the last place of the largest element wanted; ∞ where one is not finite and the other differs. */
export function ulpsOff(view: View, want: readonly (number | string)[]): number {
  const got = read(view);
  const expected = want.map(Number);
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  const largest = Math.max(0, ...expected.filter(Number.isFinite).map(Math.abs));
  const unit = largest * 2 ** (view.dtype === "float32" ? -23 : -52);
  const distances = got.map((y, i) => {
    const w = expected[i]!;
    if (Object.is(y, w) || y === w) return 0;
    return Number.isFinite(y) && Number.isFinite(w) ? Math.abs(y - w) / unit : Number.POSITIVE_INFINITY;
  });
  return Math.max(0, ...distances);
}
