/** eˣ and its kind. Errors in ulp, measured against exact values: see the tests. */
import type { Algebra } from "./algebra.ts";
import { nearest, polynomial, type Unary } from "./polynomial.ts";

/**
 * eʳ = 1 + r + r²·p(r). float32: least-maximum fit, 2⁻²⁸. float64: Taylor's series, whose next term is below 2⁻⁵⁶ for
 * |r| ≤ ln 2 / 2.
 */
const series32 = [0.49999993348, 0.166665191339, 0.0416684054269, 0.00836889840605, 0.00138142364009];
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

/** `split`: ln 2 in two parts, the first with so few bits that its multiples are exact. */
const limits32 = {
  /** Up to this size 2ⁿ·eʳ takes one step. */
  plain: 87.6,
  /** From this size on eˣ is 0 or infinite. */
  end: 104,
  /** Here eʳ is multiplied by 0, there by ∞. */
  zero: -88,
  infinite: 89,
  split: [0.693359375, -0.00021219444005469057],
} as const;
const limits64 = {
  plain: 708.3,
  end: 746,
  zero: -709,
  infinite: 710,
  split: [0.6931471803691238, 1.9082149292705877e-10],
} as const;

const limitsOf = <T, C>(m: Algebra<T, C>): typeof limits32 | typeof limits64 =>
  m.dtype === "float32" ? limits32 : limits64;

interface Power<T> {
  /** x = n·ln 2 + r with a whole n. */
  readonly n: T;
  /** eʳ − 1 */
  readonly grown: T;
}

function reduce<T, C>(m: Algebra<T, C>, x: T): Power<T> {
  const [high, low] = limitsOf(m).split;
  const n = nearest(m, m.mul(x, Math.LOG2E));
  return { n, grown: growth(m, m.sub(m.sub(x, m.mul(n, high)), m.mul(n, low))) };
}

/** eʳ − 1 for |r| ≤ ln 2 / 2 and a little more. */
export function growth<T, C>(m: Algebra<T, C>, r: T): T {
  const square = m.mul(r, r);
  return m.add(m.mul(square, polynomial(m, r, m.dtype === "float32" ? series32 : series64, square)), r);
}

/** x·2ⁿ in two steps, so that results overflow and underflow (gradually) where they should. */
export function scaled<T, C>(m: Algebra<T, C>, x: T, n: T): T {
  const half = nearest(m, m.mul(n, 0.5));
  return m.mul(m.mul(x, m.power2(half)), m.power2(m.sub(n, half)));
}

/** |x| in (from, to) */
const between = <T, C>(m: Algebra<T, C>, size: T, from: number, to: number): C =>
  m.and(m.lt(from, size), m.lt(size, to));

/** eˣ in one step: 0 and ∞ beyond the range of normal numbers. */
function expOnce<T, C>(m: Algebra<T, C>, x: T): T {
  const { zero, infinite } = limitsOf(m);
  const { n, grown } = reduce(m, m.max(m.min(x, infinite), zero));
  return m.mul(m.add(grown, 1), m.power2(n));
}

/** eˣ = 2ⁿ·eʳ with n = round(x / ln 2), for sizes below `end`. */
function expTwice<T, C>(m: Algebra<T, C>, x: T): T {
  const { n, grown } = reduce(m, x);
  return scaled(m, m.add(grown, 1), n);
}

/** eˣ: near the ends of the range, where 2ⁿ has no normal number of its own, in two steps. */
export const exp: Unary = (m, x) => {
  const { plain, end } = limitsOf(m);
  return m.rarely(between(m, m.abs(x), plain, end), () => expTwice(m, x), expOnce(m, x));
};

/** eˣ for x ≤ 0; results below the normal numbers are 0. */
export const expBelow: Unary = (m, x) => {
  const { n, grown } = reduce(m, m.max(x, limitsOf(m).zero));
  return m.mul(m.add(grown, 1), m.power2(n)); // the least n is one below the normal exponents: its power is 0
};

/** eˣ for x from −700 (−80 in float32) to 0, unchecked. */
export const expNear: Unary = (m, x) => {
  const { n, grown } = reduce(m, x);
  return m.mul(m.add(grown, 1), m.power2(n));
};

/** eˣ − 1 = 2ⁿ·(eʳ − 1) + (2ⁿ − 1). */
export const expm1: Unary = (m, x) => {
  const { infinite, end, plain } = limitsOf(m);
  const { n, grown } = reduce(m, m.max(m.min(x, infinite), -40));
  const power = m.power2(n);
  const usual = m.add(m.mul(power, grown), m.sub(power, 1));
  const isNearEnd = m.and(m.lt(plain, x), m.lt(x, end));
  return m.copySign(
    m.rarely(isNearEnd, () => expTwice(m, x), usual),
    x,
  );
};

/** 1 / (1 + e⁻ˣ). Where e⁻ˣ is infinite, the results below the smallest normal number are eˣ. */
export const sigmoid: Unary = (m, x) => {
  const { plain, end } = limitsOf(m);
  const y = m.neg(x);
  const usual = m.div(1, m.add(expOnce(m, y), 1));
  return m.rarely(between(m, y, plain, end), () => expTwice(m, x), usual);
};

/** (e²ˣ − 1) / (e²ˣ + 1), where e²ˣ − 1 is as exact for small x as for large ones. */
export const tanh: Unary = (m, x) => {
  const size = m.abs(x);
  const { n, grown } = reduce(m, m.min(m.add(size, size), 40));
  const power = m.power2(n);
  const e = m.add(m.mul(power, grown), m.sub(power, 1));
  return m.copySign(m.div(e, m.add(e, 2)), x);
};
