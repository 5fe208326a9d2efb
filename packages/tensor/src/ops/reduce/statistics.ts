/** Spread and size of many numbers: variance, standard deviation, norms. */

import type { Formula } from "@ag/kernels";
import { kindOf } from "../../arguments/accepts.ts";
import { defineFunction } from "../../arguments/checked.ts";
import { aFlag, aNumber, anyDims, aTensor } from "../../arguments/kinds.ts";
import { defineOp } from "../../core/define.ts";
import { DTypeError, ValueError } from "../../core/errors.ts";
import { isSet } from "../../core/formulas.ts";
import type { Op } from "../../core/op.ts";
import { withScope } from "../../core/scope.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Reduction } from "../../kinds/reduction.ts";
import { dimsOf, type Shape } from "../../layout/shape.ts";
import { isFloating } from "../../types/dtype.ts";
import { abs, div, mul, sign, sub, where } from "../pointwise/arithmetic.ts";
import { eq, isnan, logicalAnd, logicalOr } from "../pointwise/compare.ts";
import { sqrt } from "../pointwise/functions.ts";
import { pow } from "../pointwise/power.ts";
import { countOf, type Dims, type ReduceOptions, reduced, restored } from "./reduction.ts";
import { mean, sum } from "./sums.ts";

/** The options of {@link variance} and {@link std}. */
export interface VarianceOptions extends ReduceOptions {
  /** Subtracted from the count: 1 estimates the variance of what was sampled from, 0 gives that of the elements. */
  readonly correction?: number;
}

const deviations = (x: Tensor, dim: Dims): Tensor => sub(x, mean(x, dim, { keepdim: true }));

const freedom = (shape: Shape, dim: Dims, { correction = 1 }: VarianceOptions, op: string): number =>
  Math.max(countOf(shape, dim, op) - correction, 0);

/** Not recorded. */
function varianceOf(tracked: Tensor, dim: Dims, options: VarianceOptions, op: string): Tensor {
  if (!isFloating(tracked.dtype))
    throw new DTypeError(
      `${op}: std and var only support floating point and complex dtypes: need a floating dtype; got ${tracked.dtype}. ` +
        'Use x.to("float32").',
    );
  return withScope(() => {
    const parts = deviations(tracked.detach(), dim);
    const total = reduced("sum", mul(parts, parts), dim, { keepdim: options.keepdim ?? false, op });
    return div(total, freedom(tracked.sizes, dim, options, op));
  });
}

/** d variance / d x, times G. */
const varianceGrad = (grad: Tensor, x: Tensor, dim: Dims, options: VarianceOptions, op: string): Tensor =>
  mul(mul(restored(grad, x.sizes, dim, op), 2 / freedom(x.sizes, dim, options, op)), deviations(x, dim));

const varOp: Op<[x: Tensor, dim: Dims, options?: VarianceOptions]> = defineOp({
  name: "var",
  inputs: ["x"],
  saves: { x: ["x"] },
  forward: (x, dim, options = {}) => varianceOf(x, dim, options, "var"),
  derivative: { x: (grad, { x }, dim, options = {}) => varianceGrad(grad, x, dim, options, "var") },
});

/**
 * Variance of all elements, or along the dimensions `dim`: PyTorch's `var`, a word that JavaScript keeps for itself; as a
 * method it is `x.var()` too.
 *
 * Throws {@link DTypeError} for whole numbers.
 * Derivative: 2 · G · (x − mean) / (count − correction).
 *
 * ```ts doctest
 * variance(tensor([1, 2, 3])).item() // => 1
 * ```
 */
export const variance: Reduction<VarianceOptions> = defineFunction({
  name: "variance",
  takes: {
    x: aTensor,
    "dim?": anyDims,
    "options?": { keepdim: aFlag, correction: aNumber },
  },
  call: (x, dim, options) => varOp(x, dim ?? null, options),
});

export {
  /** {@link variance}, as PyTorch calls it. */
  variance as var,
};

const stdOp: Op<[x: Tensor, dim: Dims, options?: VarianceOptions]> = defineOp({
  name: "std",
  inputs: ["x"],
  saves: { x: ["x", "out"] },
  forward: (x, dim, options = {}) => {
    const square = varianceOf(x, dim, options, "std");
    return sqrt.inPlace(square);
  },
  derivative: {
    x: (grad, { x, out }, dim, options = {}) =>
      varianceGrad(where(eq(out, 0), 0, div(grad, mul(out, 2))), x, dim, options, "std"),
  },
});

/**
 * Standard deviation of all elements, or along the dimensions `dim`.
 *
 * Throws {@link DTypeError} for whole numbers.
 * Derivative: G · (x − mean) / (out · (count − correction)), 0 where out is 0.
 *
 * ```ts doctest
 * std(tensor([1, 2, 3])).item() // => 1
 * ```
 */
