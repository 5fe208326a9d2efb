/**
 * What a division leaves, and how often it goes. Floating remainders are exact, as C's `fmod`; where |a / b| reaches 2¹¹⁵
 * (float64: 2³⁰⁰) they are NaN.
 */

import type { Algebra, Formula } from "@ag/kernels";
import { divisible } from "../../arguments/accepts.ts";
import { anOperand } from "../../arguments/kinds.ts";
import { overloads, pointwise } from "../../core/define.ts";
import { GradError } from "../../core/errors.ts";
import type { PointwiseOp } from "../../core/op.ts";
import type { Operand, Tensor } from "../../core/tensor.ts";
import { full } from "../../make/factories.ts";
import { isFloating } from "../../types/dtype.ts";
import { div, mul, neg } from "./arithmetic.ts";
import { trunc } from "./functions.ts";

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

const fmodFormula: Formula = <T, C>(m: Algebra<T, C>, ...[a, b]: readonly T[]): T => modulo(m, a!, b!);

const remainderFormula: Formula = <T, C>(m: Algebra<T, C>, ...[a, b]: readonly T[]): T => {
  const rest = modulo(m, a!, b!);
  return m.select(isOpposite(m, rest, b!), m.add(rest, b!), rest);
};

/** As PyTorch: from the exact remainder, so that the quotient is never one too large. */
const floorFormula: Formula = <T, C>(m: Algebra<T, C>, ...[a, b]: readonly T[]): T => {
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

type Binary = PointwiseOp<[a: Operand, b: Operand]>;

interface Named {
  readonly name: "remainder" | "fmod";
  readonly formula: Formula;
  /** The whole number that b was taken off. */
  readonly quotient: (a: Tensor, b: Tensor) => Tensor;
}

/** PyTorch keeps numbers and tensors as divisors apart on the tape. */
/* @__NO_SIDE_EFFECTS__ */
function byDivisor(name: string, byNumber: PointwiseOp<[a: Tensor, b: Operand]>, byTensor: typeof byNumber): Binary {
  const of = (b: Operand): typeof byNumber => (typeof b === "object" ? byTensor : byNumber);
  return overloads({
    name,
    takes: { a: anOperand, b: anOperand },
    ops: [byNumber, byTensor],
    call: (a, b) => of(b)(typeof a === "object" ? a : full([], a), b),
    inPlace: (a: Tensor, b: Operand): Tensor => of(b).inPlace(a, b),
  });
}

/* @__NO_SIDE_EFFECTS__ */
function rest({ name, formula, quotient }: Named): Binary {
  const accepts = divisible(name, `${name}_cpu`);
  const node = `${name.charAt(0).toUpperCase()}${name.slice(1)}Backward`;
  const byNumber: PointwiseOp<[a: Tensor, b: Operand]> = pointwise<[a: Tensor, b: Operand], readonly ["a", "b"]>({
    name,
    node: `${node}0`,
    inputs: ["a", "b"],
    formula,
    accepts,
    derivative: { a: (grad) => grad, b: null },
  });
  const byTensor: PointwiseOp<[a: Tensor, b: Operand]> = pointwise<
    [a: Tensor, b: Operand],
    readonly ["a", "b"],
    { b: readonly ["a", "b"] }
  >({
    name,
    node: `${node}1`,
    inputs: ["a", "b"],
    saves: { b: ["a", "b"] },
    formula,
    accepts,
    derivative: { a: (grad) => grad, b: (grad, { a, b }) => mul(neg(grad), quotient(a, b as Tensor)) },
  });
  return byDivisor(name, byNumber, byTensor);
}

/**
 * What a division that rounds down leaves: it has the sign of b. Shapes are broadcast.
 *
 * Throws {@link ValueError} for whole numbers divided by 0.
 * Derivative: G and −G · ⌊a / b⌋.
 *
 * ```ts doctest
 * remainder(tensor([5, -5]), 3).tolist() // => [2, 1]
 * ```
 */
export const remainder: Binary = rest({
  name: "remainder",
  formula: remainderFormula,
  quotient: (a, b) => floorDivide(a.detach(), b.detach()), // comes in steps, so there is nothing to record
});

/**
 * What a division that rounds towards 0 leaves: it has the sign of a. Shapes are broadcast.
 *
 * Throws {@link ValueError} for whole numbers divided by 0.
 * Derivative: G and −G · trunc(a / b).
 *
 * ```ts doctest
 * fmod(tensor([5, -5]), 3).tolist() // => [2, -2]
 * ```
 */
export const fmod: Binary = rest({
  name: "fmod",
  formula: fmodFormula,
  quotient: (a, b) => trunc(div(a.detach(), b.detach())),
});

function notDifferentiable(): never {
  throw new GradError("floorDivide: derivative for aten::floor_divide is not implemented: its value comes in steps.");
}

/* @__NO_SIDE_EFFECTS__ */
const floorDivision = (b: typeof notDifferentiable | null): PointwiseOp<[a: Tensor, b: Operand]> =>
  pointwise<[a: Tensor, b: Operand], readonly ["a", "b"]>({
    name: "floorDivide",
    node: "NotImplemented",
    inputs: ["a", "b"],
    formula: floorFormula,
    accepts: divisible("floorDivide", "div_floor_cpu"),
    derivative: { a: notDifferentiable, b },
  });

const floorByNumber = floorDivision(null);
const floorByTensor = floorDivision(notDifferentiable);

/**
 * ⌊a / b⌋; whole numbers stay whole. Shapes are broadcast. Has no derivative: backward throws.
 *
 * Throws {@link ValueError} for whole numbers divided by 0.
 *
 * ```ts doctest
 * floorDivide(tensor([7, -7]), 2).tolist() // => [3, -4]
 * ```
 */
export const floorDivide: Binary = byDivisor("floorDivide", floorByNumber, floorByTensor);
