/** eˣ and its kind. Errors in ulp, measured against exact values: see the tests. */
import type { Algebra } from "./algebra.ts";
import { keepTiny, nearest, polynomial, type Unary } from "./polynomial.ts";

/** float32: Cephes expf. float64: Taylor's series, whose next term is below 2⁻⁵⁶ for |r| ≤ ln 2 / 2. eʳ = 1 + r + r²·p(r). */
const series32 = [0.5, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3, 1.98756915e-4];
const series64 = [
  1 / 2,
  1 / 6,
  1 / 24,
  1 / 120,
  1 / 720,
  1 / 5040,
  1 / 40320,
  1 / 362880,
  1 / 3628800,
  1 / 39916800,
  1 / 479001600,
  1 / 6227020800,
];

/** Beyond these eˣ is infinite or 0; `split`: ln 2 in two parts, the first with so few bits that its multiples are exact. */
const limits32 = { most: 89, least: -104, split: [0.693359375, -0.00021219444005469057] } as const;
const limits64 = { most: 710, least: -746, split: [0.6931471803691238, 1.9082149292705877e-10] } as const;

/** x = n·ln 2 + r with a whole n. */
function reduce<T, C>(m: Algebra<T, C>, x: T): { readonly n: T; readonly r: T; readonly grown: T } {
  const isSingle = m.dtype === "float32";
  const [high, low] = (isSingle ? limits32 : limits64).split;
  const n = nearest(m, m.mul(x, Math.LOG2E));
  const r = m.sub(m.sub(x, m.mul(n, high)), m.mul(n, low));
  return { n, r, grown: growth(m, r) };
}

/** eʳ − 1 for |r| ≤ ln 2 / 2 and a little more. */
function growth<T, C>(m: Algebra<T, C>, r: T): T {
  return m.add(m.mul(m.mul(r, r), polynomial(m, r, m.dtype === "float32" ? series32 : series64)), r);
}

/** x·2ⁿ in two steps, so that results overflow and underflow (gradually) where they should. */
function scaled<T, C>(m: Algebra<T, C>, x: T, n: T): T {
  const half = nearest(m, m.mul(n, 0.5));
  return m.mul(m.mul(x, m.power2(half)), m.power2(m.sub(n, half)));
}

const limited = <T, C>(m: Algebra<T, C>, x: T): T => {
  const { most, least } = m.dtype === "float32" ? limits32 : limits64;
  return m.max(m.min(x, most), least);
};

/** eˣ = 2ⁿ·eʳ with n = round(x / ln 2). */
export const exp: Unary = (m, x) => {
  const { n, grown } = reduce(m, limited(m, x));
  return scaled(m, m.add(grown, 1), n);
};

/** eˣ for x ≤ 0, in one step; results below the normal numbers are 0. */
export const expBelow: Unary = (m, x) => {
  const { n, grown } = reduce(m, m.max(x, m.dtype === "float32" ? -88 : -709));
  return m.mul(m.add(grown, 1), m.power2(n)); // the least n is one below the normal exponents: its power is 0
};

/** e^(high + low), where low is what high has lost in rounding. */
export function expOfSum<T, C>(m: Algebra<T, C>, high: T, low: T): T {
  const x = limited(m, high);
  const { n, r } = reduce(m, x);
  const rest = m.select(m.eq(x, high), low, 0); // beyond the limits the rest may be anything
  return scaled(m, m.add(growth(m, m.add(r, rest)), 1), n);
}

/** eˣ − 1 = 2ⁿ·(eʳ − 1) + (2ⁿ − 1). */
export const expm1: Unary = (m, x) => {
  const { n, grown } = reduce(m, m.max(limited(m, x), -40));
  const power = m.power2(m.min(n, 64)); // far from overflow: 1 no longer counts there
  const small = m.add(m.mul(power, grown), m.sub(power, 1));
  const large = scaled(m, m.add(grown, 1), n);
  return keepTiny(m, x, m.select(m.lt(n, 60), small, large));
};

/** 1 / (1 + e⁻ˣ) from e^−|x|, which never overflows: results below the smallest normal number are right too. */
export const sigmoid: Unary = (m, x) => {
  const e = exp(m, m.neg(m.abs(x)));
  return m.div(m.select(m.lt(x, 0), e, 1), m.add(e, 1));
};

/** Cephes tanhf and tanh: x + x³·p(x²) near zero, in float64 p is a quotient. */
const near32 = [-3.33332819422e-1, 1.33314422036e-1, -5.37397155531e-2, 2.06390887954e-2, -5.70498872745e-3];
const nearUpper64 = [-1614.6876844170845, -99.28772310019185, -0.9643991794250523];
const nearLower64 = [4844.063053251255, 2235.4883906010045, 112.81167849163293, 1];

/** Near zero a polynomial, else ±(1 − 2 / (e²ˣ + 1)). */
export const tanh: Unary = (m, x) => {
  const x2 = m.mul(x, x);
  const p =
    m.dtype === "float32"
      ? polynomial(m, x2, near32)
      : m.div(polynomial(m, x2, nearUpper64), polynomial(m, x2, nearLower64));
  const near = m.add(m.mul(m.mul(p, x2), x), x);
  const size = m.abs(x);
  const far = m.sub(1, m.div(2, m.add(exp(m, m.add(size, size)), 1)));
  const signed = m.select(m.lt(x, 0), m.neg(far), far);
  return keepTiny(m, x, m.select(m.lt(size, 0.625), near, signed));
};
