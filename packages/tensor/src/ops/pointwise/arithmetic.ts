/** Elementary arithmetic, element by element. */

import type { Algebra, DType, Formula } from "@ag/kernels";
import { divisible, noBool, wholeAlpha } from "../../arguments/accepts.ts";
import { aNumber, anOperand, aTensor, oneOf } from "../../arguments/kinds.ts";
import { overloads, pointwise } from "../../core/define.ts";
import { DTypeError } from "../../core/errors.ts";
import { zero } from "../../core/formulas.ts";
import type { PointwiseOp } from "../../core/op.ts";
import type { Operand, Tensor } from "../../core/tensor.ts";
import type { Broadcasting, Choosing, Ternary, Unary } from "../../kinds/elementwise.ts";
import { full, zerosLike } from "../../make/factories.ts";
import { type FunctionOnly, functionOnly, type MethodOf, methodOf } from "../../methods/as-method.ts";
import { floorFormula, truncFormula } from "./division-formulas.ts";

export interface AddOptions {
  /** Factor of the second operand; 1 unless given. */
  readonly alpha?: number;
}

const sum: Formula = <T, C>(m: Algebra<T, C>, ...[a, b]: readonly T[]): T => m.add(a!, b!);
const scaledSum: Formula = <T, C>(m: Algebra<T, C>, ...[a, b, alpha]: readonly T[]): T => m.add(a!, m.mul(b!, alpha!));
const difference: Formula = <T, C>(m: Algebra<T, C>, ...[a, b]: readonly T[]): T => m.sub(a!, b!);
const scaledDifference: Formula = <T, C>(m: Algebra<T, C>, ...[a, b, alpha]: readonly T[]): T =>
  m.sub(a!, m.mul(b!, alpha!));
const reversed: Formula = <T, C>(m: Algebra<T, C>, ...[x, b]: readonly T[]): T => m.sub(b!, x!);
const scaledReversed: Formula = <T, C>(m: Algebra<T, C>, ...[x, b, alpha]: readonly T[]): T =>
  m.sub(b!, m.mul(x!, alpha!));

const scaled = { alpha: aNumber };

const factor = ({ alpha = 1 }: AddOptions = {}): readonly number[] => (alpha === 1 ? [] : [alpha]);

/** Bools cannot be subtracted, not even from numbers. */
function subtractable(op: string): (dtype: DType, operands: readonly Operand[]) => void {
  return (dtype, operands) => {
    const [a, b] = operands.map((x) => (typeof x === "object" ? x.dtype === "bool" : typeof x === "boolean"));
    if (a || b)
      throw new DTypeError(
        `${op}: Subtraction, the \`-\` operator, with ${a && b ? "two bool tensors" : "a bool tensor"} is not supported: ` +
          "need numbers. Use logicalXor, or logicalNot to invert.",
      );
    wholeAlpha(op)(dtype, operands);
  };
}

/**
 * Sum of two tensors, `a + alpha · b`.
 *
 * Shapes: `a` and `b` are broadcast.
 * Throws {@link ShapeError} if they cannot be, {@link DTypeError} for a fraction as alpha of whole numbers.
 * Derivative: G and alpha · G.
 *
 * ```ts doctest
 * add(tensor([1, 2]), 10).tolist() // => [11, 12]
 * ```
 */
export const add: Broadcasting<[options?: AddOptions]> = pointwise({
  name: "add",
  inputs: ["a", "b"],
  takes: { a: anOperand, b: anOperand, "options?": scaled },
  formulaFor: ({ alpha = 1 } = {}) => (alpha === 1 ? sum : scaledSum),
  parameters: factor,
  accepts: wholeAlpha("add"),
  numberFirst: (a, b, { alpha = 1 } = {}) => add(alpha === 1 ? b : mul(b, alpha), a),
  derivative: {
    a: (grad) => grad,
    b: (grad, _, { alpha = 1 } = {}) => (alpha === 1 ? grad : mul(grad, alpha)),
  },
});

/**
 * Difference of two tensors, `a − alpha · b`; shapes are broadcast.
 *
 * Throws {@link DTypeError} for bools.
 * Derivative: G and −alpha · G.
 *
 * ```ts doctest
 * sub(10, tensor([1, 2])).tolist() // => [9, 8]
 * ```
 */
export const sub: Broadcasting<[options?: AddOptions]> = pointwise({
  name: "sub",
  inputs: ["a", "b"],
  takes: { a: anOperand, b: anOperand, "options?": scaled },
  formulaFor: ({ alpha = 1 } = {}) => (alpha === 1 ? difference : scaledDifference),
  parameters: factor,
  accepts: subtractable("sub"),
  numberFirst: (a, b, options) => rsub(b, a, options),
  derivative: {
    a: (grad) => grad,
    b: (grad, _, { alpha = 1 } = {}) => (alpha === 1 ? neg(grad) : mul(grad, -alpha)),
  },
});

