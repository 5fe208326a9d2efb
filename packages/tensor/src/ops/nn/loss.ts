/** How far is a prediction from what was wanted? One number, or one for each element. */
import { type Algebra, type Formula, formulas } from "@ag/kernels";
import { defineFunction } from "../../arguments/checked.ts";
import { aNumber, aReduction, aTensor } from "../../arguments/kinds.ts";
import { refuseTracked } from "../../arguments/untracked.ts";
import { defineOp, pointwise } from "../../core/define.ts";
import { DTypeError, ShapeError, ValueError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op, PointwiseOp } from "../../core/op.ts";
import { withScope } from "../../core/scope.ts";
import type { Tensor } from "../../core/tensor.ts";
import { broadcast, sameShape, showShape } from "../../layout/shape.ts";
import { fresh, freshLike } from "../../make/fresh.ts";
import { type FunctionOnly, functionOnly } from "../../methods/as-method.ts";
import { checkComputes, isFloating, promoteTypes } from "../../types/dtype.ts";
import { softplus } from "../pointwise/activation.ts";
import { abs, add, div, mul, neg, rsub, sub } from "../pointwise/arithmetic.ts";
import { clamp } from "../pointwise/bounds.ts";
import { lt } from "../pointwise/compare.ts";
import { log, log1p, sigmoid } from "../pointwise/functions.ts";
import { mean, sum } from "../reduce/sums.ts";
import { contiguous, to } from "../shape/cast.ts";
import { expand } from "../shape/view.ts";
import { finished, type Reduced, type Reduction, share, weighed } from "./loss-reduction.ts";

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

/** ln σ(x). */
const logSigmoid = <T, C>(m: Algebra<T, C>, x: T): T => {
  const tail = formulas.log1p(m, formulas.exp(m, m.neg(m.abs(x)) as never) as never) as T;
  return m.sub(m.min(x, 0), tail);
};

const logitsFormula: Formula = (m, x, target, weight, positive) => {
  const share = m.add(m.mul(m.sub(positive!, 1), target!), 1);
  const loss = m.sub(m.mul(m.sub(1, target!), x!), m.mul(share, logSigmoid(m, x!)));
  return m.mul(loss, weight!);
};

type Weighted = [x: Tensor, target: Tensor, weight: Tensor | null, positive: Tensor | null, reduction: Reduction];

const withLogitsOp: Op<Weighted> = defineOp({
  name: "binaryCrossEntropyWithLogits",
  inputs: ["x", "target", "weight", "positive"],
  saves: { x: ["x", "target", "weight", "positive"], target: ["x", "weight", "positive"] },
  forward: (...[x, target, weight, positive, reduction]: Weighted) =>
    weighed(logitsFormula, [x, target, weight ?? 1, positive ?? 1], x, reduction),
  derivative: {
    x: (grad, { x, target, weight, positive }, reduction) => {
      const slope = positive
        ? sub(mul(add(rsub(target, 1), mul(positive, target)), sigmoid(x)), mul(positive, target))
        : sub(sigmoid(x), target);
      return mul(slope, share(grad, weight, reduction, x.numel()));
    },
    target: (grad, { x, weight, positive }, reduction) => {
      const slope = positive ? sub(mul(positive, softplus(neg(x))), softplus(x)) : neg(x);
      return mul(slope, share(grad, weight, reduction, x.numel()));
    },
    weight: null,
    positive: null,
  },
});

export interface BinaryOptions extends Reduced {
  /** Weighs each element; broadcast. */
  readonly weight?: Tensor | null;
}

const weighted = { "weight?": [aTensor, null], reduction: aReduction };

function checkBinary(op: string, x: Tensor, target: Tensor, weights: readonly (Tensor | null)[]): void {
  checkComputes(op, x.dtype);
  if (!sameShape(x.sizes, target.sizes))
    throw new ShapeError(
      `${op}: Target size (torch.Size(${showShape(target.sizes)})) must be the same as input size (torch.Size(${showShape(x.sizes)})).`,
    );
  if (!isFloating(x.dtype)) throw new DTypeError(`${op}: need a floating prediction; got ${x.dtype}. Use x.float().`);
  for (const w of weights)
    if (w && !sameShape(broadcast(w.sizes, x.sizes), x.sizes))
      throw new ShapeError(`${op}: need weights that stretch to ${showShape(x.sizes)}; got ${showShape(w.sizes)}.`);
}

