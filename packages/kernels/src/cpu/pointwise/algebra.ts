import type { Computed } from "../../dtype.ts";
import type { Kernel } from "../../wasm/assembler/index.ts";

/**
 * What may a formula compute with? An abstract scalar `T` and an abstract condition `C`. A formula is written once
 * against it and printed as WebAssembly for every dtype; on other back ends as their text.
 * Only operations that IEEE 754 rounds in one way everywhere are here; exp, tanh and their kind are formulas themselves.
 */
export interface Algebra<T, C> {
  /** What is computed with: formulas of functions differ in their polynomials. */
  readonly dtype: Computed;
  add(x: T | number, y: T | number): T;
  sub(x: T | number, y: T | number): T;
  mul(x: T | number, y: T | number): T;
  /** Integers: towards zero; by zero gives 0. */
  div(x: T | number, y: T | number): T;
  neg(x: T): T;
  abs(x: T): T;
  sqrt(x: T): T;
  floor(x: T): T;
  ceil(x: T): T;
  trunc(x: T): T;
  /** To the nearest whole number, ties to even. */
  round(x: T): T;
  /** y < x ? y : x; x when either is NaN. */
  min(x: T | number, y: T | number): T;
  /** x < y ? y : x; x when either is NaN. */
  max(x: T | number, y: T | number): T;
  lt(x: T | number, y: T | number): C;
  le(x: T | number, y: T | number): C;
  eq(x: T | number, y: T | number): C;
  ne(x: T | number, y: T | number): C;
  and(a: C, b: C): C;
  or(a: C, b: C): C;
  not(a: C): C;
  /** Both sides are evaluated. */
  select(condition: C, then: T | number, otherwise: T | number): T;
  /** 2ⁿ for a whole n in the range of normal exponents. Floating only. */
  power2(n: T): T;
  /**
   * As `select`, for what so few elements meet that it should cost the others nothing: `then` is run only where it is
   * needed, in kernels by going through a few elements again, one by one. What is thrown away may be anything. Floating only.
   */
  rarely(condition: C, then: () => T, otherwise: T): T;
  /** The exponent e and the mantissa m in [√½, √2) of a positive normal x = m·2ᵉ. Floating only. */
  exponent(x: T): T;
  mantissa(x: T): T;
  /** |x| with the sign of y, also of −0. Floating only. */
  copySign(x: T, y: T): T;
  /** x without the lower half of its mantissa: products of two such numbers are exact. Floating only. */
  upper(x: T): T;
  /** For an n far below the size of the mantissa, rounded to the nearest whole number: whether it is odd, and x·(−1)ⁿ. Floating only. */
  isOdd(n: T): C;
  alternate(x: T, n: T): T;
  /** What a kernel gives for x, as float64. Slow: only inside of `rarely`. Floating only. */
  call(kernel: Kernel, x: T): T;
}

/** Gives a scalar, or a condition where the result is bool. Identity is the key under which its kernels are kept: make it once. */
export type Formula = <T, C>(m: Algebra<T, C>, ...operands: readonly T[]) => T | C;
