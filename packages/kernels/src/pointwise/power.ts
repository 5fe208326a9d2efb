/** xʸ with C's special cases: e^(y·log|x|), where the logarithm and the product have twice the digits. */
import type { Algebra } from "./algebra.ts";
import { expOfSum } from "./exponential.ts";
import { reduceLog } from "./logarithm.ts";
import { type Binary, polynomial } from "./polynomial.ts";

/** A sum of two numbers, the second at most half a unit of the first. */
interface Double<T> {
  readonly high: T;
  readonly low: T;
}

/** Exact sum of x and a smaller y (Dekker 1971). */
function sumOrdered<T, C>(m: Algebra<T, C>, x: T, y: T): Double<T> {
  const high = m.add(x, y);
  return { high, low: m.sub(y, m.sub(high, x)) };
}

/** Exact sum (Knuth). */
function sum<T, C>(m: Algebra<T, C>, x: T, y: T): Double<T> {
  const high = m.add(x, y);
  const part = m.sub(high, x);
  return { high, low: m.add(m.sub(x, m.sub(high, part)), m.sub(y, part)) };
}

/** Halves of the digits (Veltkamp 1968). */
function halves<T, C>(m: Algebra<T, C>, x: T): Double<T> {
  const large = m.mul(x, m.dtype === "float32" ? 4097 : 134217729);
  const high = m.sub(large, m.sub(large, x));
  return { high, low: m.sub(x, high) };
}

/** Exact product (Dekker 1971). */
function product<T, C>(m: Algebra<T, C>, x: T, y: T): Double<T> {
  const high = m.mul(x, y);
  const [a, b] = [halves(m, x), halves(m, y)];
  const first = m.sub(m.mul(a.high, b.high), high);
  const second = m.add(m.add(first, m.mul(a.high, b.low)), m.mul(a.low, b.high));
  return { high, low: m.add(second, m.mul(a.low, b.low)) };
}

function times<T, C>(m: Algebra<T, C>, x: Double<T>, y: Double<T>): Double<T> {
  const { high, low } = product(m, x.high, y.high);
  return { high, low: m.add(low, m.add(m.mul(x.high, y.low), m.mul(x.low, y.high))) };
}

/** The two parts of ln 2, the first with so few bits that its multiples are exact; 2/3 likewise, rounded. */
const parts32 = {
  ln2: [0.693145751953125, 1.428606820309417e-6],
  third: [0.6666666865348816, -1.98682149251302e-8],
} as const;
const parts64 = { ln2: [0.6931471803691238, 1.9082149292705877e-10], third: [2 / 3, 3.700743415417188e-17] } as const;

/** 2/5, 2/7, …: log(1 + f) = 2s + s³·(2/3 + s²·(2/5 + …)) with s = f / (2 + f). */
const series = (terms: number): number[] => Array.from({ length: terms }, (_, k) => 2 / (2 * k + 5));
const series32 = series(5);
const series64 = series(9);

/** log x of a positive finite x to about one and a half times the digits. */
function preciseLog<T, C>(m: Algebra<T, C>, x: T): Double<T> {
  const isSingle = m.dtype === "float32";
  const { ln2, third } = isSingle ? parts32 : parts64;
  const { e, f } = reduceLog(m, x);
  const divisor = m.add(f, 2);
  const lost = m.sub(f, m.sub(divisor, 2));
  const high = m.div(f, divisor);
  const back = product(m, high, divisor);
  const rest = m.sub(m.sub(m.sub(f, back.high), back.low), m.mul(high, lost));
  const s = { high, low: m.div(rest, divisor) };
  const z = times(m, s, s);
  const tail = m.mul(z.high, polynomial(m, z.high, isSingle ? series32 : series64));
  const slope = m.add(tail, third[0]);
  const factor = { high: slope, low: m.add(m.sub(tail, m.sub(slope, third[0])), third[1]) };
  const cubic = times(m, s, times(m, z, factor));
  const line = sumOrdered(m, m.add(high, high), cubic.high);
  const whole = sum(m, m.mul(e, ln2[0]), line.high);
  const low = m.add(m.add(line.low, m.add(m.add(s.low, s.low), cubic.low)), m.mul(e, ln2[1]));
  return sumOrdered(m, whole.high, m.add(whole.low, low));
}

/** |x|ʸ where |x| is neither 0 nor infinite. */
function powerOfSize<T, C>(m: Algebra<T, C>, size: T, y: T): T {
  const most = m.dtype === "float32" ? 2 ** 32 : 2 ** 64; // from here on everything but 1ʸ over- or underflows
  const limited = m.max(m.min(y, most), -most);
  const log = preciseLog(m, size);
  const exponent = product(m, limited, log.high);
  return expOfSum(m, exponent.high, m.add(exponent.low, m.mul(limited, log.low)));
}

/** Of x ≥ 0. From 2²³ or 2⁵² on there are no fractions; adding that much rounds them away below. */
function whole<T, C>(m: Algebra<T, C>, x: T): C {
  const large = m.dtype === "float32" ? 2 ** 23 : 2 ** 52;
  return m.or(m.le(large, x), m.eq(m.sub(m.add(x, large), large), x));
}

/** xʸ. x⁰ = 1 and 1ʸ = 1 also for NaN; a negative x needs a whole y, else NaN; 0 and ∞ as C's pow. */
export const pow: Binary = (m, x, y) => {
  const infinity = Number.POSITIVE_INFINITY;
  const size = m.abs(x);
  const isZero = m.eq(x, 0);
  const isInfinite = m.eq(size, infinity);
  const isEdge = m.or(isZero, isInfinite);
  const grows = m.or(m.and(isZero, m.lt(y, 0)), m.and(isInfinite, m.lt(0, y)));
  const plain = m.select(isEdge, m.select(grows, infinity, m.sub(y, y)), powerOfSize(m, m.select(isEdge, 1, size), y));
  const edge = m.select(m.and(isEdge, m.not(grows)), 0, plain);
  const isWhole = whole(m, m.abs(y));
  const isOdd = m.and(isWhole, m.not(whole(m, m.mul(m.abs(y), 0.5))));
  const isNegative = m.or(m.lt(x, 0), m.lt(m.div(1, x), 0));
  const signed = m.select(m.and(isNegative, isOdd), m.neg(edge), edge);
  const isReal = m.or(isWhole, m.or(m.le(0, x), isInfinite));
  const isNumber = m.and(m.and(m.eq(x, x), m.eq(y, y)), isReal);
  const checked = m.select(isNumber, signed, Number.NaN);
  return m.select(m.or(m.eq(y, 0), m.eq(x, 1)), 1, checked);
};
