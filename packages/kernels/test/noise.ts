import type { View } from "@ag/kernels";
import { expect } from "vitest";
import { read, viewOf } from "./views.ts";

/** Numbers in [−1, 1) without structure, the same every time; goldens/noise.py draws the same. */
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

/** Every element within `ulps` units in the last place of the largest element. */
export function expectClose(view: View, want: readonly (number | string)[], ulps: number): void {
  const got = read(view);
  const expected = want.map(Number);
  expect(got.length).toBe(expected.length);
  const finite = expected.filter(Number.isFinite).map(Math.abs);
  const unit = Math.max(0, ...finite) * 2 ** (view.dtype === "float32" ? -23 : -52);
  got.forEach((y, i) => {
    const w = expected[i]!;
    if (Number.isFinite(w)) expect(Math.abs(y - w), `element ${i}: ${y}, not ${w}`).toBeLessThanOrEqual(ulps * unit);
    else expect(y).toBe(w);
  });
}
