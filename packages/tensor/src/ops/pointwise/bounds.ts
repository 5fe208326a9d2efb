/** The larger, the smaller, the bounded: elements chosen by their size. */

import type { Algebra, Formula } from "@ag/kernels";
import { aNumber, aTensor } from "../../arguments/kinds.ts";
import { overloads, pointwise } from "../../core/define.ts";
import { DTypeError, ValueError } from "../../core/errors.ts";
import type { PointwiseOp } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Broadcasting, Unary } from "../../kinds/elementwise.ts";
import { zerosLike } from "../../make/factories.ts";
import { type FunctionOnly, functionOnly } from "../../methods/as-method.ts";
import { isFloating } from "../../types/dtype.ts";
import { checkPromoted, withPromoted } from "../../types/promoted.ts";
import { div, where } from "./arithmetic.ts";
import { eq, ge, gt, le, logicalAnd, lt } from "./compare.ts";

/** NaN if either is; the algebra's own functions give the first operand then. */
const largest = <T, C>(m: Algebra<T, C>, a: T, b: T): T =>
  isFloating(m.dtype) ? m.select(m.ne(b, b), b, m.max(a, b)) : m.max(a, b);
const smallest = <T, C>(m: Algebra<T, C>, a: T, b: T): T =>
  isFloating(m.dtype) ? m.select(m.ne(b, b), b, m.min(a, b)) : m.min(a, b);

/** G where the other was not better, half of it where both are equal. */
const share = (grad: Tensor, a: Tensor, b: Tensor, isOther: Tensor): Tensor =>
  where(isOther, 0, where(eq(a, b), div(grad, 2), grad));

/**
 * The larger of two elements; NaN if either is. Derivative: G where the element was chosen, half of it on ties.
 *
 * ```ts doctest
 * maximum(tensor([1, 5]), tensor([3, 4])).tolist() // => [3, 5]
 * ```
 */
export const maximum: Broadcasting<[], Tensor, Tensor> = pointwise({
  name: "maximum",
  inputs: ["a", "b"],
  takes: { a: aTensor, b: aTensor },
  saves: { a: ["a", "b"], b: ["a", "b"] },
  formula: (m, a, b) => largest(m, a!, b!),
  derivative: {
    a: (grad, { a, b }) => share(grad, a, b, lt(a, b)),
    b: (grad, { a, b }) => share(grad, a, b, gt(a, b)),
  },
});

/**
 * The smaller of two elements; NaN if either is. Derivative: G where the element was chosen, half of it on ties.
 *
 * ```ts doctest
 * minimum(tensor([1, 5]), tensor([3, 4])).tolist() // => [1, 4]
 * ```
 */
export const minimum: Broadcasting<[], Tensor, Tensor> = pointwise({
  name: "minimum",
  inputs: ["a", "b"],
  takes: { a: aTensor, b: aTensor },
  saves: { a: ["a", "b"], b: ["a", "b"] },
  formula: (m, a, b) => smallest(m, a!, b!),
  derivative: {
    a: (grad, { a, b }) => share(grad, a, b, gt(a, b)),
    b: (grad, { a, b }) => share(grad, a, b, lt(a, b)),
  },
});

/** Bounds: at least one. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

const above: Formula = <T, C>(m: Algebra<T, C>, ...[x, min]: readonly T[]): T => largest(m, x!, min!);
const below: Formula = <T, C>(m: Algebra<T, C>, ...[x, max]: readonly T[]): T => smallest(m, x!, max!);
const within: Formula = <T, C>(m: Algebra<T, C>, ...[x, min, max]: readonly T[]): T =>
  smallest(m, largest(m, x!, min!), max!);

/** Where x lies within the bounds, which count as inside. */
function isWithin(x: Tensor, { min, max }: Bounds): Tensor {
  if (min === undefined) return le(x, max as number);
  return max === undefined ? ge(x, min) : logicalAnd(ge(x, min), le(x, max));
}

function given({ min, max }: Bounds): readonly number[] {
  const bounds = [min, max].filter((bound) => bound !== undefined);
  if (bounds.length === 0)
    throw new ValueError("clamp: At least one of 'min' or 'max' must not be None: need a bound; got none.");
  return bounds;
}

const clampFormula = ({ min, max }: Bounds): Formula =>
  min === undefined ? below : max === undefined ? above : within;

/* @__NO_SIDE_EFFECTS__ */
const clamping = (name: string, node: string): PointwiseOp<[x: Tensor, bounds: Bounds]> =>
  pointwise({
    name,
    node,
    inputs: ["x"],
    saves: { x: ["x"] },
    formulaFor: clampFormula,
    parameters: given,
    derivative: { x: (grad, { x }, bounds) => where(isWithin(x, bounds), grad, 0) },
  });

const clampBoth = clamping("clamp", "ClampBackward1");
const clampLow = clamping("clampMin", "ClampMinBackward0");
const clampHigh = clamping("clampMax", "ClampMaxBackward0");

const inBounds = (op: typeof clampBoth, x: Tensor, bounds: Bounds): Tensor =>
  withPromoted(x, given(bounds), (y) => op(y, bounds));

