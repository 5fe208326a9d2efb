/** Small pieces that the mathematical functions share. */
import type { Algebra } from "./algebra.ts";

/** A function of one variable, to be used inside of formulas and as one. */
export type Unary = <T, C>(m: Algebra<T, C>, x: T) => T;
export type Binary = <T, C>(m: Algebra<T, C>, x: T, y: T) => T;

/** c₀ + c₁x + c₂x² + …, by Horner's rule in x² for even and for odd powers: half as many steps wait for each other. */
export function polynomial<T, C>(m: Algebra<T, C>, x: T, c: readonly number[], square: T = m.mul(x, x)): T {
  const horner = (first: number): T => {
    const own = c.filter((_, i) => i % 2 === first);
    let sum: T | number = own.at(-1)!;
    for (let i = own.length - 2; i >= 0; i--) sum = m.add(m.mul(sum, square), own[i]!);
    return sum as T;
  };
  return m.add(m.mul(x, horner(1)), horner(0));
}

/** The nearest whole number, ties to even, of a number far below the size of the mantissa: two additions, which widen everywhere. */
export function nearest<T, C>(m: Algebra<T, C>, x: T): T {
  const shift = m.dtype === "float32" ? 12582912 : 6755399441055744;
  return m.sub(m.add(x, shift), shift);
}
