/** How far is a prediction from what was wanted? One number, or one for each element. */
import type { Formula } from "@ag/kernels";
import { defineFunction } from "../../arguments/checked.ts";
import { aNumber, aReduction, aTensor } from "../../arguments/kinds.ts";
import { defineOp, pointwise } from "../../core/define.ts";
import { DTypeError, ValueError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op, PointwiseOp } from "../../core/op.ts";
import { withScope } from "../../core/scope.ts";
import type { Tensor } from "../../core/tensor.ts";
import { broadcast, sameShape } from "../../layout/shape.ts";
import { fresh, freshLike } from "../../make/fresh.ts";
import { type FunctionOnly, functionOnly } from "../../methods/as-method.ts";
import { checkComputes, isFloating, promoteTypes } from "../../types/dtype.ts";
import { abs, div, mul, neg, sub } from "../pointwise/arithmetic.ts";
import { lt } from "../pointwise/compare.ts";
import { mean, sum } from "../reduce/sums.ts";
import { contiguous } from "../shape/cast.ts";
import { expand } from "../shape/view.ts";
import { finished, type Reduced, type Reduction } from "./loss-reduction.ts";

/** A loss of the difference d = x − target. */
interface Difference {
  readonly name: string;
  /** With the `bound` as a parameter. */
  readonly formula: Formula;
  readonly slope: (d: Tensor, bound: number) => Tensor;
}

type DifferenceLoss = Op<[x: Tensor, target: Tensor, reduction: Reduction, bound: number]>;

/* @__NO_SIDE_EFFECTS__ */
function differenceLoss({ name, formula, slope }: Difference): DifferenceLoss {
  /** The gradient of x, and with the opposite sign that of the target: in row-major order. */
  const gradient = (grad: Tensor, x: Tensor, target: Tensor, reduction: Reduction, bound: number): Tensor => {
    const d = slope(sub(contiguous(x), target), bound);
    return mul(reduction === "mean" ? div(d, x.numel()) : d, grad);
  };
  return defineOp({
    name,
    inputs: ["x", "target"],
    saves: { x: ["x", "target"], target: ["x", "target"] },
    forward: (x, target, reduction, bound) => {
      const dtype = promoteTypes(x.dtype, target.dtype);
      const out = reduction === "none" ? freshLike(x, dtype) : fresh(x.sizes, dtype);
      kernels.pointwise(formula, [x, target, bound], out, out.dtype);
      return finished(out, reduction);
    },
    derivative: {
      x: (grad, { x, target }, reduction, bound) => gradient(grad, x, target, reduction, bound),
      target: (grad, { x, target }, reduction, bound) => neg(gradient(grad, x, target, reduction, bound)),
    },
  });
}

/** d between −bound and bound. Its slope at these is 0, as that of PyTorch's losses. */
const bounded: PointwiseOp<[d: Tensor, bound: number]> = pointwise({
  name: "hardtanh",
  inputs: ["d"],
  saves: { d: ["d"] },
  formula: (m, d, bound) => m.min(m.max(d!, m.neg(bound!)), bound!),
  parameters: (bound) => [bound],
  derivative: { d: (grad, { d }, bound) => mul(grad, lt(abs(d), bound)) },
});

const mseLossOp: DifferenceLoss = differenceLoss({
  name: "mseLoss",
  formula: (m, x, target) => m.mul(m.sub(x!, target!), m.sub(x!, target!)),
  slope: (d) => mul(d, 2),
});

const half = 0.5;

const smoothL1Of: DifferenceLoss = differenceLoss({
  name: "smoothL1Loss",
  formula: (m, x, target, beta) => {
    const size = m.abs(m.sub(x!, target!));
    const inner = m.div(m.mul(m.mul(size, size), half), beta!);
    return m.select(m.lt(size, beta!), inner, m.sub(size, m.mul(beta!, half)));
  },
  slope: (d, beta) => bounded(div(d, beta), 1),
});

const huberLossOp: DifferenceLoss = differenceLoss({
  name: "huberLoss",
  formula: (m, x, target, delta) => {
    const size = m.abs(m.sub(x!, target!));
    const outer = m.mul(delta!, m.sub(size, m.mul(delta!, half)));
    return m.select(m.le(size, delta!), m.mul(m.mul(size, size), half), outer);
  },
  slope: (d, delta) => bounded(d, delta),
});

