/** What a division leaves, and how often it goes. */

import type { Formula } from "@ag/kernels";
import { divisible } from "../../arguments/accepts.ts";
import { anOperand } from "../../arguments/kinds.ts";
import { overloads, pointwise } from "../../core/define.ts";
import { GradError } from "../../core/errors.ts";
import type { PointwiseOp } from "../../core/op.ts";
import type { Operand, Tensor } from "../../core/tensor.ts";
import type { Broadcasting } from "../../kinds/elementwise.ts";
import { full } from "../../make/factories.ts";
import { div, mul, neg } from "./arithmetic.ts";
import { floorFormula, fmodFormula, remainderFormula } from "./division-formulas.ts";

interface Named {
  readonly name: "remainder" | "fmod";
  readonly formula: Formula;
  /** The whole number that b was taken off. */
  readonly quotient: (a: Tensor, b: Tensor) => Tensor;
}

/** PyTorch keeps numbers and tensors as divisors apart on the tape. */
/* @__NO_SIDE_EFFECTS__ */
function byDivisor(
  name: string,
  byNumber: PointwiseOp<[a: Tensor, b: Operand]>,
  byTensor: typeof byNumber,
): Broadcasting {
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
function rest({ name, formula, quotient }: Named): Broadcasting {
  const accepts = divisible(name, `${name}_cpu`);
  const node = `${name.charAt(0).toUpperCase()}${name.slice(1)}Backward`;
  const byNumber: PointwiseOp<[a: Tensor, b: Operand]> = pointwise({
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
export const remainder: Broadcasting = rest({
  name: "remainder",
  formula: remainderFormula,
  quotient: (a, b) => div(a, b, { roundingMode: "floor" }),
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
export const fmod: Broadcasting = rest({
  name: "fmod",
  formula: fmodFormula,
  quotient: (a, b) => div(a, b, { roundingMode: "trunc" }),
});

function notDifferentiable(): never {
  throw new GradError("floorDivide: derivative for aten::floor_divide is not implemented: its value comes in steps.");
}

/* @__NO_SIDE_EFFECTS__ */
const floorDivision = (b: typeof notDifferentiable | null): PointwiseOp<[a: Tensor, b: Operand]> =>
  pointwise({
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
export const floorDivide: Broadcasting = byDivisor("floorDivide", floorByNumber, floorByTensor);
