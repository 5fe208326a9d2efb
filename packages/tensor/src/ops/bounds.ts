/** The larger, the smaller, the bounded: elements chosen by their size. */
import type { Algebra, Formula } from "@ag/kernels";
import { overloads, pointwise } from "../define.ts";
import { isFloating } from "../dtype.ts";
import { ValueError } from "../errors.ts";
import type { PointwiseOp } from "../op.ts";
import { checkPromoted, promoted } from "../promoted.ts";
import type { Tensor } from "../tensor.ts";
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
export const maximum: PointwiseOp<[a: Tensor, b: Tensor]> = pointwise({
  name: "maximum",
  inputs: ["a", "b"],
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
export const minimum: PointwiseOp<[a: Tensor, b: Tensor]> = pointwise({
  name: "minimum",
  inputs: ["a", "b"],
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
  for (const bound of bounds)
    if (typeof bound !== "number")
      throw new ValueError("clamp: need numbers as bounds; got something else. Use maximum and minimum for tensors.");
  return bounds;
}

const clampFormula = ({ min, max }: Bounds): Formula =>
  min === undefined ? below : max === undefined ? above : within;

/* @__NO_SIDE_EFFECTS__ */
const clamping = (name: string, node: string): PointwiseOp<[x: Tensor, bounds: Bounds]> =>
  pointwise<[x: Tensor, bounds: Bounds], readonly ["x"], { x: readonly ["x"] }>({
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

const inBounds = (op: typeof clampBoth, x: Tensor, bounds: Bounds): Tensor => op(promoted(x, given(bounds)), bounds);

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
export const clamp: PointwiseOp<[x: Tensor, bounds: Bounds]> = overloads({
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
export const clampMin: PointwiseOp<[x: Tensor, min: number]> = overloads({
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
export const clampMax: PointwiseOp<[x: Tensor, max: number]> = overloads({
  ops: [clampHigh],
  call: (x, max) => inBounds(clampHigh, x, { max }),
  inPlace: (x: Tensor, max: number): Tensor => inBoundsInPlace(clampHigh, "clampMax", x, { max }),
});