/** Calls `use` with both in their common shape. */
function withPair(op: string, x: Tensor, target: Tensor, use: (x: Tensor, target: Tensor) => Tensor): Tensor {
  checkComputes(op, x.dtype);
  const dtype = promoteTypes(x.dtype, target.dtype);
  checkComputes(op, dtype);
  if (!isFloating(dtype))
    throw new DTypeError(`${op}: need a floating prediction; got ${x.dtype} and ${target.dtype}.`);
  const shape = broadcast(x.sizes, target.sizes);
  const fitted = (y: Tensor): Tensor => (sameShape(y.sizes, shape) ? y : expand(y, shape));
  return withScope(() => use(fitted(x), fitted(target)));
}

/**
 * The squares of the differences of prediction and target.
 *
 * Shapes: broadcast → [], or the common shape without reduction.
 * Throws {@link ShapeError} and {@link DTypeError} for operands that do not fit, {@link ValueError} for another reduction.
 * Derivative: 2·(x − target)·G, divided by the count for "mean".
 *
 * ```ts doctest
 * mseLoss(tensor([1, 2]), tensor([1, 4])).item() // => 2
 * ```
 */
export const mseLoss: FunctionOnly<(x: Tensor, target: Tensor, options?: Reduced) => Tensor> =
  /* @__PURE__ */ functionOnly(
    defineFunction({
      name: "mseLoss",
      takes: { x: aTensor, target: aTensor, "options?": { reduction: aReduction } },
      call: (x, target, { reduction = "mean" } = {}) => {
        return withPair("mseLoss", x, target, (a, b) => mseLossOp(a, b, reduction, 0));
      },
    }),
  );

/**
 * The sizes of the differences of prediction and target.
 *
 * Shapes and errors: as {@link mseLoss}. Derivative: the sign of the difference.
 *
 * ```ts doctest
 * l1Loss(tensor([1, 2]), tensor([1, 4])).item() // => 1
 * ```
 */
export const l1Loss: FunctionOnly<(x: Tensor, target: Tensor, options?: Reduced) => Tensor> =
  /* @__PURE__ */ functionOnly(
    defineFunction({
      name: "l1Loss",
      takes: { x: aTensor, target: aTensor, "options?": { reduction: aReduction } },
      call: (x, target, { reduction = "mean" } = {}) => {
        return withPair("l1Loss", x, target, (a, b) => {
          const sizes = abs(sub(a, b));
          return reduction === "none" ? sizes : reduction === "sum" ? sum(sizes) : mean(sizes);
        });
      },
    }),
  );

/**
 * Squares where the difference is below `beta` (1), sizes beyond: d² / 2·beta, or |d| − beta / 2.
 *
 * Shapes and errors: as {@link mseLoss}; {@link ValueError} for a negative beta. Derivative: d / beta, between −1 and 1.
 *
 * ```ts doctest
 * smoothL1Loss(tensor([1, 2]), tensor([1, 4]), { reduction: "sum" }).item() // => 1.5
 * ```
 */
export const smoothL1Loss: FunctionOnly<
  (x: Tensor, target: Tensor, options?: Reduced & { readonly beta?: number }) => Tensor
> = /* @__PURE__ */ functionOnly(
  defineFunction({
    name: "smoothL1Loss",
    takes: { x: aTensor, target: aTensor, "options?": { reduction: aReduction, beta: aNumber } },
    call: (x, target, { reduction = "mean", beta = 1 } = {}) => {
      if (!(beta >= 0))
        throw new ValueError(
          `smoothL1Loss: smooth_l1_loss does not support negative values for beta: need at least 0; got ${beta}.`,
        );
      if (beta === 0) return l1Loss(x, target, { reduction });
      return withPair("smoothL1Loss", x, target, (a, b) => smoothL1Of(a, b, reduction, beta));
    },
  }),
);

/**
 * Squares where the difference is at most `delta` (1), lines beyond: d² / 2, or delta · (|d| − delta / 2) (Huber 1964).
 *
 * Shapes and errors: as {@link mseLoss}; {@link ValueError} unless delta is positive. Derivative: d, between −delta and delta.
 *
 * ```ts doctest
 * huberLoss(tensor([1, 2]), tensor([1, 4]), { reduction: "sum" }).item() // => 1.5
 * ```
 */
export const huberLoss: FunctionOnly<
  (x: Tensor, target: Tensor, options?: Reduced & { readonly delta?: number }) => Tensor
> = /* @__PURE__ */ functionOnly(
  defineFunction({
    name: "huberLoss",
    takes: { x: aTensor, target: aTensor, "options?": { reduction: aReduction, delta: aNumber } },
    call: (x, target, { reduction = "mean", delta = 1 } = {}) => {
      if (!(delta > 0))
        throw new ValueError(`huberLoss: huber_loss does not support non-positive values for delta: got ${delta}.`);
      return withPair("huberLoss", x, target, (a, b) => huberLossOp(a, b, reduction, delta));
    },
  }),
);