function inBoundsInPlace(op: typeof clampBoth, name: string, x: Tensor, bounds: Bounds): Tensor {
  checkPromoted(name, x, given(bounds));
  return op.inPlace(x, bounds);
}

/**
 * x, but at least `min` and at most `max` (which wins). NaN stays, and a bound that is NaN makes all NaN.
 *
 * Throws {@link ValueError} without a bound.
 * Derivative: G within the bounds, which count as inside, else 0.
 *
 * ```ts doctest
 * clamp(tensor([-2, 0.5, 3]), { min: 0, max: 1 }).tolist() // => [0, 0.5, 1]
 * ```
 */
export const clamp: Unary<[bounds: Bounds]> = overloads({
  name: "clamp",
  takes: { x: aTensor, bounds: { "min?": aNumber, "max?": aNumber } },
  ops: [clampBoth],
  call: (x, bounds) => inBounds(clampBoth, x, bounds),
  inPlace: (x: Tensor, bounds: Bounds): Tensor => inBoundsInPlace(clampBoth, "clamp", x, bounds),
});

/**
 * x, but at least `min`. Derivative: G where x ≥ min, else 0.
 *
 * ```ts doctest
 * clampMin(tensor([-2, 3]), 0).tolist() // => [0, 3]
 * ```
 */
export const clampMin: Unary<[min: number]> = overloads({
  name: "clampMin",
  takes: { x: aTensor, min: aNumber },
  ops: [clampLow],
  call: (x, min) => inBounds(clampLow, x, { min }),
  inPlace: (x: Tensor, min: number): Tensor => inBoundsInPlace(clampLow, "clampMin", x, { min }),
});

/**
 * x, but at most `max`. Derivative: G where x ≤ max, else 0.
 *
 * ```ts doctest
 * clampMax(tensor([-2, 3]), 0).tolist() // => [-2, 0]
 * ```
 */
export const clampMax: Unary<[max: number]> = overloads({
  name: "clampMax",
  takes: { x: aTensor, max: aNumber },
  ops: [clampHigh],
  call: (x, max) => inBounds(clampHigh, x, { max }),
  inPlace: (x: Tensor, max: number): Tensor => inBoundsInPlace(clampHigh, "clampMax", x, { max }),
});

/** The options of {@link hardtanh}. */
export interface HardtanhOptions {
  /** −1 unless given. */
  readonly minVal?: number;
  /** 1 unless given. */
  readonly maxVal?: number;
}

/** G where the saved value is strictly between the bounds, else 0; so at NaN. */
const hardtanhBackward: PointwiseOp<[grad: Tensor, x: Tensor, bounds: readonly [min: number, max: number]]> = pointwise(
  {
    name: "hardtanhBackward",
    inputs: ["grad", "x"],
    saves: { grad: ["x"] },
    formula: (m, grad, x, low, high) => m.select(m.and(m.lt(low!, x!), m.lt(x!, high!)), grad!, 0),
    parameters: (bounds) => bounds,
    derivative: { grad: (grad, { x }, bounds) => hardtanhBackward(grad, x, bounds), x: (grad) => zerosLike(grad) },
  },
);

/**
 * x, but at least `minVal` and at most `maxVal`; NaN stays.
 *
 * Throws {@link ValueError} when they are in the wrong order.
 * Derivative: G strictly between the bounds, else 0.
 *
 * ```ts doctest
 * hardtanh(tensor([-3, 0.5, 3])).tolist() // => [-1, 0.5, 1]
 * ```
 */
export const hardtanh: FunctionOnly<Unary<[options?: HardtanhOptions]>> = /* @__PURE__ */ functionOnly(
  pointwise({
    name: "hardtanh",
    inputs: ["x"],
    takes: { x: aTensor, "options?": { minVal: aNumber, maxVal: aNumber } },
    saves: { x: ["x"] },
    formula: (m, x, low, high) => m.min(m.max(x!, low!), high!),
    parameters: ({ minVal = -1, maxVal = 1 } = {}) => {
      if (!(minVal <= maxVal))
        throw new ValueError(`hardtanh: min_val cannot be greater than max_val: got ${minVal} and ${maxVal}.`);
      return [minVal, maxVal];
    },
    accepts: (dtype) => {
      if (dtype === "bool")
        throw new DTypeError(
          'hardtanh: Bool inputs not supported for hardtanh: need numbers; got bool. Use x.to("float32").',
        );
    },
    derivative: {
      x: (grad, { x }, { minVal = -1, maxVal = 1 } = {}) => hardtanhBackward(grad, x, [minVal, maxVal]),
    },
  }),
);

const six = { minVal: 0, maxVal: 6 };

/**
 * x between 0 and 6. Derivative: G strictly between, else 0.
 *
 * ```ts doctest
 * relu6(tensor([-1, 2, 8])).tolist() // => [0, 2, 6]
 * ```
 */
export const relu6: FunctionOnly<Unary> = /* @__PURE__ */ functionOnly(
  overloads({
    name: "relu6",
    takes: { x: aTensor },
    ops: [hardtanh],
    call: (x) => hardtanh(x, six),
    inPlace: (x: Tensor): Tensor => hardtanh.inPlace(x, six),
  }),
);
