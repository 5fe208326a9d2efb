/**
 * Quotients that are whole, and what they leave. Floating remainders are exact, as C's `fmod`; where |a / b| reaches 2¹¹⁵
 * (float64: 2³⁰⁰) they are NaN.
 */
import type { Algebra, Formula } from "@ag/kernels";
import { isFloating } from "../../types/dtype.ts";

/** The upper half of the digits (Veltkamp 1968). */
function upper<T, C>(m: Algebra<T, C>, x: T): T {
  const large = m.mul(x, m.dtype === "float32" ? 4097 : 134217729);
  return m.sub(large, m.sub(large, x));
}

/** r − q·b without rounding, for q = r / b rounded: the product is taken in two parts (Dekker 1971). */
function exactRest<T, C>(m: Algebra<T, C>, r: T, q: T, b: T): T {
  const product = m.mul(q, b);
  const [qh, bh] = [upper(m, q), upper(m, b)];
  const [ql, bl] = [m.sub(q, qh), m.sub(b, bh)];
  const lost = m.add(m.add(m.sub(m.mul(qh, bh), product), m.mul(qh, bl)), m.mul(ql, bh));
  return m.sub(m.sub(r, product), m.add(lost, m.mul(ql, bl)));
}

/** Each takes 23 (52) bits off the quotient. */
const STEPS = 6;

/** |a| mod |b| for finite sizes. */
function restOfSizes<T, C>(m: Algebra<T, C>, a: T, b: T): T {
  const [most, scale] = m.dtype === "float32" ? [2 ** 64, 2 ** -64] : [2 ** 900, 2 ** -900];
  const isLess = m.lt(a, b);
  const isHuge = m.lt(most, b); // splitting would overflow; what is not less than a huge b has no digits to lose
  const divisor = m.select(isHuge, m.mul(b, scale), b);
  let rest = m.select(isHuge, m.mul(a, scale), a);
  for (let step = 0; step < STEPS; step++) rest = exactRest(m, rest, m.trunc(m.div(rest, divisor)), divisor);
  const positive = m.select(m.lt(rest, 0), m.add(rest, divisor), rest);
  const found = m.select(m.lt(positive, divisor), positive, Number.NaN);
  return m.select(isLess, a, m.select(isHuge, m.mul(found, 1 / scale), found));
}

/** a − b·trunc(a / b), with the sign of a. */
function modulo<T, C>(m: Algebra<T, C>, a: T, b: T): T {
  if (!isFloating(m.dtype)) return m.sub(a, m.mul(m.div(a, b), b));
  const [x, y] = [m.abs(a), m.abs(b)];
  const size = restOfSizes(m, x, y);
  const signed = m.select(m.eq(size, 0), m.mul(a, 0), m.select(m.lt(a, 0), m.neg(size), size));
  const isDefined = m.and(m.lt(x, Number.POSITIVE_INFINITY), m.lt(0, y));
  return m.select(isDefined, m.select(m.eq(y, Number.POSITIVE_INFINITY), a, signed), Number.NaN);
}

/** Whether something is left and lies on the other side of 0 than b. */
function isOpposite<T, C>(m: Algebra<T, C>, rest: T, b: T): C {
  const [below, above] = [m.lt(rest, 0), m.lt(0, rest)];
  return m.or(m.and(below, m.lt(0, b)), m.and(above, m.lt(b, 0)));
}

export const fmodFormula: Formula = <T, C>(m: Algebra<T, C>, ...[a, b]: readonly T[]): T => modulo(m, a!, b!);

export const remainderFormula: Formula = <T, C>(m: Algebra<T, C>, ...[a, b]: readonly T[]): T => {
  const rest = modulo(m, a!, b!);
  return m.select(isOpposite(m, rest, b!), m.add(rest, b!), rest);
};

/** As PyTorch: from the exact remainder, so that the quotient is never one too large. */
export const floorFormula: Formula = <T, C>(m: Algebra<T, C>, ...[a, b]: readonly T[]): T => {
  const rest = modulo(m, a!, b!);
  const quotient = m.div(a!, b!);
  const isOff = isOpposite(m, rest, b!);
  if (!isFloating(m.dtype)) return m.select(isOff, m.sub(quotient, 1), quotient);
  const whole = m.div(m.sub(a!, rest), b!);
  const lower = m.select(isOff, m.sub(whole, 1), whole);
  const floor = m.floor(lower);
  const nearest = m.select(m.lt(0.5, m.sub(lower, floor)), m.add(floor, 1), floor);
  return m.select(m.eq(b!, 0), quotient, m.select(m.eq(lower, 0), m.mul(quotient, 0), nearest));
};

/** a / b rounded towards 0, as the quotient of whole numbers is anyway. */
export const truncFormula: Formula = (m, a, b) => {
  const quotient = m.div(a!, b!);
  return isFloating(m.dtype) ? m.trunc(quotient) : quotient;
};