const reversedFor = ({ alpha = 1 }: AddOptions = {}): Formula => (alpha === 1 ? reversed : scaledReversed);

const rsubNumber: PointwiseOp<[x: Tensor, b: Operand, options?: AddOptions]> = pointwise({
  name: "rsub",
  node: "RsubBackward1",
  inputs: ["x", "b"],
  formulaFor: reversedFor,
  parameters: factor,
  accepts: subtractable("rsub"),
  derivative: { x: (grad, _, { alpha = 1 } = {}) => (alpha === 1 ? neg(grad) : mul(grad, -alpha)), b: null },
});

const rsubTensor: PointwiseOp<[x: Tensor, b: Operand, options?: AddOptions]> = pointwise({
  name: "rsub",
  inputs: ["x", "b"],
  formulaFor: reversedFor,
  parameters: factor,
  accepts: subtractable("rsub"),
  derivative: {
    x: (grad, _, { alpha = 1 } = {}) => (alpha === 1 ? neg(grad) : mul(grad, -alpha)),
    b: (grad) => grad,
  },
});

/**
 * `b − alpha · x`: what `sub(b, x)` does for a number b. Derivative: −alpha · G, and G for a tensor b.
 *
 * ```ts doctest
 * rsub(tensor([1, 2]), 10).tolist() // => [9, 8]
 * ```
 */
export const rsub: FunctionOnly<Broadcasting<[options?: AddOptions], Tensor>> = /* @__PURE__ */ functionOnly(
  overloads({
    name: "rsub",
    takes: { x: aTensor, b: anOperand, "options?": scaled },
    ops: [rsubNumber, rsubTensor],
    call: (x, b, options) => (typeof b === "object" ? rsubTensor(x, b, options) : rsubNumber(x, b, options)),
    inPlace: (x: Tensor, b: Operand, options?: AddOptions): Tensor =>
      (typeof b === "object" ? rsubTensor : rsubNumber).inPlace(x, b, options),
  }),
);

/**
 * Product of two tensors, element by element; shapes are broadcast. Derivative: G · b and G · a.
 *
 * ```ts doctest
 * mul(tensor([1, 2]), tensor([3, 4])).tolist() // => [3, 8]
 * ```
 */
export const mul: Broadcasting = pointwise({
  name: "mul",
  inputs: ["a", "b"],
  takes: { a: anOperand, b: anOperand },
  saves: { a: ["b"], b: ["a"] },
  formula: (m, a, b) => m.mul(a!, b!),
  numberFirst: (a, b) => mul(b, a),
  derivative: {
    a: (grad, { b }) => mul(grad, b),
    b: (grad, { a }) => mul(grad, a),
  },
});

export interface DivisionOptions {
  /** "trunc" rounds the quotient towards 0, "floor" down, and both keep whole numbers whole; null does not round. */
  readonly roundingMode?: "trunc" | "floor" | null;
}

const quotientSlope: Formula = (m, grad, a, b) => m.mul(m.neg(grad!), m.div(m.div(a!, b!), b!));

const quotient: Formula = (m, a, b) => m.div(a!, b!);

/** A number divided as a tensor is. */
function lifted(a: number | bigint | boolean, b: Tensor, options: DivisionOptions): Tensor {
  const x = full([], a);
  const out = div(x, b, options);
  x.dispose(); // the node holds what it reads
  return out;
}

/**
 * Quotient of two tensors; shapes are broadcast, whole numbers give float32 unless the quotient is rounded.
 *
 * Throws {@link ValueError} for whole numbers divided by 0 with a rounding mode, {@link DTypeError} for bools with one.
 * Derivative: G / b and −G · (a / b) / b; 0 where it is rounded.
 *
 * ```ts doctest
 * div(tensor([1, 2]), 4).tolist() // => [0.25, 0.5]
 * div(tensor([7, -7]), 2, { roundingMode: "floor" }).tolist() // => [3, -4]
 * ```
 */
export const div: Broadcasting<[options?: DivisionOptions]> = pointwise({
  name: "div",
  node: ({ roundingMode } = {}) => (roundingMode === undefined ? "DivBackward0" : "DivBackward2"),
  inputs: ["a", "b"],
  takes: { a: anOperand, b: anOperand, "options?": { roundingMode: [/* @__PURE__ */ oneOf("trunc", "floor"), null] } },
  saves: { a: ["b"], b: ["a", "b"] },
  formulaFor: ({ roundingMode } = {}) =>
    roundingMode === "floor" ? floorFormula : roundingMode === "trunc" ? truncFormula : quotient,
  result: ({ roundingMode } = {}) => (roundingMode ? "same" : "float"),
  accepts: (common, operands, { roundingMode } = {}) => {
    if (roundingMode) divisible("div", `div_${roundingMode}_cpu`)(common, operands);
  },
  numberFirst: (a, b, options) => (options ? lifted(a, b, options) : mul(reciprocal(b), a)),
  derivative: {
    a: (grad, { b }, { roundingMode } = {}) => (roundingMode ? zerosLike(grad) : div(grad, b)),
    b: (grad, { a, b }, { roundingMode } = {}) => (roundingMode ? zerosLike(grad) : mul(neg(grad), div(div(a, b), b))),
  },
  fused: { b: { formulaFor: ({ roundingMode } = {}) => (roundingMode ? zero : quotientSlope) } },
});

