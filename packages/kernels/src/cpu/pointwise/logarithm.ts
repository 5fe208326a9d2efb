/** log x and its kind: x = 2ᵉ·(1 + f) with 1 + f in [√½, √2). */
import type { Algebra } from "./algebra.ts";
import { exp } from "./exponential.ts";
import { polynomial, type Unary } from "./polynomial.ts";

/** log(1 + f) = f − f²/2 + s·(f²/2 + s²·R(s²)) with s = f / (2 + f). Coefficients of R: FreeBSD's logf, fdlibm's log. */
const series32 = [0.66666662693, 0.40000972152, 0.28498786688, 0.24279078841];
const series64 = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
  0.15313837699209373, 0.14798198605116586,
];

/** ln 2 and log₁₀ 2 in two parts, the first with so few bits that its multiples are exact. */
const ln2 = {
  float32: [6.9313812256e-1, 9.0580006145e-6],
  float64: [0.6931471803691238, 1.9082149292705877e-10],
} as const;
const lg2 = {
  float32: [0.301025390625, 4.605038981195214e-6],
  float64: [0.3010299955494702, 1.1451100898021838e-10],
} as const;
/** The smallest and the largest normal number. */
const normal = {
  float32: [2 ** -126, (2 - 2 ** -23) * 2 ** 127],
  float64: [2 ** -1022, Number.MAX_VALUE],
} as const;

const kind = (dtype: string): "float32" | "float64" => (dtype === "float32" ? "float32" : "float64");

export interface Reduced<T> {
  /** The power of two, whole. */
  readonly e: T;
  /** What the mantissa in [√½, √2) has above 1, exact. */
  readonly f: T;
}

/** Of a positive normal x. */
export const reduceLog = <T, C>(m: Algebra<T, C>, x: T): Reduced<T> => ({
  e: m.exponent(x),
  f: m.sub(m.mantissa(x), 1),
});

/** Of a positive finite x, subnormal ones included. */
export function reduceAnyLog<T, C>(m: Algebra<T, C>, x: T): Reduced<T> {
  const lift = m.dtype === "float32" ? 24 : 53;
  const isTiny = m.lt(x, normal[kind(m.dtype)][0]);
  const { e, f } = reduceLog(m, m.select(isTiny, m.mul(x, 2 ** lift), x));
  return { f, e: m.select(isTiny, m.sub(e, lift), e) };
}

/** Whether x is neither positive and normal, nor 0. */
export function isUnusual<T, C>(m: Algebra<T, C>, x: T): C {
  const [least, most] = normal[kind(m.dtype)];
  return m.and(m.ne(x, m.min(m.max(x, least), most)), m.ne(x, 0));
}

/** log(1 + f) as f − what is given back. */
function fallen<T, C>(m: Algebra<T, C>, f: T, low: T | number): T {
  const s = m.div(f, m.add(f, 2));
  const z = m.mul(s, s);
  const r = m.mul(z, polynomial(m, z, m.dtype === "float32" ? series32 : series64));
  const half = m.mul(m.mul(f, f), 0.5);
  const rest = m.mul(s, m.add(half, r));
  return m.sub(half, low === 0 ? rest : m.add(rest, low));
}

/** log of 2ᵉ·(1 + f)·(1 + c) for a tiny c. */
function logOf<T, C>(m: Algebra<T, C>, { e, f }: Reduced<T>, c: T | number): T {
  const [high, low] = ln2[kind(m.dtype)];
  const rest = m.mul(e, low);
  return m.sub(m.mul(e, high), m.sub(fallen(m, f, c === 0 ? rest : m.add(rest, c)), f));
}

/** −∞ at 0, NaN below, x itself at ∞ and NaN. */
function withEdges<T, C>(m: Algebra<T, C>, x: T, from: number, result: T): T {
  const above = m.select(m.lt(from, x), result, m.select(m.eq(x, from), Number.NEGATIVE_INFINITY, Number.NaN));
  return m.select(m.lt(x, Number.POSITIVE_INFINITY), above, x);
}

/** A logarithm everywhere from what it is of a reduced x. */
function everywhere<T, C>(m: Algebra<T, C>, x: T, of: (reduced: Reduced<T>) => T): T {
  const atZero = m.select(m.eq(x, 0), Number.POSITIVE_INFINITY, 0);
  const edges = (): T => withEdges(m, x, 0, of(reduceAnyLog(m, x)));
  return m.rarely(isUnusual(m, x), edges, m.sub(of(reduceLog(m, x)), atZero));
}

export const log: Unary = (m, x) => everywhere(m, x, (reduced) => logOf(m, reduced, 0));

/** log 1 + x: what rounding 1 + x loses is added as c / (1 + x). */
export const log1p: Unary = (m, x) => {
  const sum = m.add(x, 1);
  const part = m.sub(sum, x);
  const lost = m.add(m.sub(x, m.sub(sum, part)), m.sub(1, part));
  const result = logOf(m, reduceLog(m, sum), m.div(lost, sum));
  const isInside = m.and(m.lt(-1, x), m.lt(x, Number.POSITIVE_INFINITY));
  return m.copySign(
    m.rarely(m.not(isInside), () => withEdges(m, x, -1, result), result),
    x,
  );
};

/** e + log(1 + f) / ln 2: exact for powers of two. */
export const log2: Unary = (m, x) =>
  everywhere(m, x, ({ e, f }) => m.add(e, m.mul(m.sub(f, fallen(m, f, 0)), Math.LOG2E)));

export const log10: Unary = (m, x) => {
  const [high, low] = lg2[kind(m.dtype)];
  return everywhere(m, x, ({ e, f }) => {
    const part = m.mul(m.sub(f, fallen(m, f, 0)), Math.LOG10E);
    return m.add(m.mul(e, high), m.add(m.mul(e, low), part));
  });
};

/** log(1 + x) for x from 0 to 1. */
function log1pOfShare<T, C>(m: Algebra<T, C>, x: T): T {
  const sum = m.add(x, 1);
  const lost = m.sub(x, m.sub(sum, 1));
  return logOf(m, reduceLog(m, sum), m.div(lost, sum));
}

/** log(1 + eˣ) without overflow. */
export const softplus: Unary = (m, x) => m.add(m.max(x, 0), log1pOfShare(m, exp(m, m.neg(m.abs(x)))));

/** log(1 / (1 + e⁻ˣ)) without overflow. */
export const logSigmoid: Unary = (m, x) => m.sub(m.min(x, 0), log1pOfShare(m, exp(m, m.neg(m.abs(x)))));