export const std: Reduction<VarianceOptions> = defineFunction({
  name: "std",
  takes: {
    x: aTensor,
    "dim?": anyDims,
    "options?": { keepdim: aFlag, correction: aNumber },
  },
  call: (x, dim, options) => stdOp(x, dim ?? null, options),
});

/** The options of {@link norm}. */
export interface NormOptions extends ReduceOptions {
  /** The order, ±Infinity among them; 2 unless given. */
  readonly p?: number;
}

const INFINITE = Number.POSITIVE_INFINITY;

function checkNorm(x: Tensor, dim: Dims, p: number): void {
  if (!isFloating(x.dtype))
    throw new DTypeError(
      `norm: linalg.vector_norm: Expected a floating point or complex tensor as input. Got ${kindOf(x.dtype)}. ` +
        'Use x.to("float32").',
    );
  if (typeof p !== "number" || Number.isNaN(p))
    throw new ValueError(`norm: need a number as p; got ${typeof p === "number" ? p : typeof p}.`);
  if (Math.abs(p) !== INFINITE) return;
  const none = dimsOf(dim, x.sizes.length, "norm").find((d) => x.sizes[d] === 0);
  if (none !== undefined)
    throw new ValueError(
      `norm: linalg.vector_norm cannot compute the ${p > 0 ? "inf" : "-inf"} norm on an empty tensor because the operation ` +
        `does not have an identity: need elements in dimension ${none}.`,
    );
}

const size: Formula = (m, x) => m.abs(x);
const square: Formula = (m, x) => m.mul(x, x);

/** What is summed up (or compared), and the root that is taken afterwards. Not recorded. */
function normOf(tracked: Tensor, dim: Dims, { p = 2, keepdim = false }: NormOptions): Tensor {
  checkNorm(tracked, dim, p);
  const fold = (kind: "sum" | "max" | "min", of: Formula): Tensor =>
    reduced(kind, tracked, dim, { keepdim, op: "norm", of });
  if (Math.abs(p) === INFINITE) return fold(p > 0 ? "max" : "min", size);
  if (p === 0) return fold("sum", isSet);
  if (p === 1) return fold("sum", size);
  if (p === 2) return sqrt.inPlace(fold("sum", square));
  return withScope(() => {
    const powers = pow.inPlace(abs(tracked.detach()), p);
    return pow.inPlace(reduced("sum", powers, dim, { keepdim, op: "norm" }), 1 / p);
  });
}

/** The gradient at ±∞: shared by the elements that are as large (small) as the norm. */
function extremeNormGrad(grad: Tensor, x: Tensor, whole: Tensor, dim: Dims): Tensor {
  const size = abs(x.detach()); // only compared
  const isMost = logicalOr(eq(size, whole), logicalAnd(isnan(size), isnan(whole)));
  const ties = sum(isMost, dim, { keepdim: true });
  return mul(sign(x), mul(div(grad, ties), isMost));
}

/** PyTorch's formulas for each p; `g` and `whole` have size 1 where was summed. */
function normGrad(g: Tensor, x: Tensor, whole: Tensor, dim: Dims, p: number): Tensor | null {
  if (p === 0) return null;
  if (p === 1) return mul(g, sign(x));
  if (p === 2) return mul(g, where(eq(whole, 0), 0, div(x, whole)));
  if (Math.abs(p) === INFINITE) return extremeNormGrad(g, x, whole, dim);
  const size = abs(x);
  if (p < 1) return mul(mul(mul(sign(x), where(eq(size, 0), 0, pow(size, p - 1))), g), pow(whole, 1 - p));
  const scale = where(eq(whole, 0), 0, div(g, pow(whole, p - 1)));
  return mul(p < 2 ? mul(sign(x), pow(size, p - 1)) : mul(x, pow(size, p - 2)), scale);
}

const normOp: Op<[x: Tensor, dim: Dims, options?: NormOptions]> = defineOp({
  name: "norm",
  node: "LinalgVectorNormBackward0",
  inputs: ["x"],
  saves: { x: ["x", "out"] },
  forward: (x, dim, options = {}) => normOf(x, dim, options),
  derivative: {
    x: (grad, { x, out, shape }, dim, { p = 2 } = {}) =>
      normGrad(restored(grad, shape, dim, "norm"), x, restored(out, shape, dim, "norm"), dim, p),
  },
});

/**
 * Norm of all elements as one vector, or along the dimensions `dim`: (Σ|x|ᵖ)^(1/p), p = 2 unless given.
 *
 * Throws {@link DTypeError} for whole numbers, {@link ValueError} for p = ±∞ among no elements.
 * Derivative: G · x / out for p = 2, 0 where the norm is 0; for p = ±∞ ties share it equally.
 *
 * ```ts doctest
 * norm(tensor([3, 4])).item() // => 5
 * ```
 */
export const norm: Reduction<NormOptions> = defineFunction({
  name: "norm",
  takes: { x: aTensor, "dim?": anyDims, "options?": { keepdim: aFlag, p: aNumber } },
  call: (x, dim, options) => normOp(x, dim ?? null, options),
});
