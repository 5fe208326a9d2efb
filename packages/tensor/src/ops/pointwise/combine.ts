/** Three operands in one step. */

import type { Algebra, DType, Formula } from "@ag/kernels";
import { kindOf, onlyFloating } from "../../arguments/accepts.ts";
import { aNumber, anOperand, aTensor } from "../../arguments/kinds.ts";
import { overloads, pointwise } from "../../core/define.ts";
import { DTypeError } from "../../core/errors.ts";
import type { PointwiseOp } from "../../core/op.ts";
import type { Operand, Tensor } from "../../core/tensor.ts";
import type { Ternary } from "../../kinds/elementwise.ts";
import { isFloating } from "../../types/dtype.ts";
import { div, mul, neg, reciprocal, rsub, sub } from "./arithmetic.ts";

export interface AddcmulOptions {
  /** Factor of the product or quotient; 1 unless given. */
  readonly value?: number;
}

const valued = { value: aNumber };

/**
 * `x + value · a · b`. Derivative: G, G · value · b and G · value · a.
 *
 * ```ts doctest
 * addcmul(tensor([1]), tensor([2]), tensor([3]), { value: 10 }).tolist() // => [61]
 * ```
 */
export const addcmul: Ternary<[options?: AddcmulOptions]> = pointwise({
  name: "addcmul",
  inputs: ["x", "a", "b"],
  takes: { x: aTensor, a: aTensor, b: aTensor, "options?": valued },
  saves: { a: ["b"], b: ["a"] },
  formula: (m, x, a, b, value) => m.add(x!, m.mul(m.mul(value!, a!), b!)),
  parameters: ({ value = 1 } = {}) => [value],
  derivative: {
    x: (grad) => grad,
    a: (grad, { b }, { value = 1 } = {}) => mul(grad, mul(b, value)),
    b: (grad, { a }, { value = 1 } = {}) => mul(grad, mul(a, value)),
  },
});

/**
 * `x + value · a / b`.
 *
 * Throws {@link DTypeError} when both a and b hold whole numbers.
 * Derivative: G, G · value / b and −G · value · a / b².
 *
 * ```ts doctest
 * addcdiv(tensor([1]), tensor([6]), tensor([3]), { value: 10 }).tolist() // => [21]
 * ```
 */
export const addcdiv: Ternary<[options?: AddcmulOptions]> = pointwise({
  name: "addcdiv",
  inputs: ["x", "a", "b"],
  takes: { x: aTensor, a: aTensor, b: aTensor, "options?": valued },
  saves: { a: ["b"], b: ["a", "b"] },
  formula: (m, x, a, b, value) => m.add(x!, m.div(m.mul(value!, a!), b!)),
  parameters: ({ value = 1 } = {}) => [value],
  accepts: (_, [, a, b]) => {
    if (!isFloating((a as Tensor).dtype) && !isFloating((b as Tensor).dtype))
      throw new DTypeError(
        `addcdiv: Integer division with addcdiv is no longer supported: need a floating a or b; got ` +
          `${(a as Tensor).dtype} and ${(b as Tensor).dtype}.`,
      );
  },
  derivative: {
    x: (grad) => grad,
    a: (grad, { b }, { value = 1 } = {}) => mul(grad, mul(reciprocal(b), value)),
    b: (grad, { a, b }, { value = 1 } = {}) => mul(neg(grad), div(mul(a, value), mul(b, b))),
  },
});

/** Operands of one dtype; a weight without dimensions may differ. */
function alike(dtype: DType, [a, b, weight]: readonly Operand[]): void {
  onlyFloating("lerp", "lerp_kernel_scalar")(dtype, []);
  const wanted = (a as Tensor).dtype;
  const others = { end: b, weight };
  for (const [name, x] of Object.entries(others)) {
    if (typeof x !== "object" || x.dtype === wanted || (name === "weight" && x.sizes.length === 0)) continue;
    throw new DTypeError(
      `lerp: expected dtype ${kindOf(wanted).toLowerCase()} for \`${name}\` but got dtype ${kindOf(x.dtype).toLowerCase()}: ` +
        "need operands of one dtype.",
    );
  }
}

const between: Formula = <T, C>(m: Algebra<T, C>, ...[a, b, w]: readonly T[]): T => {
  const way = m.sub(b!, a!);
  return m.select(m.lt(m.abs(w!), 0.5), m.add(a!, m.mul(w!, way)), m.sub(b!, m.mul(way, m.sub(1, w!))));
};

const lerpNumber: PointwiseOp<[a: Tensor, b: Tensor, weight: number]> = pointwise({
  name: "lerp",
  inputs: ["a", "b"],
  formula: between,
  parameters: (weight) => [weight],
  accepts: alike,
  derivative: {
    a: (grad, _, weight) => mul(grad, 1 - weight),
    b: (grad, _, weight) => mul(grad, weight),
  },
});

const lerpTensor: PointwiseOp<[a: Tensor, b: Tensor, weight: Tensor]> = pointwise({
  name: "lerp",
  node: "LerpBackward1",
  inputs: ["a", "b", "weight"],
  saves: { a: ["weight"], b: ["weight"], weight: ["a", "b"] },
  formula: between,
  accepts: alike,
  derivative: {
    a: (grad, { weight }) => mul(grad, rsub(weight, 1)),
    b: (grad, { weight }) => mul(grad, weight),
    weight: (grad, { a, b }) => mul(grad, sub(b, a)),
  },
});

/**
 * `a + weight · (b − a)`; like PyTorch from the nearer end.
 *
 * Throws {@link DTypeError} for whole numbers and for operands of different dtypes.
 * Derivative: G · (1 − weight), G · weight and, for a tensor as weight, G · (b − a).
 *
 * ```ts doctest
 * lerp(tensor([0, 10]), tensor([10, 20]), 0.25).tolist() // => [2.5, 12.5]
 * ```
 */
export const lerp: Ternary<[], Tensor, Tensor, Tensor | number> = overloads({
  name: "lerp",
  takes: { a: aTensor, b: aTensor, weight: anOperand },
  ops: [lerpNumber, lerpTensor],
  call: (a, b, weight) => (typeof weight === "object" ? lerpTensor(a, b, weight) : lerpNumber(a, b, Number(weight))),
  inPlace: (a: Tensor, b: Tensor, weight: Tensor | number): Tensor =>
    typeof weight === "object" ? lerpTensor.inPlace(a, b, weight) : lerpNumber.inPlace(a, b, Number(weight)),
});
