/** How far are probabilities from what was wanted? Cross entropies of two classes. */
import { type Algebra, type Formula, formulas } from "@ag/kernels";
import { defineFunction } from "../../arguments/checked.ts";
import { aReduction, aTensor } from "../../arguments/kinds.ts";
import { refuseTracked } from "../../arguments/untracked.ts";
import { defineOp } from "../../core/define.ts";
import { DTypeError, ShapeError, ValueError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import { withScope } from "../../core/scope.ts";
import type { Tensor } from "../../core/tensor.ts";
import { broadcast, sameShape, showShape } from "../../layout/shape.ts";
import { type FunctionOnly, functionOnly } from "../../methods/as-method.ts";
import { checkComputes, isFloating } from "../../types/dtype.ts";
import { softplus } from "../pointwise/activation.ts";
import { add, div, mul, neg, rsub, sub } from "../pointwise/arithmetic.ts";
import { clamp } from "../pointwise/bounds.ts";
import { log, log1p, sigmoid } from "../pointwise/functions.ts";
import { to } from "../shape/cast.ts";
import { type Reduced, type Reduction, share, weighed } from "./loss-reduction.ts";

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

/** What keeps denominators from 0. */
const EPSILON = 1e-12;
const overlap = (x: Tensor): Tensor => clamp(mul(x, rsub(x, 1)), { min: EPSILON });
const bounds = (x: Tensor): Tensor => mul(add(x, EPSILON), add(rsub(x, 1), EPSILON));

type Binary = [x: Tensor, target: Tensor, weight: Tensor | null, reduction: Reduction];

const binaryCrossEntropyOp: Op<Binary> = defineOp({
  name: "binaryCrossEntropy",
  inputs: ["x", "target", "weight"],
  saves: { x: ["x", "target", "weight"], target: ["x", "weight"] },
  forward: (x, target, weight, reduction) => weighed(crossFormula, [x, target, weight ?? 1], x, reduction),
  derivative: {
    x: (grad, { x, target, weight }, reduction) => binaryBackward(grad, x, target, weight, reduction),
    target: (grad, { x, weight }, reduction) =>
      mul(sub(log1p(neg(x)), log(x)), share(grad, weight, reduction, x.numel())),
    weight: null,
  },
});

/** (x − target) / (x·(1 − x))·G; at 0 and 1 its derivatives are finite, as PyTorch's. */
const binaryBackward: Op<[grad: Tensor, ...Binary]> = defineOp({
  name: "binaryCrossEntropyBackward",
  inputs: ["grad", "x", "target", "weight"],
  saves: { grad: ["x", "target", "weight"], x: ["grad", "x", "target", "weight"], target: ["grad", "x", "weight"] },
  forward: (grad, x, target, weight, reduction) =>
    withScope(() => {
      const p = x.detach();
      const slope = div(sub(p, target.detach()), overlap(p));
      return mul(slope, share(grad.detach(), weight, reduction, x.numel()));
    }),
  derivative: {
    grad: (g, { x, target, weight }, reduction) =>
      mul(div(sub(x, target), bounds(x)), share(g, weight, reduction, x.numel())),
    x: (g, { grad, x, target, weight }, reduction) => {
      const curve = add(sub(mul(x, x), mul(mul(x, target), 2)), target);
      const squares = mul(bounds(x), bounds(x));
      return mul(div(curve, squares), share(mul(g, grad), weight, reduction, x.numel()));
    },
    target: (g, { grad, x, weight }, reduction) =>
      neg(div(share(mul(g, grad), weight, reduction, x.numel()), overlap(x))),
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