/**
 * 1 / x; whole numbers give float32. Derivative: −G · out².
 *
 * ```ts doctest
 * reciprocal(tensor([2, 4])).tolist() // => [0.5, 0.25]
 * ```
 */
export const reciprocal: Unary = pointwise({
  name: "reciprocal",
  inputs: ["x"],
  takes: { x: aTensor },
  saves: { x: ["out"] },
  formula: (m, x) => m.div(1, x!),
  result: "float",
  derivative: { x: (grad, { out }) => mul(neg(grad), mul(out, out)) },
  fused: { x: { formula: (m, grad, out) => m.mul(m.neg(grad!), m.mul(out!, out!)) } },
});

/**
 * −x.
 *
 * Throws {@link DTypeError} for bools.
 * Derivative: −G.
 *
 * ```ts doctest
 * neg(tensor([1, -2])).tolist() // => [-1, 2]
 * ```
 */
export const neg: Unary = pointwise({
  name: "neg",
  inputs: ["x"],
  takes: { x: aTensor },
  formula: (m, x) => m.neg(x!),
  accepts: (dtype) => {
    if (dtype === "bool")
      throw new DTypeError(
        "neg: Negation, the `-` operator, on a bool tensor is not supported: need numbers. Use logicalNot.",
      );
  },
  derivative: { x: (grad) => neg(grad) },
});

const signOf = <T, C>(m: Algebra<T, C>, x: T): T => m.select(m.lt(0, x), 1, m.select(m.lt(x, 0), -1, 0));

/**
 * Absolute value. Derivative: G · sign(x), so 0 at 0.
 *
 * ```ts doctest
 * abs(tensor([-1, 2])).tolist() // => [1, 2]
 * ```
 */
export const abs: Unary = pointwise({
  name: "abs",
  inputs: ["x"],
  takes: { x: aTensor },
  saves: { x: ["x"] },
  formula: (m, x) => m.abs(x!),
  accepts: noBool("abs", "abs_cpu"),
  derivative: { x: (grad, { x }) => mul(grad, sign(x)) },
  fused: { x: { formula: (m, grad, x) => m.mul(grad!, signOf(m, x!)) } },
});

/**
 * −1, 0 or 1; 0 for NaN. Derivative: 0.
 *
 * ```ts doctest
 * sign(tensor([-3, 0, 2])).tolist() // => [-1, 0, 1]
 * ```
 */
export const sign: Unary = pointwise({
  name: "sign",
  inputs: ["x"],
  takes: { x: aTensor },
  formula: (m, x) => signOf(m, x!),
  derivative: { x: (grad) => zerosLike(grad) },
});

/**
 * `a` where the condition (bool or uint8) holds, else `b`; all are broadcast. Derivative: G where the input was chosen, else 0.
 *
 * Throws {@link DTypeError} for other conditions.
 *
 * ```ts doctest
 * where(tensor([true, false]), tensor([1, 2]), 0).tolist() // => [1, 0]
 * ```
 */
export const where: MethodOf<Ternary<[], Tensor, Operand, Operand>, Choosing> = /* @__PURE__ */ methodOf(
  pointwise<
    [condition: Tensor, a: Operand, b: Operand],
    readonly ["condition", "a", "b"],
    { a: readonly ["condition"]; b: readonly ["condition"] }
  >({
    name: "where",
    inputs: ["condition", "a", "b"],
    takes: { condition: aTensor, a: anOperand, b: anOperand },
    saves: { a: ["condition"], b: ["condition"] },
    formula: (m, condition, a, b) => m.select(m.ne(condition!, 0), a!, b!),
    accepts: (_, [condition]) => {
      const { dtype } = condition as Tensor;
      if (dtype !== "bool" && dtype !== "uint8")
        throw new DTypeError(
          `where: expected condition to be a boolean tensor, but got a tensor with dtype ${dtype}. Use ne(condition, 0).`,
        );
    },
    derivative: {
      condition: null,
      a: (grad, { condition }) => where(condition, grad, 0),
      b: (grad, { condition }) => where(condition, 0, grad),
    },
  }),
  (x, condition, other) => where(condition, x, other),
);
