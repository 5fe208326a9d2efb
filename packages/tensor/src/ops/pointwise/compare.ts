/** Comparisons and logic: results are bool, and nothing is differentiable. */

import type { Algebra } from "@ag/kernels";
import { kindOf } from "../../arguments/accepts.ts";
import { defineFunction } from "../../arguments/checked.ts";
import { aFlag, aNumber, anOperand, aTensor } from "../../arguments/kinds.ts";
import { overloads, pointwise } from "../../core/define.ts";
import { DTypeError, ValueError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { PointwiseOp } from "../../core/op.ts";
import type { Operand, Tensor } from "../../core/tensor.ts";
import type { Broadcasting, Stretching, Unary } from "../../kinds/elementwise.ts";
import { cast } from "../../layout/cast.ts";
import { sameShape, sizeOf } from "../../layout/shape.ts";
import { zerosLike } from "../../make/factories.ts";
import { fresh } from "../../make/fresh.ts";
import { isFloating } from "../../types/dtype.ts";

type Comparison = Broadcasting<[], Tensor, Operand>;
type Compared = PointwiseOp<[a: Tensor, b: Operand]>;

type ComparisonFormula = <T, C>(m: Algebra<T, C>, ...x: readonly T[]) => C;

/** What was there has no gradient any more: in place a comparison is a node on the tape, as in PyTorch. */
const forgotten = (grad: Tensor): Tensor => zerosLike(grad);

/* @__NO_SIDE_EFFECTS__ */
function comparison(name: string, formula: ComparisonFormula): Comparison {
  const shared = { name, inputs: ["a", "b"], formula, result: "bool" } as const;
  const node = `${name.charAt(0).toUpperCase()}${name.slice(1)}Backward`;
  const plain: Compared = pointwise({ ...shared, derivative: { a: null, b: null } });
  const withNumber: Compared = pointwise({
    ...shared,
    node: `${node}0`,
    derivative: { a: forgotten, b: null },
  });
  const withTensor: Compared = pointwise({
    ...shared,
    node: `${node}1`,
    derivative: { a: forgotten, b: forgotten },
  });
  return overloads({
    name,
    takes: { a: aTensor, b: anOperand },
    ops: [plain],
    call: (a, b) => plain(a, b),
    inPlace: (a: Tensor, b: Operand): Tensor => (typeof b === "object" ? withTensor : withNumber).inPlace(a, b),
  });
}

/**
 * Where two tensors are equal. Shapes are broadcast.
 *
 * ```ts doctest
 * eq(tensor([1, 2]), tensor([1, 3])).tolist() // => [true, false]
 * ```
 */
export const eq: Comparison = comparison("eq", (m, a, b) => m.eq(a!, b!));

/**
 * Where they differ; NaN differs from everything.
 *
 * ```ts doctest
 * ne(tensor([1, 2]), 1).tolist() // => [false, true]
 * ```
 */
export const ne: Comparison = comparison("ne", (m, a, b) => m.ne(a!, b!));

/**
 * a < b.
 *
 * ```ts doctest
 * lt(tensor([1, 2]), 2).tolist() // => [true, false]
 * ```
 */
export const lt: Comparison = comparison("lt", (m, a, b) => m.lt(a!, b!));

/**
 * a ≤ b.
 *
 * ```ts doctest
 * le(tensor([1, 2]), 1).tolist() // => [true, false]
 * ```
 */
export const le: Comparison = comparison("le", (m, a, b) => m.le(a!, b!));

/**
 * a > b.
 *
 * ```ts doctest
 * gt(tensor([1, 2]), 1).tolist() // => [false, true]
 * ```
 */
export const gt: Comparison = comparison("gt", (m, a, b) => m.lt(b!, a!));

/**
 * a ≥ b.
 *
 * ```ts doctest
 * ge(tensor([1, 2]), 2).tolist() // => [false, true]
 * ```
 */
export const ge: Comparison = comparison("ge", (m, a, b) => m.le(b!, a!));

/**
 * Where both are not zero.
 *
 * ```ts doctest
 * logicalAnd(tensor([true, true]), tensor([true, false])).tolist() // => [true, false]
 * ```
 */
export const logicalAnd: Comparison = comparison("logicalAnd", (m, a, b) => m.and(m.ne(a!, 0), m.ne(b!, 0)));

/**
 * Where one or both are not zero.
 *
 * ```ts doctest
 * logicalOr(tensor([false, true]), tensor([false, false])).tolist() // => [false, true]
 * ```
 */
export const logicalOr: Comparison = comparison("logicalOr", (m, a, b) => m.or(m.ne(a!, 0), m.ne(b!, 0)));

/**
 * Where exactly one is not zero.
 *
 * ```ts doctest
 * logicalXor(tensor([true, true]), tensor([true, false])).tolist() // => [false, true]
 * ```
 */
export const logicalXor: Comparison = comparison("logicalXor", (m, a, b) =>
  m.and(m.or(m.ne(a!, 0), m.ne(b!, 0)), m.not(m.and(m.ne(a!, 0), m.ne(b!, 0)))),
);

/* @__NO_SIDE_EFFECTS__ */
function predicate(name: string, formula: ComparisonFormula): Unary {
  const shared = { name, inputs: ["x"], formula, result: "bool" } as const;
  const plain: PointwiseOp<[x: Tensor]> = pointwise({ ...shared, derivative: { x: null } });
  const written: PointwiseOp<[x: Tensor]> = pointwise({ ...shared, derivative: { x: forgotten } });
  return overloads({
    name,
    takes: { x: aTensor },
    ops: [plain],
    call: (x) => plain(x),
    inPlace: (x: Tensor): Tensor => written.inPlace(x),
  });
}

/**
 * Where x is zero.
 *
 * ```ts doctest
 * logicalNot(tensor([true, false])).tolist() // => [false, true]
 * ```
 */
export const logicalNot: Unary = predicate("logicalNot", (m, x) => m.eq(x!, 0));

/**
 * Where x is NaN.
 *
 * ```ts doctest
 * isnan(tensor([1, NaN])).tolist() // => [false, true]
 * ```
 */
export const isnan: Unary = predicate("isnan", (m, x) => m.ne(x!, x!));

const isInfinite = <T, C>(m: Algebra<T, C>, x: T): C =>
  isFloating(m.dtype) ? m.eq(m.abs(x), Number.POSITIVE_INFINITY) : m.ne(x, x);

/**
 * Where x is infinite.
 *
 * ```ts doctest
 * isinf(tensor([1, -Infinity])).tolist() // => [false, true]
 * ```
 */
export const isinf: Unary = predicate("isinf", (m, x) => isInfinite(m, x!));

/**
 * Where x is neither infinite nor NaN.
 *
 * ```ts doctest
 * isfinite(tensor([1, NaN, Infinity])).tolist() // => [true, false, false]
 * ```
 */
export const isfinite: Unary = predicate("isfinite", (m, x) => m.and(m.eq(x!, x!), m.not(isInfinite(m, x!))));

/** How far apart counts as close: |a − b| ≤ atol + rtol · |b|. */
export interface Closeness {
  readonly rtol?: number;
  readonly atol?: number;
  /** NaN is close to NaN. */
  readonly equalNan?: boolean;
}

const close = <T, C>(m: Algebra<T, C>, ...[a, b, rtol, atol]: readonly T[]): C => {
  const error = m.abs(m.sub(a!, b!));
  const isNear = m.le(error, m.add(atol!, m.abs(m.mul(rtol!, b!))));
  return m.or(m.eq(a!, b!), m.and(isNear, m.lt(error, Number.POSITIVE_INFINITY)));
};
const closeOrNan = <T, C>(m: Algebra<T, C>, ...[a, b, rtol, atol]: readonly T[]): C =>
  m.or(close(m, a!, b!, rtol!, atol!), m.and(m.ne(a!, a!), m.ne(b!, b!)));

const closeness: PointwiseOp<[a: Tensor, b: Tensor, options?: Closeness]> = pointwise({
  name: "isclose",
  inputs: ["a", "b"],
  formulaFor: ({ equalNan = false } = {}) => (equalNan ? closeOrNan : close),
  parameters: ({ rtol = 1e-5, atol = 1e-8 } = {}) => [rtol, atol],
  result: "bool",
  derivative: { a: null, b: null },
});

const tolerances = { rtol: aNumber, atol: aNumber, equalNan: aFlag };

function checkCloseness(a: Tensor, b: Tensor, options: Closeness): void {
  if (a.dtype !== b.dtype)
    throw new DTypeError(
      `isclose: ${kindOf(a.dtype)} did not match ${kindOf(b.dtype)}: need equal dtypes. Use a.to("${b.dtype}").`,
    );
  const { rtol = 1e-5, atol = 1e-8 } = options;
  for (const [name, tolerance] of Object.entries({ rtol, atol }))
    if (!(tolerance >= 0))
      throw new ValueError(`isclose: ${name} must be greater than or equal to zero, but got ${tolerance}.`);
}

/**
 * Where |a − b| ≤ atol (1e-8) + rtol (1e-5) · |b|.
 *
 * Throws {@link DTypeError} for different dtypes, {@link ValueError} for negative tolerances.
 *
 * ```ts doctest
 * isclose(tensor([1, 2]), tensor([1.000001, 2.1])).tolist() // => [true, false]
 * ```
 */
export const isclose: Stretching<[options?: Closeness], Tensor, Tensor> = defineFunction({
  name: "isclose",
  takes: { a: aTensor, b: aTensor, "options?": tolerances },
  call: (a, b, options = {}) => {
    checkCloseness(a, b, options);
    if (isFloating(a.dtype)) return closeness(a, b, options);
    const [x, y] = [cast(a, "float64"), cast(b, "float64")]; // tolerances are fractions
    const out = closeness(x, y, options);
    x.dispose();
    y.dispose();
    return out;
  },
});

/** Whether every element of a bool tensor holds: an answer in JavaScript, so one element has to be read. */
function holds(x: Tensor): boolean {
  if (sizeOf(x.sizes) === 0) return true;
  const out = fresh(
    x.sizes.map(() => 1),
    "bool",
  );
  kernels.reduce("min", x, out);
  const isTrue = out.item() === 1;
  out.dispose();
  return isTrue;
}

/**
 * Whether all elements are close; see {@link isclose}. Shapes are broadcast; dtypes must be equal.
 *
 * ```ts doctest
 * allclose(tensor([1, 2]), tensor([1.000001, 2])) // => true
 * ```
 */
export const allclose: (a: Tensor, b: Tensor, options?: Closeness) => boolean = defineFunction({
  name: "allclose",
  takes: { a: aTensor, b: aTensor, "options?": tolerances },
  call: (a, b, options = {}) => {
    const close = isclose(a, b, options);
    const result = holds(close);
    close.dispose();
    return result;
  },
});

/**
 * Whether two tensors have the same shape and elements.
 *
 * ```ts doctest
 * equal(tensor([1, 2]), tensor([1, 2])) // => true
 * ```
 */
export const equal: (a: Tensor, b: Tensor) => boolean = defineFunction({
  name: "equal",
  takes: { a: aTensor, b: aTensor },
  call: (a, b) => {
    if (!sameShape(a.sizes, b.sizes)) return false;
    const same = eq(a, b);
    const result = holds(same);
    same.dispose();
    return result;
  },
});
