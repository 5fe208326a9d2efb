/**
 * sin, cos, tan and atan. x = n·π/2 + r: π/2 is subtracted in parts whose multiples are exact while n stays below 2¹²
 * (float32, |x| < 6434) or 2²⁰ (float64, |x| < 1.6e6); larger x are reduced with as many digits of 2/π as they need.
 */
import type { Algebra } from "./algebra.ts";
import { hugeQuadrant, hugeRest } from "./huge.ts";
import { nearest, polynomial, type Unary } from "./polynomial.ts";

const halfPi32 = [1.5703125, 0.0004837512969970703, 7.549533620476723e-8, 2.563344151594519e-12];
const halfPi64 = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32];

/** Cephes sinf, cosf; fdlibm's kernels. sin r = r + r³·p(r²), cos r = 1 − r²/2 + r⁴·p(r²) for |r| ≤ π/4. */
const sine32 = [-1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4];
const cosine32 = [0.04166664568298827, -0.001388731625493765, 2.443315711809948e-5];
const sine64 = [
  -0.16666666666666632, 0.00833333333332249, -0.0001984126982985795, 2.7557313707070068e-6, -2.5050760253406863e-8,
  1.58969099521155e-10,
];
const cosine64 = [
  0.0416666666666666, -0.001388888888887411, 2.480158728947673e-5, -2.7557314351390663e-7, 2.087572321298175e-9,
  -1.1359647557788195e-11,
];

interface Turned<T, C> {
  readonly sine: T;
  readonly cosine: T;
  /** n, or n modulo 4. */
  readonly quadrant: T;
  /** Of the quadrant. */
  readonly isOdd: C;
}

/** Sine and cosine of |rest| ≤ π/4. */
function turned<T, C>(m: Algebra<T, C>, rest: T, quadrant: T): Turned<T, C> {
  const isSingle = m.dtype === "float32";
  const z = m.mul(rest, rest);
  const sine = m.add(m.mul(m.mul(z, polynomial(m, z, isSingle ? sine32 : sine64)), rest), rest);
  const half = m.mul(z, 0.5);
  const one = m.sub(1, half); // what this rounding loses is added to the small terms
  const lost = m.sub(m.sub(1, one), half);
  const cosine = m.add(one, m.add(lost, m.mul(m.mul(z, z), polynomial(m, z, isSingle ? cosine32 : cosine64))));
  return { sine: m.copySign(sine, rest), cosine, quadrant, isOdd: m.isOdd(quadrant) };
}

/** A function of sine, cosine and quadrant of x; NaN where x is infinite. */
function ofTurned<T, C>(m: Algebra<T, C>, x: T, of: (turned: Turned<T, C>) => T): T {
  const isSingle = m.dtype === "float32";
  const n = nearest(m, m.mul(x, 2 / Math.PI));
  let r = x;
  for (const part of isSingle ? halfPi32 : halfPi64) r = m.sub(r, m.mul(n, part));
  const huge = (): T => {
    const far = turned(m, m.call(hugeRest, x), m.call(hugeQuadrant, x));
    return m.select(m.lt(m.abs(x), Number.POSITIVE_INFINITY), of(far), Number.NaN);
  };
  return m.rarely(m.lt(isSingle ? 6400 : 1.6e6, m.abs(x)), huge, of(turned(m, r, n)));
}

export const sin: Unary = (m, x) =>
  ofTurned(m, x, ({ sine, cosine, quadrant, isOdd }) =>
    // The sign changes with every second quadrant.
    m.alternate(m.select(isOdd, cosine, sine), m.sub(m.mul(quadrant, 0.5), 0.25)),
  );

export const cos: Unary = (m, x) =>
  ofTurned(m, x, ({ sine, cosine, quadrant, isOdd }) =>
    m.alternate(m.select(isOdd, sine, cosine), m.add(m.mul(quadrant, 0.5), 0.25)),
  );

export const tan: Unary = (m, x) =>
  ofTurned(m, x, ({ sine, cosine, quadrant, isOdd }) =>
    m.alternate(m.div(m.select(isOdd, cosine, sine), m.select(isOdd, sine, cosine)), quadrant),
  );

/** Cephes atanf and atan: x + x³·p(x²) up to tan(π/8), in float64 p is a quotient. */
const arc32 = [-3.33329491539e-1, 1.99777106478e-1, -1.38776856032e-1, 8.05374449538e-2];
const arcUpper64 = [
  -64.85021904942025, -122.88666844901361, -75.00855792314705, -16.157537187333652, -0.8750608600031904,
];
const arcLower64 = [
  194.5506571482614, 485.3903996359137, 432.88106049129027, 165.02700983169885, 24.858464901423062, 1,
];

/** From above tan(3π/8): π/2 − atan 1/x; from above tan(π/8): π/4 + atan (x − 1)/(x + 1). */
export const atan: Unary = (m, x) => {
  const size = m.abs(x);
  const isLarge = m.lt(2.414213562373095, size);
  const isMiddle = m.lt(0.414213562373095, size);
  const upper = m.select(isLarge, -1, m.sub(size, 1));
  const lower = m.select(isLarge, size, m.add(size, 1));
  const reduced = m.select(isMiddle, m.div(upper, lower), size);
  const z = m.mul(reduced, reduced);
  const p =
    m.dtype === "float32" ? polynomial(m, z, arc32) : m.div(polynomial(m, z, arcUpper64), polynomial(m, z, arcLower64));
  const lost = m.dtype === "float32" ? -4.371139000186241e-8 : 6.123233995736766e-17; // π/2 less its rounding
  const correction = m.select(isLarge, lost, m.select(isMiddle, lost / 2, 0));
  const small = m.add(m.add(m.mul(m.mul(z, p), reduced), correction), reduced);
  const base = m.select(isLarge, Math.PI / 2, m.select(isMiddle, Math.PI / 4, 0));
  return m.copySign(m.add(base, small), x);
};
