/** Powers, by what is a tensor: PyTorch keeps the three apart on the tape. Common exponents are exact products and roots. */

import { type Algebra, type Formula, factsOf, formulas } from "@ag/kernels";
import { noBool } from "../../arguments/accepts.ts";
import { anOperand, aTensor } from "../../arguments/kinds.ts";
import { overloads, pointwise } from "../../core/define.ts";
import { ValueError } from "../../core/errors.ts";
import { zero } from "../../core/formulas.ts";
import type { PointwiseOp } from "../../core/op.ts";
import type { Operand, Tensor } from "../../core/tensor.ts";
import type { Broadcasting, Unary } from "../../kinds/elementwise.ts";
import { full, zerosLike } from "../../make/factories.ts";
import { isFloating } from "../../types/dtype.ts";
import { checkPromoted, withPromoted } from "../../types/promoted.ts";
import { mul, sub, where } from "./arithmetic.ts";
import { eq, ge, logicalAnd } from "./compare.ts";
import { log } from "./functions.ts";

type OfOne = <T, C>(m: Algebra<T, C>, x: T) => T;

const formulaOf =
  (f: OfOne): Formula =>
  <T, C>(m: Algebra<T, C>, ...[x]: readonly T[]): T =>
    f(m, x!);

/** As PyTorch computes them. */
const exact: ReadonlyMap<number, Formula> = new Map([
  [0, formulaOf((m, x) => m.select(m.eq(x, x), 1, 1))],
  [0.5, formulaOf((m, x) => m.sqrt(x))],
  [1, formulaOf((_, x) => x)],
  [2, formulaOf((m, x) => m.mul(x, x))],
  [3, formulaOf((m, x) => m.mul(m.mul(x, x), x))],
  [-0.5, formulaOf((m, x) => m.div(1, m.sqrt(x)))],
  [-1, formulaOf((m, x) => m.div(1, x))],
  [-2, formulaOf((m, x) => m.div(1, m.mul(x, x)))],
]);

/** Whole powers of whole numbers by repeated squaring, wrapping as integers do; below 1 only ±1 have negative ones. */
function whole<T, C>(m: Algebra<T, C>, base: T, exponent: T): T {
  let [result, square, rest] = [m.select(m.eq(base, base), 1, 1), base, m.abs(exponent)];
  const { size, isSigned } = factsOf(m.dtype);
  for (let bit = isSigned ? 1 : 0; bit < 8 * size; bit++) {
    const half = m.div(rest, 2);
    const isOdd = m.ne(rest, m.add(half, half));
    result = m.select(isOdd, m.mul(result, square), result);
    square = m.mul(square, square);
    rest = half;
  }
  const isUnit = m.or(m.eq(base, 1), m.eq(m.add(base, 1), 0));
  return m.select(m.and(m.lt(exponent, 0), m.not(isUnit)), 0, result);
}

const general: Formula = <T, C>(m: Algebra<T, C>, ...[base, exponent]: readonly T[]): T =>
  isFloating(m.dtype) ? formulas.pow(m, base!, exponent!) : whole(m, base!, exponent!);

const reversed: Formula = <T, C>(m: Algebra<T, C>, ...[exponent, base]: readonly T[]): T =>
  isFloating(m.dtype) ? formulas.pow(m, base!, exponent!) : whole(m, base!, exponent!);

/** G · exponent · x^(exponent − 1), with an exact power, or with any as the last operand. */
const slopeOf =
  (power: Formula): Formula =>
  <T, C>(m: Algebra<T, C>, ...[grad, x, exponent, lower]: readonly T[]): T =>
    m.mul(grad!, m.mul(power(m, x!, lower!) as T, exponent!));
const exactSlopes: ReadonlyMap<number, Formula> = new Map(
  [...exact].map(([lower, power]) => [lower + 1, slopeOf(power)]),
);
const generalSlope = slopeOf(general);

