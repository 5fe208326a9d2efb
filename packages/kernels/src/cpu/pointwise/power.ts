/**
 * xʸ with C's special cases: 2^(y·log₂|x|), where the logarithm and the product have one and a half times the digits. After
 * fdlibm's pow (Sun Microsystems 2004): a factor is cut into an upper half, whose products are exact, and the rest.
 */
import type { Algebra } from "./algebra.ts";
import { growth, scaled } from "./exponential.ts";
import { isUnusual, type Reduced, reduceAnyLog, reduceLog } from "./logarithm.ts";
import { type Binary, nearest, polynomial } from "./polynomial.ts";

/** A sum of two numbers, the first with half of the digits. */
interface Double<T> {
  readonly high: T;
  readonly low: T;
}

/** 3/5, 3/7, …: log(1 + f) = ⅔·s·(3 + s² + s⁴·(3/5 + s²·(3/7 + …))) with s = f / (2 + f). */
const series = (terms: number): number[] => Array.from({ length: terms }, (_, k) => 3 / (2 * k + 5));

const table32 = {
  series: series(4),
  /** 2 / (3 ln 2): whole, and in two parts. */
  factor: [9.6179670095e-1, 9.619140625e-1, -1.1736857402e-4],
  /** Sizes of an exponent up to where 2ⁿ is normal, and from where on the result is 0 or infinite. */
  plain: 126,
  end: 152,
  /** Below this size adding a large number rounds y to a whole one. */
  small: 2 ** 22,
  /** From here on in y everything but 1ʸ over- or underflows. */
  most: 2 ** 31,
} as const;
const table64 = {
  series: series(11),
  factor: [0.9617966939259756, 0.9617967009544373, -7.028461650952758e-9],
  plain: 1022,
  end: 1077,
  small: 2 ** 51,
  most: 2 ** 64,
} as const;

/** log₂ of 2ᵉ·(1 + f). */
function preciseLog<T, C>(m: Algebra<T, C>, { e, f }: Reduced<T>): Double<T> {
  const { series, factor } = m.dtype === "float32" ? table32 : table64;
  const divisor = m.add(f, 2);
  const inverse = m.div(1, divisor);
  const s = m.mul(f, inverse);
  const sHigh = m.upper(s);
  const dHigh = m.upper(divisor);
  const dLow = m.sub(f, m.sub(dHigh, 2));
  const sLow = m.mul(m.sub(m.sub(f, m.mul(sHigh, dHigh)), m.mul(sHigh, dLow)), inverse);
  const z = m.mul(s, s);
  const tail = m.add(m.mul(m.mul(z, z), polynomial(m, z, series)), m.mul(sLow, m.add(sHigh, s)));
  const square = m.mul(sHigh, sHigh);
  const tHigh = m.upper(m.add(m.add(square, 3), tail));
  const tLow = m.sub(tail, m.sub(m.sub(tHigh, 3), square));
  const u = m.mul(sHigh, tHigh);
  const v = m.add(m.mul(sLow, tHigh), m.mul(tLow, s));
  const high = m.upper(m.add(u, v));
  const low = m.sub(v, m.sub(high, u));
  const zHigh = m.mul(high, factor[1]);
  const zLow = m.add(m.mul(high, factor[2]), m.mul(low, factor[0]));
  const whole = m.upper(m.add(m.add(zHigh, zLow), e));
  return { high: whole, low: m.sub(zLow, m.sub(m.sub(whole, e), zHigh)) };
}

/** The exponent y·log₂ x. */
function exponentOf<T, C>(m: Algebra<T, C>, y: T, { high, low }: Double<T>): Double<T> {
  const yHigh = m.upper(y);
  const rest = m.add(m.mul(m.sub(y, yHigh), high), m.mul(y, low));
  const product = m.mul(yHigh, high);
  const sum = m.add(product, rest);
  return { high: sum, low: m.sub(rest, m.sub(sum, product)) };
}

