/** What is summed over a channel, and what each element becomes. */

import type { Real } from "../../dtype.ts";
import type { Kernel } from "../../wasm/assembler/index.ts";
import type { Algebra, Formula } from "../pointwise/algebra.ts";
import { vectorRows } from "../pointwise/kernel.ts";
import type { Terms } from "../reduce/terms.ts";

/** Σ (x − m)² */
export const squareTerms = (dtype: Real): Terms => ({
  dtype,
  streams: 1,
  constants: 1,
  count: 1,
  terms: (m, [x], [mean]) => {
    const d = m.sub(x!, mean!);
    return [m.mul(d, d)];
  },
});

/** Σ g and Σ g·(x − m) */
export const gradTerms = (dtype: Real): Terms => ({
  dtype,
  streams: 2,
  constants: 1,
  count: 2,
  terms: (m, [g, x], [mean]) => [g!, m.mul(g!, m.sub(x!, mean!))],
});

/** Σ g·w and Σ g·w·(x − m) */
export const weightedTerms = (dtype: Real): Terms => ({
  dtype,
  streams: 3,
  constants: 1,
  count: 2,
  terms: (m, [g, x, w], [mean]) => {
    const scaled = m.mul(g!, w!);
    return [scaled, m.mul(scaled, m.sub(x!, mean!))];
  },
});

export const affine: Formula = (m, x, scale, offset) => m.add(m.mul(x!, scale!), offset!);
export const scaled: Formula = (m, x, scale) => m.mul(x!, scale!);

/** g·scale + ((x − mean)·slope + offset) */
export const gradient: Formula = <T, C>(m: Algebra<T, C>, ...x: readonly T[]): T => {
  const [g, value, scale, mean, slope, offset] = x;
  return m.add(m.mul(g!, scale!), m.add(m.mul(m.sub(value!, mean!), slope!), offset!));
};

/** The same of g·w. */
export const weightedGradient: Formula = <T, C>(m: Algebra<T, C>, ...[g, value, w, ...rest]: readonly T[]): T | C =>
  gradient(m, m.mul(g!, w!), value!, ...rest);

export const added: Formula = (m, sum, g) => m.add(sum!, g!);
/** sum + g·(x − mean)·invstd */
export const addedProduct: Formula = (m, sum, g, x, mean, invstd) =>
  m.add(sum!, m.mul(g!, m.mul(m.sub(x!, mean!), invstd!)));

/** The formula on `streams` arrays and on constants: one value for a row, or an array as long as it. */
export const rowsOf = (dtype: Real, formula: Formula, streams: number, constants: number, isSplat: boolean): Kernel =>
  vectorRows({
    formula,
    compute: dtype,
    out: dtype,
    operands: Array.from({ length: streams + constants }, (_, k) => ({ dtype, isSplat: isSplat && k >= streams })),
  });