const powNumber: PointwiseOp<[x: Tensor, exponent: number]> = pointwise({
  name: "pow",
  inputs: ["x"],
  saves: { x: ["x"] },
  formulaFor: (exponent) => exact.get(exponent) ?? general,
  parameters: (exponent) => (exact.has(exponent) ? [] : [exponent]),
  derivative: {
    x: (grad, { x }, exponent) =>
      exponent === 0 ? zerosLike(grad) : mul(grad, mul(powNumber(x, exponent - 1), exponent)),
  },
  fused: {
    x: {
      formulaFor: (exponent) => (exponent === 0 ? zero : (exactSlopes.get(exponent) ?? generalSlope)),
      parameters: (exponent) => (exactSlopes.has(exponent) ? [exponent] : [exponent, exponent - 1]),
    },
  },
});

const powTensor: PointwiseOp<[base: Tensor, exponent: Tensor]> = pointwise({
  name: "pow",
  node: "PowBackward1",
  inputs: ["base", "exponent"],
  saves: { base: ["base", "exponent"], exponent: ["base", "exponent", "out"] },
  formula: general,
  accepts: noBool("pow", "pow"),
  derivative: {
    base: (grad, { base, exponent }) =>
      where(eq(exponent, 0), 0, mul(grad, mul(exponent, powTensor(base, sub(exponent, 1))))),
    exponent: (grad, { base, exponent, out }) =>
      mul(grad, where(logicalAnd(eq(base, 0), ge(exponent, 0)), 0, mul(out, log(base)))),
  },
});

const powOfNumber: PointwiseOp<[exponent: Tensor, base: Operand]> = pointwise({
  name: "pow",
  node: "PowBackward2",
  inputs: ["exponent", "base"],
  saves: { exponent: ["exponent", "base", "out"] },
  formula: reversed,
  accepts: noBool("pow", "pow"),
  derivative: {
    exponent: (grad, { exponent, base, out }) => {
      const slope = mul(out, log(full([], Number(base), { dtype: out.dtype })));
      return mul(grad, Number(base) === 0 ? where(ge(exponent, 0), 0, slope) : slope);
    },
    base: null,
  },
});

function checkExponent(x: Tensor, exponent: number): void {
  if (!isFloating(x.dtype) && Number.isInteger(exponent) && exponent < 0)
    throw new ValueError(
      "pow: Integers to negative integer powers are not allowed: need a floating tensor; got " +
        `${x.dtype} to the power ${exponent}. Use x.to("float32").`,
    );
}

function powOf(x: Tensor, exponent: number): Tensor {
  checkExponent(x, exponent);
  return withPromoted(x, [exponent], (y) => powNumber(y, exponent));
}

function powInPlace(x: Tensor, exponent: number): Tensor {
  checkExponent(x, exponent);
  checkPromoted("pow", x, [exponent]);
  return powNumber.inPlace(x, exponent);
}

/**
 * Power of two tensors or numbers, `base ** exponent`; shapes are broadcast.
 *
 * Throws {@link ValueError} for whole numbers to a negative whole power.
 * Derivative: G · exponent · base^(exponent − 1), 0 where the exponent is 0, and G · out · ln base.
 *
 * ```ts doctest
 * pow(tensor([2, 3]), 3).tolist() // => [8, 27]
 * pow(2, tensor([3, 4])).tolist() // => [8, 16]
 * ```
 */
export const pow: Broadcasting = overloads({
  name: "pow",
  takes: { base: anOperand, exponent: anOperand },
  ops: [powNumber, powTensor, powOfNumber],
  call: (base, exponent) => {
    const isTensor = typeof base === "object";
    if (typeof exponent !== "object") return powOf(isTensor ? base : full([], base), Number(exponent));
    return isTensor ? powTensor(base, exponent) : powOfNumber(exponent, base);
  },
  inPlace: (base: Tensor, exponent: Operand): Tensor =>
    typeof exponent === "object" ? powTensor.inPlace(base, exponent) : powInPlace(base, Number(exponent)),
});

/**
 * x². Derivative: 2 · G · x.
 *
 * ```ts doctest
 * square(tensor([2, -3])).tolist() // => [4, 9]
 * ```
 */
export const square: Unary = overloads({
  name: "square",
  takes: { x: aTensor },
  ops: [powNumber],
  call: (x) => powOf(x, 2),
  inPlace: (x: Tensor): Tensor => powInPlace(x, 2),
});
