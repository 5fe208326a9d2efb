/** Small pieces that the mathematical functions share. */
import type { Algebra } from "./algebra.ts";

/** A function of one variable, to be used inside of formulas and as one. */
export type Unary = <T, C>(m: Algebra<T, C>, x: T) => T;
export type Binary = <T, C>(m: Algebra<T, C>, x: T, y: T) => T;

/** c₀ + c₁x + c₂x² + …, by Horner's rule. */
export function polynomial<T, C>(m: Algebra<T, C>, x: T, c: readonly number[]): T {
  let sum: T | number = c.at(-1)!;
  for (let i = c.length - 2; i >= 0; i--) sum = m.add(m.mul(sum, x), c[i]!);
  return sum as T;
}

/** The nearest whole number, ties to even, of a number far below the size of the mantissa: two additions, which widen everywhere. */
export function nearest<T, C>(m: Algebra<T, C>, x: T): T {
  const shift = m.dtype === "float32" ? 12582912 : 6755399441055744;
  return m.sub(m.add(x, shift), shift);
}

/** x where it is so small that f(x) = x to the last bit, so that −0 and subnormal numbers pass. */
export function keepTiny<T, C>(m: Algebra<T, C>, x: T, result: T): T {
  return m.select(m.lt(m.abs(x), m.dtype === "float32" ? 2 ** -14 * 2 ** -11 : 2 ** -55), x, result);
}