/** 2^(high + low), as if high were within the limits; `power`: how eʳ is multiplied by 2ⁿ. */
function powerOf2<T, C>(
  m: Algebra<T, C>,
  { high, low }: Double<T>,
  [least, most]: readonly [number, number],
  power: (x: T, n: T) => T,
): T {
  const limited = m.max(m.min(high, most), least);
  const n = nearest(m, limited);
  const rest = m.select(m.eq(limited, high), low, 0); // beyond the limits it may be anything
  const r = m.mul(m.add(m.sub(limited, n), rest), Math.LN2);
  return power(m.add(growth(m, r), 1), n);
}

/** Whether y is whole, and odd; `round` rounds to a whole number. */
function wholeness<T, C>(m: Algebra<T, C>, y: T, round: (y: T) => T): { readonly isFraction: C; readonly isOdd: C } {
  const isFraction = m.ne(round(y), y);
  const half = m.mul(y, 0.5);
  return { isFraction, isOdd: m.and(m.ne(round(half), half), m.not(isFraction)) };
}

/** |x|ʸ with the sign of x where y is odd, NaN where x is negative and y no whole number. */
function signed<T, C>(m: Algebra<T, C>, x: T, { isFraction, isOdd }: ReturnType<typeof wholeness<T, C>>, size: T): T {
  const checked = m.add(size, m.select(m.and(m.lt(x, 0), isFraction), Number.NaN, 0));
  return m.copySign(checked, m.select(isOdd, x, 0));
}

/** x⁰ = 1 and 1ʸ = 1 also for NaN; a negative x needs a whole y, else NaN; 0 and ∞ as C's pow. */
function anyPower<T, C>(m: Algebra<T, C>, x: T, y: T): T {
  const { most, end } = m.dtype === "float32" ? table32 : table64;
  const infinity = Number.POSITIVE_INFINITY;
  const size = m.abs(x);
  const isEdge = m.or(m.eq(x, 0), m.eq(size, infinity));
  const limited = m.max(m.min(y, most), -most);
  const log = preciseLog(m, reduceAnyLog(m, m.select(isEdge, 1, size)));
  const plain = powerOf2(m, exponentOf(m, limited, log), [-end, end], (p, n) => scaled(m, p, n));
  const grows = m.or(m.and(m.eq(x, 0), m.lt(y, 0)), m.and(m.eq(size, infinity), m.lt(0, y)));
  const edged = m.select(isEdge, m.select(grows, infinity, 0), plain);
  const isNumber = m.and(m.eq(x, x), m.eq(y, y));
  const kind = wholeness(m, y, (v) => m.floor(v));
  const ofInfinite = m.copySign(edged, m.select(kind.isOdd, x, 0)); // a number for every y
  const real = m.select(m.eq(size, infinity), ofInfinite, signed(m, x, kind, edged));
  const checked = m.select(isNumber, real, Number.NaN);
  return m.select(m.or(m.eq(y, 0), m.eq(x, 1)), 1, checked);
}

export const pow: Binary = (m, x, y) => {
  const { small, plain, end } = m.dtype === "float32" ? table32 : table64;
  const size = m.abs(x);
  const exponent = exponentOf(m, y, preciseLog(m, reduceLog(m, size)));
  const usual = powerOf2(m, exponent, [-plain - 1, plain + 2], (p, n) => m.mul(p, m.power2(n)));
  const atZero = m.select(m.ne(x, 0), usual, 0);
  const kind = wholeness(m, y, (y) => nearest(m, y));
  const isFar = m.and(m.lt(plain, m.abs(exponent.high)), m.lt(m.abs(exponent.high), end));
  const isEdge = m.or(m.or(isUnusual(m, size), m.and(m.eq(x, 0), m.le(y, 0))), m.not(m.lt(m.abs(y), small)));
  return m.rarely(m.or(isEdge, isFar), () => anyPower(m, x, y), signed(m, x, kind, atZero));
};