/**
 * Cross entropy of probabilities σ(x), given as logits x, and targets in [0, 1]; `posWeight` weighs the positive part.
 *
 * Shapes: `x` and `target` equal, weights broadcast → [], or that of `x` without reduction.
 * Throws {@link ShapeError} and {@link DTypeError} for operands that do not fit, {@link ValueError} for another reduction.
 * Derivative: (σ(x) − target)·G, and −x·G; with `posWeight` p: ((1 − t + p·t)·σ(x) − p·t)·G.
 *
 * ```ts doctest
 * binaryCrossEntropyWithLogits(tensor([0]), tensor([1])).item() // => 0.6931471824645996
 * ```
 */
export const binaryCrossEntropyWithLogits: FunctionOnly<
  (x: Tensor, target: Tensor, options?: BinaryOptions & { readonly posWeight?: Tensor | null }) => Tensor
> = /* @__PURE__ */ functionOnly(
  defineFunction({
    name: "binaryCrossEntropyWithLogits",
    takes: {
      x: aTensor,
      target: aTensor,
      "options?": { ...weighted, "posWeight?": [aTensor, null] },
    },
    call: (x, target, { weight = null, posWeight = null, reduction = "mean" } = {}) => {
      const op = "binaryCrossEntropyWithLogits";
      checkBinary(op, x, target, [weight, posWeight]);
      refuseTracked(op, "binary_cross_entropy_with_logits", { weight, pos_weight: posWeight });
      return withScope(() => withLogitsOp(x, to(target, x.dtype), weight, posWeight, reduction));
    },
  }),
);

/** PyTorch bounds the logarithms, so that a certain mistake costs 100 and not infinity. */
const crossFormula: Formula = (m, x, target, weight) => {
  const bounded = (y: unknown): never => m.max(y as never, -100) as never;
  const yes = m.mul(target!, bounded(formulas.log(m, x!)));
  const no = m.mul(m.sub(1, target!), bounded(formulas.log1p(m, m.neg(x!))));
  return m.mul(m.neg(m.add(yes, no)), weight!);
};

const isShare: Formula = (m, x) => m.and(m.le(0, x), m.le(x, 1));

const needShares = (name: string, x: Tensor): void =>
  kernels.check(
    isShare,
    x,
    (p) => new ValueError(`binaryCrossEntropy: all elements of ${name} should be between 0 and 1; got ${p}.`),
  );

const binaryCrossEntropyOp: Op<[x: Tensor, target: Tensor, weight: Tensor | null, reduction: Reduction]> = defineOp({
  name: "binaryCrossEntropy",
  inputs: ["x", "target", "weight"],
  saves: { x: ["x", "target", "weight"], target: ["x", "weight"] },
  forward: (x, target, weight, reduction) => weighed(crossFormula, [x, target, weight ?? 1], x, reduction),
  derivative: {
    x: (grad, { x, target, weight }, reduction) => {
      const spread = clamp(mul(x, rsub(x, 1)), { min: 1e-12 });
      return mul(div(sub(x, target), spread), share(grad, weight, reduction, x.numel()));
    },
    target: (grad, { x, weight }, reduction) =>
      mul(sub(log1p(neg(x)), log(x)), share(grad, weight, reduction, x.numel())),
    weight: null,
  },
});

/**
 * Cross entropy of probabilities and targets, both in [0, 1].
 *
 * Shapes and errors: as {@link binaryCrossEntropyWithLogits}; {@link ValueError} for numbers outside.
 * Derivative: (x − target) / (x·(1 − x))·G.
 *
 * ```ts doctest
 * binaryCrossEntropy(tensor([0.5]), tensor([1])).item() // => 0.6931471824645996
 * ```
 */
export const binaryCrossEntropy: FunctionOnly<(x: Tensor, target: Tensor, options?: BinaryOptions) => Tensor> =
  /* @__PURE__ */ functionOnly(
    defineFunction({
      name: "binaryCrossEntropy",
      takes: { x: aTensor, target: aTensor, "options?": weighted },
      call: (x, target, { weight = null, reduction = "mean" } = {}) => {
        checkBinary("binaryCrossEntropy", x, target, [weight]);
        refuseTracked("binaryCrossEntropy", "binary_cross_entropy", { weight });
        needShares("input", x);
        needShares("target", target);
        return withScope(() => binaryCrossEntropyOp(x, to(target, x.dtype), weight, reduction));
      },
    }),
  );
