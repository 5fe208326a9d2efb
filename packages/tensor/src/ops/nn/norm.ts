/** Normalisation by statistics of the batch, or of each row. */

import type { Formula, View } from "@ag/kernels";
import { defineFunction } from "../../arguments/checked.ts";
import { aFlag, aNumber, aShape, aTensor } from "../../arguments/kinds.ts";
import { refuseTracked } from "../../arguments/untracked.ts";
import { defineOutputs } from "../../core/define.ts";
import { DTypeError, ShapeError, ValueError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import { Tensor } from "../../core/tensor.ts";
import { writing } from "../../core/writing.ts";
import type { Same } from "../../kinds/elementwise.ts";
import { shown, withDense } from "../../layout/dense.ts";
import { type Shape, sameShape, showShape, sizeOf } from "../../layout/shape.ts";
import { fresh } from "../../make/fresh.ts";
import { type FunctionOnly, functionOnly } from "../../methods/as-method.ts";
import { checkComputes, isFloating } from "../../types/dtype.ts";
import { sum } from "../reduce/sums.ts";
import { reshape } from "../shape/view.ts";
import { type Asked, batchNormBackward, layerNormBackward, type NormPlan } from "./norm-backward.ts";

/** The running statistics of a batch normalisation. */
interface Running {
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
}

interface BatchPlan extends NormPlan {
  readonly momentum: number;
}

/** The result, and the statistics that the backward reads. */
interface Normalised {
  readonly out: Tensor;
  readonly mean: Tensor;
  readonly invstd: Tensor;
}

const channels = (x: Tensor): Tensor => fresh([x.sizes[1]!], x.dtype);

/** 1 / √(variance + eps). */
const inverse: Formula = (m, variance, eps) => m.div(1, m.sqrt(m.add(variance, eps)));

/** Normalises by the batch and moves the running statistics, or by these. */
function normalise(
  [x, weight, bias]: readonly [Tensor, Tensor | null, Tensor | null],
  { runningMean, runningVar }: Running,
  plan: BatchPlan,
): Normalised {
  const [out, mean, invstd] = [fresh(x.sizes, x.dtype), channels(x), channels(x)];
  const statistics = [runningMean, runningVar] as const;
  writing(plan.training ? statistics.filter((x) => x !== null) : [], () =>
    withDense([x, weight, bias, runningMean, runningVar], (a, w, b, m, v) => {
      if (out.numel() > 0)
        kernels.batchNorm(a, out, { ...plan, weight: w, bias: b, runningMean: m, runningVar: v, mean, invstd });
      if (!plan.training) {
        kernels.copy(m as View, mean);
        kernels.pointwise(inverse, [v as View, plan.eps], invstd, invstd.dtype);
        return;
      }
      [m, v].forEach((dense, i) => {
        const target = statistics[i as 0 | 1];
        if (target && dense !== target) kernels.copy(dense as View, target);
      });
    }),
  );
  return { out, mean, invstd };
}

type BatchNorm = [x: Tensor, weight: Tensor | null, bias: Tensor | null, running: Running, plan: BatchPlan];

const read = ["x", "weight", "mean", "invstd"] as const;

const asked = (wanted: Readonly<Record<keyof Asked, unknown>>): Asked => ({
  x: wanted.x !== null,
  weight: wanted.weight !== null,
  bias: wanted.bias !== null,
});

const batchNormOp: Op<BatchNorm, Normalised> = defineOutputs({
  name: "nativeBatchNorm",
  inputs: ["x", "weight", "bias"],
  outputs: ["out", "mean", "invstd"],
  saves: { x: read, weight: read, bias: read },
  forward: (...[x, weight, bias, running, plan]: BatchNorm) => normalise([x, weight, bias], running, plan),
  gradients: ([grad], { x, weight, mean, invstd }, wanted, _running, plan) => {
    if (!grad) return {};
    const { toX, toWeight, toBias } = batchNormBackward(grad, x, weight, mean, invstd, plan, asked(wanted));
    return { x: toX, weight: toWeight, bias: toBias };
  },
});

const affine = { "weight?": [aTensor, null], "bias?": [aTensor, null], eps: aNumber };

export interface BatchNormOptions {
  /** Scale of each channel. */
  readonly weight?: Tensor | null;
  /** Shift of each channel. */
  readonly bias?: Tensor | null;
  /** Normalise by the batch, and move the running statistics, if there are any. False. */
  readonly training?: boolean;
  /** Share of the batch in the moved statistics. 0.1. */
  readonly momentum?: number;
  /** Added to the variance. 1e-5. */
  readonly eps?: number;
}

function checkBatch(x: Tensor, running: Running, { weight, bias, training = false }: BatchNormOptions): void {
  checkComputes("batchNorm", x.dtype);
  if (!isFloating(x.dtype)) throw new DTypeError(`batchNorm: need float32 or float64; got ${x.dtype}. Use x.float().`);
  const count = x.sizes[1];
  if (count === undefined)
    throw new ShapeError(`batchNorm: need x of at least two dimensions [n, c, …]; got ${showShape(x.sizes)}.`);
  if (training && x.numel() / count === 1)
    throw new ValueError(
      `batchNorm: Expected more than 1 value per channel when training, got input size torch.Size(${showShape(x.sizes)}).`,
    );
  const { runningMean, runningVar } = running;
  for (const [name, value] of Object.entries({ running_mean: runningMean, running_var: runningVar, weight, bias })) {
    if (!value && !training && name.startsWith("running"))
      throw new ValueError(
        `batchNorm: ${name} must be defined in evaluation mode: need statistics, or { training: true }.`,
      );
    if (value && value.numel() !== count)
      throw new ShapeError(
        `batchNorm: ${name} should contain ${count} elements not ${value.numel()}: need one for each channel.`,
      );
    if (value && value.dtype !== x.dtype)
      throw new DTypeError(`batchNorm: need ${name} in the dtype of x, ${x.dtype}; got ${value.dtype}. Use x.to(…).`);
  }
}

/**
 * Each channel shifted to mean 0 and scaled to variance 1, then by its weight and bias: (x − mean) / √(var + eps).
 *
 * Training: mean and biased variance of the batch; the running statistics become (1 − momentum) · running + momentum · batch,
 * with the unbiased variance. Else the running statistics.
 *
 * Shapes: `x` [n, c, …], all others [c] → that of `x`.
 * Throws {@link ValueError} for a single value per channel in training and for missing statistics, {@link ShapeError} and
 * {@link DTypeError} for operands that do not fit.
 * Derivative: weight / σ · (G − mean(G) − x̂ · mean(G·x̂)) in training (Ioffe & Szegedy 2015), weight / σ · G else; ΣG·x̂; ΣG.
 *
 * ```ts doctest
 * batchNorm(tensor([[1], [3]]), null, null, { training: true, eps: 0 }).tolist() // => [[-1], [1]]
 * ```
 */
export const batchNorm: FunctionOnly<
  Same<[runningMean: Tensor | null, runningVar: Tensor | null, options?: BatchNormOptions]>
> = /* @__PURE__ */ functionOnly(
  defineFunction({
    name: "batchNorm",
    takes: {
      x: aTensor,
      runningMean: [aTensor, null],
      runningVar: [aTensor, null],
      "options?": { ...affine, training: aFlag, momentum: aNumber },
    },
    call: (x, runningMean, runningVar, options = {}) => {
      const running = { runningMean, runningVar };
      checkBatch(x, running, options);
      refuseTracked("batchNorm", "native_batch_norm", { running_mean: runningMean, running_var: runningVar });
      const { weight = null, bias = null, training = false, momentum = 0.1, eps = 1e-5 } = options;
      const { out, mean, invstd } = batchNormOp(x, weight, bias, running, { training, momentum, eps });
      mean.dispose();
      invstd.dispose();
      return out;
    },
  }),
);

type LayerNorm = [x: Tensor, weight: Tensor | null, bias: Tensor | null, rank: number, eps: number];

/** How many rows of how many elements: of the last `rank` dimensions. */
const rowsOf = (shape: Shape, rank: number): readonly [rows: number, columns: number] => [
  sizeOf(shape.slice(0, shape.length - rank)),
  sizeOf(shape.slice(shape.length - rank)),
];

const scaledAndShifted: Formula = (m, x, weight, bias) => m.add(m.mul(x, weight), bias);

/** A row-major tensor as one image, whose channels are rows of `columns` elements. */
const asChannels = (x: Tensor, columns: number): View =>
  shown(x, { offset: x.offset, sizes: [1, x.numel() / columns, columns], strides: [x.numel(), columns, 1] });

function normaliseRows(...[x, weight, bias, rank, eps]: LayerNorm): Normalised {
  const [rows, columns] = rowsOf(x.sizes, rank);
  const out = fresh(x.sizes, x.dtype);
  const [mean, invstd] = [fresh([rows], x.dtype), fresh([rows], x.dtype)];
  if (out.numel() === 0) return { out, mean, invstd };
  const whole = asChannels(out, columns);
  withDense([x, weight, bias], (a, w, b) => {
    const none = { weight: null, bias: null, runningMean: null, runningVar: null };
    kernels.batchNorm(asChannels(a, columns), whole, { ...none, training: true, momentum: 0, eps, mean, invstd });
    const vector = (v: Tensor | null, neutral: number): View | number =>
      v ? shown(v, { offset: v.offset, sizes: [columns], strides: [1] }) : neutral;
    if (w || b) kernels.pointwise(scaledAndShifted, [whole, vector(w, 1), vector(b, 0)], whole, x.dtype);
  });
  return { out, mean, invstd };
}

/** Σ over all dimensions but the last `rank`. */
const overRows = (x: Tensor, rank: number): Tensor =>
  x.sizes.length === rank
    ? x
    : sum(
        x,
        Array.from({ length: x.sizes.length - rank }, (_, d) => d),
      );

const layerNormOp: Op<LayerNorm, Normalised> = defineOutputs({
  name: "nativeLayerNorm",
  inputs: ["x", "weight", "bias"],
  outputs: ["out", "mean", "invstd"],
  saves: { x: read, weight: read, bias: [] },
  forward: (...args: LayerNorm) => normaliseRows(...args),
  gradients: ([grad], _saved, wanted, rank, eps) => {
    if (!grad) return {};
    const saved = wanted.x ?? wanted.weight;
    if (!saved) return { bias: overRows(grad, rank) };
    const { x, weight, mean, invstd } = saved;
    const rows = rowsOf(x.sizes, rank);
    const flat = weight && reshape(weight, [rows[1]]);
    const plan = { training: true, eps };
    const results = layerNormBackward(reshape(grad, rows), reshape(x, rows), flat, mean, invstd, plan, asked(wanted));
    const shape = x.sizes.slice(x.sizes.length - rank);
    return {
      x: wanted.x && reshape(results.toX, x.sizes),
      weight: wanted.weight && reshape(results.toWeight, shape),
      bias: wanted.bias && reshape(results.toBias, shape),
    };
  },
});

export interface LayerNormOptions {
  /** Scale of each element of a row, in the normalised shape. */
  readonly weight?: Tensor | null;
  /** Shift of each element of a row, in the normalised shape. */
  readonly bias?: Tensor | null;
  /** Added to the variance. 1e-5. */
  readonly eps?: number;
}

/** Options, or PyTorch's order. */
type LayerNormRest = [
  weight?: Tensor | null | LayerNormOptions,
  bias?: Tensor | null,
  options?: Pick<LayerNormOptions, "eps">,
];

function layerNormOptions([weight, bias, options]: LayerNormRest): LayerNormOptions {
  if (weight === undefined || weight === null || weight instanceof Tensor)
    return { weight: weight ?? null, bias: bias ?? null, ...options };
  if (bias !== undefined || options !== undefined)
    throw new ValueError("layerNorm: need weight and bias in a row, or as options.");
  return weight;
}

/**
 * Each row, the last dimensions in `normalizedShape`, shifted to mean 0 and scaled to variance 1, then by weight and bias.
 *
 * Shapes: `x` […, …normalizedShape] → that of `x`.
 * Throws {@link ShapeError} and {@link DTypeError} for operands that do not fit.
 * Derivative: as {@link batchNorm}, row by row (Ba, Kiros & Hinton 2016).
 *
 * ```ts doctest
 * layerNorm(tensor([[1, 3]]), [2], { eps: 0 }).tolist() // => [[-1, 1]]
 * ```
 */
export const layerNorm: FunctionOnly<Same<[normalizedShape: Shape, ...affine: LayerNormRest]>> =
  /* @__PURE__ */ functionOnly(
    defineFunction({
      name: "layerNorm",
      takes: {
        x: aTensor,
        normalizedShape: aShape,
        "weight?": [aTensor, null, affine],
        "bias?": [aTensor, null],
        "options?": { eps: aNumber },
      },
      call: (x, normalizedShape, ...rest) => {
        const { weight = null, bias = null, eps = 1e-5 } = layerNormOptions(rest);
        checkComputes("layerNorm", x.dtype);
        if (!isFloating(x.dtype))
          throw new DTypeError(`layerNorm: need float32 or float64; got ${x.dtype}. Use x.float().`);
        const rank = normalizedShape.length;
        if (rank === 0)
          throw new ShapeError(
            "layerNorm: Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element.",
          );
        if (x.sizes.length < rank || !sameShape(x.sizes.slice(x.sizes.length - rank), normalizedShape))
          throw new ShapeError(
            `layerNorm: Given normalized_shape=${showShape(normalizedShape)}, expected input with shape [*, ` +
              `${normalizedShape.join(", ")}], but got input of size${showShape(x.sizes)}.`,
          );
        for (const [name, value] of [
          ["weight", weight],
          ["bias", bias],
        ] as const) {
          if (value && !sameShape(value.sizes, normalizedShape))
            throw new ShapeError(
              `layerNorm: Expected ${name} to be of same shape as normalized_shape, but got ${name} of shape ` +
                `${showShape(value.sizes)} and normalized_shape = ${showShape(normalizedShape)}.`,
            );
          if (value && value.dtype !== x.dtype)
            throw new DTypeError(
              `layerNorm: need ${name} in the dtype of x, ${x.dtype}; got ${value.dtype}. Use x.to(…).`,
            );
        }
        const { out, mean, invstd } = layerNormOp(x, weight, bias, rank, eps);
        mean.dispose();
        invstd.dispose();
        return out;
      },
    }),
  );
