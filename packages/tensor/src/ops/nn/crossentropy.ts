/** The loss of a choice among classes. */
import type { Formula } from "@ag/kernels";
import { kindOf } from "../../arguments/accepts.ts";
import { defineFunction } from "../../arguments/checked.ts";
import { aNumber, aReduction, aTensor, aWhole } from "../../arguments/kinds.ts";
import { refuseTracked } from "../../arguments/untracked.ts";
import { needTogether } from "../../core/creating.ts";
import { defineOp, pointwise } from "../../core/define.ts";
import { DTypeError, IndexError, ShapeError, ValueError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import { withScope } from "../../core/scope.ts";
import { reshaped, type Tensor } from "../../core/tensor.ts";
import { cast } from "../../layout/cast.ts";
import { type Shape, sameShape, showShape, sizeOf } from "../../layout/shape.ts";
import { full, zerosLike } from "../../make/factories.ts";
import { fresh } from "../../make/fresh.ts";
import { type FunctionOnly, functionOnly } from "../../methods/as-method.ts";
import { checkComputes, isFloating } from "../../types/dtype.ts";
import { scatterAdd } from "../index/gather.ts";
import { lined, row } from "../index/indices.ts";
import { maskedFill } from "../index/mask.ts";
import { add, div, mul, neg, reciprocal } from "../pointwise/arithmetic.ts";
import { eq } from "../pointwise/compare.ts";
import { reduced } from "../reduce/reduction.ts";
import { sum } from "../reduce/sums.ts";
import { reshape, view } from "../shape/view.ts";
import { finished, type Reduced, type Reduction } from "./loss-reduction.ts";
import { logSoftmax } from "./softmax.ts";

/** What a choice is worth, and how the losses of all are put together. */
interface PickOptions {
  readonly reduction: Reduction;
  /** Where the classes are. */
  readonly dim: number;
  /** The shape of the losses. */
  readonly shape: Shape;
}

/** What is ignored counts nothing, even if its logarithm is −∞: its factor is +0, where a class of weight 0 has −0. */
const chosen: Formula = (m, picked, factor) =>
  m.select(m.eq(m.div(1, factor), Number.POSITIVE_INFINITY), 0, m.mul(picked, factor));

/** The error for a target that is no class. */
const noClass =
  (count: number): kernels.Refusal =>
  (c) =>
    new IndexError(`nllLoss: Target ${c} is out of bounds. Need classes from 0 to ${count - 1}.`);

/** factor · x at one index each; the factors are minus the weights of the classes, of which `total` is the sum for a mean. */
type Picking = [x: Tensor, index: Tensor, factor: Tensor, total: Tensor | null, options: PickOptions];
type PickingBack = [grad: Tensor, ...Picking];

/* @__NO_SIDE_EFFECTS__ */
function picking(name: string, node: string): Op<Picking> {
  const forward: Op<Picking> = defineOp<
    Picking,
    readonly ["x", "index", "factor", "total"],
    { x: readonly ["x", "index", "factor", "total"] }
  >({
    name,
    node: `${node}Backward0`,
    inputs: ["x", "index", "factor", "total"],
    saves: { x: ["x", "index", "factor", "total"] },
    forward: (x, index, factor, total, { dim, reduction, shape }) => {
      const out = fresh(shape, x.dtype);
      const places = { storage: out.storage, offset: 0, sizes: factor.sizes, strides: factor.strides, dtype: x.dtype };
      if (factor.numel() > 0) {
        const from = lined(x);
        kernels.gather(from, lined(index), places, { dim }, noClass(from.sizes[dim]!));
        kernels.pointwise(chosen, [places, factor], places, x.dtype);
      }
      return finished(out, reduction, total ?? 1);
    },
    derivative: {
      x: (grad, { x, index, factor, total }, options) => backward(grad, x, index, factor, total, options),
      index: null,
      factor: null,
      total: null,
    },
  });
  const backward: Op<PickingBack> = defineOp<
    PickingBack,
    readonly ["grad", "x", "index", "factor", "total"],
    { grad: readonly ["index", "factor", "total"] }
  >({
    name: `${name}Backward`,
    node: `${node}BackwardBackward0`,
    inputs: ["grad", "x", "index", "factor", "total"],
    saves: { grad: ["index", "factor", "total"] },
    forward: (grad, x, index, factor, total, { dim, reduction }) =>
      withScope(() => {
        const g = grad.detach();
        const each = reduction === "none" ? reshape(g, factor.sizes) : total ? div(g, total) : g;
        const flows = maskedFill(mul(factor, each), eq(reciprocal(factor), Number.POSITIVE_INFINITY), 0);
        return scatterAdd(full(x.sizes, 0, { dtype: grad.dtype }), dim, index, flows);
      }),
    derivative: {
      grad: (g, { index, factor, total }, options) => forward(g, index, factor, total, options),
      x: (g) => zerosLike(g),
      index: null,
      factor: null,
      total: null,
    },
  });
  return forward;
}

const nllLossOp = picking("nllLoss", "NllLoss");
const nllLoss2dOp = picking("nllLoss2d", "NllLoss2D");

export interface NllOptions extends Reduced {
  /** Weighs each class: [c]. */
  readonly weight?: Tensor | null;
  /** Targets of this value count nothing. −100. */
  readonly ignoreIndex?: number;
}

const choice = { "weight?": [aTensor, null], ignoreIndex: aWhole, reduction: aReduction };

function checkTarget(op: string, x: Tensor, target: Tensor, weight: Tensor | null): void {
  needTogether(op, x, target, weight);
  checkComputes(op, x.dtype);
  if (!isFloating(x.dtype)) throw new DTypeError(`${op}: need float32 or float64; got ${x.dtype}. Use x.float().`);
  if (target.dtype !== "int64" && target.dtype !== "uint8")
    throw new DTypeError(
      `${op}: expected target dtype to be Long or Byte, but got ${kindOf(target.dtype)} (expected scalar type Long): need ` +
        'whole class indices. Use tensor([…], { dtype: "int64" }).',
    );
  const [count, rank] = [x.sizes.length === 1 ? x.sizes[0]! : x.sizes[1]!, x.sizes.length];
  if (rank === 0) throw new ShapeError(`${op}: Expected 1 or more dimensions (got 0): need x [n, c, …].`);
  if (rank <= 2 && target.sizes.length > 1)
    throw new ShapeError(
      `${op}: 0D or 1D target tensor expected, multi-target not supported: got ${showShape(target.sizes)}.`,
    );
  if (rank > 1 && x.sizes[0] !== (target.sizes[0] ?? 1))
    throw new ShapeError(
      `${op}: Expected input batch_size (${x.sizes[0]}) to match target batch_size (${target.sizes[0] ?? 1}).`,
    );
  const wanted = x.sizes.filter((_, d) => d !== 1);
  if (rank > 2 && !sameShape(wanted, target.sizes))
    throw new ShapeError(
      `${op}: Expected target size ${showShape(wanted)}, got ${showShape(target.sizes)}; size mismatch (got input: ` +
        `${showShape(x.sizes)} , target: ${showShape(target.sizes)}).`,
    );
  if (weight && (weight.sizes.length !== 1 || weight.sizes[0] !== count))
    throw new ShapeError(
      `${op}: weight tensor should be defined either for all ${count} classes or no classes but got weight tensor of shape: ` +
        `${showShape(weight.sizes)}.`,
    );
}

const isCounted: Formula = (m, target, ignored) => m.ne(target, ignored);
const classOf: Formula = (m, target, counts) => m.select(m.ne(counts, 0), target, 0);
const factorOf: Formula = (m, counts, weight) => m.select(m.ne(counts, 0), m.neg(weight!), 0);
const minus: Formula = (m, x) => m.neg(x);

/** For each choice its index, and minus the weight of its class: 0 for what is ignored. Row-major. */
function choices(
  target: Tensor,
  { dtype }: Tensor,
  count: number,
  { weight = null, ignoreIndex = -100 }: NllOptions,
): { readonly index: Tensor; readonly factor: Tensor } {
  const { sizes } = target;
  const [counts, index, factor] = [fresh(sizes, "bool"), fresh(sizes, "int64"), fresh(sizes, dtype)];
  kernels.pointwise(isCounted, [target, ignoreIndex], counts, "int64");
  kernels.pointwise(classOf, [target, counts], index, "int64");
  if (weight) {
    const weights = fresh(sizes, weight.dtype);
    kernels.gather(weight, row(index), row(weights), { dim: 0 }, noClass(count));
    kernels.pointwise(factorOf, [counts, weights], factor, dtype);
    weights.dispose();
  } else kernels.pointwise(factorOf, [counts, 1], factor, dtype);
  counts.dispose();
  return { index, factor };
}

/** The sum of the weights, which a mean divides by; those that are not all 1 are added in float64. */
function weightOf(factor: Tensor, { weight = null }: NllOptions): Tensor {
  const wide = weight ? cast(factor, "float64") : factor;
  const total = reduced("sum", wide, null, { op: "nllLoss", of: minus });
  const out = cast(total, factor.dtype);
  for (const part of [wide, total]) if (part !== factor && part !== out) part.dispose();
  return out;
}

/**
 * Minus the logarithm of the probability of the wanted class, from logarithms `x` (such as `logSoftmax` gives).
 *
 * Shapes: `x` [n, c, …] with `target` [n, …], or [c] with [] → [], or that of `target` without reduction. A "mean" divides by
 * the sum of the weights.
 * Throws {@link IndexError} for a class outside, {@link DTypeError} unless targets are int64 or uint8, {@link ShapeError}
 * for sizes that do not fit.
 * Derivative: −weight·G at the wanted classes.
 *
 * ```ts doctest
 * nllLoss(tensor([[-1, -2]]), tensor([1n])).item() // => 2
 * ```
 */
export const nllLoss: FunctionOnly<(x: Tensor, target: Tensor, options?: NllOptions) => Tensor> =
  /* @__PURE__ */ functionOnly(
    defineFunction({
      name: "nllLoss",
      takes: { x: aTensor, target: aTensor, "options?": choice },
      call: (x, target, options = {}) => {
        const { reduction = "mean", weight = null } = options;
        checkTarget("nllLoss", x, target, weight);
        refuseTracked("nllLoss", x.sizes.length <= 2 ? "nll_loss_forward" : "nll_loss2d_forward", { weight });
        const rank = x.sizes.length;
        const dim = rank === 1 ? 0 : 1;
        const count = x.sizes[dim]!;
        const isFlat = rank === 3 || rank > 4; // PyTorch gives these the shape of images
        return withScope(() => {
          const { index, factor } = choices(target, x, count, options);
          const total = reduction === "mean" ? weightOf(factor, options) : null;
          const shown = isFlat ? reshape(x, [x.sizes[0]!, count, 1, sizeOf(x.sizes.slice(2))]) : x;
          const places = shown.sizes.map((size, d) => (d === dim ? 1 : size));
          const shape = rank === 1 ? [] : shown.sizes.filter((_, d) => d !== dim);
          const [at, factors] = [reshaped(index, places), reshaped(factor, places)];
          const out = (rank <= 2 ? nllLossOp : nllLoss2dOp)(shown, at, factors, total, { reduction, dim, shape });
          return isFlat && reduction === "none" ? view(out, target.sizes) : out;
        });
      },
    }),
  );

/** Products and quotients with a number, as PyTorch's own losses record them. */
const scaled: Op<[x: Tensor, factor: number]> = pointwise({
  name: "mul",
  node: "MulBackward1",
  inputs: ["x"],
  formula: (m, x, factor) => m.mul(x!, factor!),
  parameters: (factor) => [factor],
  derivative: { x: (grad, _saved, factor) => mul(grad, factor) },
});
const divided: Op<[x: Tensor, divisor: number]> = pointwise({
  name: "div",
  node: "DivBackward1",
  inputs: ["x"],
  formula: (m, x, divisor) => m.div(x!, divisor!),
  parameters: (divisor) => [divisor],
  derivative: { x: (grad, _saved, divisor) => div(grad, divisor) },
});

export interface CrossEntropyOptions extends NllOptions {
  /** Share of the target that is spread evenly over all classes, from 0 to 1. */
  readonly labelSmoothing?: number;
}

/** The classes' weights, to meet logarithms of a shape. */
const alongClasses = (weight: Tensor, rank: number): Tensor =>
  rank === 1 ? weight : view(weight, [1, -1, ...new Array<number>(rank - 2).fill(1)]);

/** The part of the loss that wants all classes alike. */
function evenLoss(logs: Tensor, target: Tensor, dim: number, options: CrossEntropyOptions): Tensor {
  const { weight = null, reduction = "mean", ignoreIndex = -100 } = options;
  const all = neg(sum(weight ? mul(logs, alongClasses(weight, logs.sizes.length)) : logs, dim));
  const kept = maskedFill(all, reshape(eq(target, ignoreIndex), all.sizes), 0);
  if (reduction !== "mean") return reduction === "sum" ? sum(kept) : kept;
  const { factor } = choices(target, logs, logs.sizes[dim]!, options);
  return div(sum(kept), weightOf(factor, options));
}

function probabilityLoss(logs: Tensor, target: Tensor, dim: number, options: CrossEntropyOptions): Tensor {
  const { weight = null, reduction = "mean", labelSmoothing = 0 } = options;
  const count = logs.sizes[dim]!;
  const wanted = labelSmoothing > 0 ? add(mul(target, 1 - labelSmoothing), labelSmoothing / count) : target;
  const products = mul(logs, wanted);
  const weighed = weight ? mul(products, alongClasses(weight, logs.sizes.length)) : products;
  if (reduction === "none") return neg(sum(weighed, dim));
  const total = neg(sum(weighed));
  return reduction === "sum" ? total : divided(total, logs.numel() / count);
}

function checkProbabilities(x: Tensor, target: Tensor, { weight = null, ignoreIndex }: CrossEntropyOptions): void {
  checkComputes("crossEntropy", target.dtype);
  if (!isFloating(target.dtype))
    throw new DTypeError(
      `crossEntropy: Expected floating point type for target with class probabilities, got ${kindOf(target.dtype)}: need ` +
        "probabilities, or a target without the dimension of classes.",
    );
  if (ignoreIndex !== undefined && ignoreIndex >= 0)
    throw new ValueError("crossEntropy: ignore_index is not supported for floating point target: need class indices.");
  const count = x.sizes[x.sizes.length === 1 ? 0 : 1];
  if (weight && (weight.sizes.length !== 1 || weight.sizes[0] !== count))
    throw new ShapeError(
      `crossEntropy: weight tensor should be defined either for all ${count} classes or no classes but got weight tensor of ` +
        `shape: ${showShape(weight.sizes)}.`,
    );
}

/**
 * Cross entropy of the classes' shares, given as logits `x`, and the wanted class (int64 or uint8), or wanted shares.
 *
 * Shapes: `x` [n, c, …] with `target` [n, …] or as `x`, or [c] with [] → [], or [n, …] without reduction.
 * Throws {@link IndexError} for a class outside, {@link DTypeError} and {@link ShapeError} for targets that do not fit,
 * {@link ValueError} for options out of range.
 * Derivative: softmax(x) − target, weighed, ·G.
 *
 * ```ts doctest
 * crossEntropy(tensor([[0, 0]]), tensor([1n])).item() // => 0.6931471824645996
 * ```
 */
export const crossEntropy: FunctionOnly<(x: Tensor, target: Tensor, options?: CrossEntropyOptions) => Tensor> =
  /* @__PURE__ */ functionOnly(
    defineFunction({
      name: "crossEntropy",
      takes: { x: aTensor, target: aTensor, "options?": { ...choice, labelSmoothing: aNumber } },
      call: (x, target, options = {}) => {
        const { labelSmoothing = 0, ...choices } = options;
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
          throw new ValueError(`crossEntropy: label_smoothing must be between 0.0 and 1.0. Got: ${labelSmoothing}.`);
        const dim = x.sizes.length === 1 ? 0 : 1;
        if (sameShape(x.sizes, target.sizes)) {
          checkProbabilities(x, target, options);
          return withScope(() => probabilityLoss(logSoftmax(x, dim), target, dim, options));
        }
        checkTarget("crossEntropy", x, target, options.weight ?? null);
        return withScope(() => {
          const logs = logSoftmax(x, dim);
          const loss = nllLoss(logs, target, choices);
          if (labelSmoothing === 0) return loss;
          const even = evenLoss(logs, target, dim, options);
          return add(scaled(loss, 1 - labelSmoothing), scaled(even, labelSmoothing / x.sizes[dim]!));
        });
      },
    }),
  );
