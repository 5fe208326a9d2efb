/** Convolutions of one and two spatial dimensions; backward is convolution again, to any order. */

import type { ConvolutionOptions as Geometry, View } from "@ag/kernels";
import { kindOf } from "../../arguments/accepts.ts";
import { defineFunction } from "../../arguments/checked.ts";
import { aTensor, aText, aWhole, extents } from "../../arguments/kinds.ts";
import { defineOp } from "../../core/define.ts";
import { DTypeError, ShapeError, ValueError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Convolution } from "../../kinds/window.ts";
import { withDense } from "../../layout/dense.ts";
import { type Shape, showShape } from "../../layout/shape.ts";
import { fresh } from "../../make/fresh.ts";
import { type FunctionOnly, functionOnly } from "../../methods/as-method.ts";
import { checkComputes, isFloating } from "../../types/dtype.ts";
import { reduced, spread } from "../reduce/reduction.ts";
import { contiguous } from "../shape/cast.ts";
import { pad } from "../shape/repeat.ts";
import { squeeze, unsqueeze } from "../shape/view.ts";

/** One spatial dimension as the second of two. */
const planar = (shape: Shape): Shape => (shape.length === 3 ? [shape[0]!, shape[1]!, 1, shape[2]!] : shape);

/** A row-major tensor as the kernels take it. */
function image({ storage, offset, sizes: shape, dtype }: Tensor): View {
  const [n, c, h, w] = planar(shape) as readonly [number, number, number, number];
  return { storage, offset, sizes: [n, c, h, w], strides: [c * h * w, h * w, w, 1], dtype };
}

const span = (kernel: number, dilation: number): number => dilation * (kernel - 1) + 1;

/** How many windows fit along each dimension. */
function outputShape(x: Shape, weight: Shape, { stride, padding, dilation }: Geometry): Shape {
  const first = 4 - x.length;
  const sizes = x.slice(2).map((size, d) => {
    const i = (d + first) as 0 | 1;
    const room = size + 2 * padding[i] - span(weight[d + 2]!, dilation[i]);
    return Math.floor(room / stride[i]) + 1;
  });
  return [x[0]!, weight[0]!, ...sizes];
}

const convolution: Op<[x: Tensor, weight: Tensor, bias: Tensor | null, geometry: Geometry]> = defineOp({
  name: "convolution",
  inputs: ["x", "weight", "bias"],
  saves: { x: ["weight"], weight: ["x"], bias: [] },
  forward: (x, weight, bias, geometry) => {
    const out = fresh(outputShape(x.sizes, weight.sizes, geometry), x.dtype);
    if (out.numel() > 0)
      withDense([x, weight, bias], (a, w, b) => {
        const options = b ? { ...geometry, bias: b } : geometry;
        kernels.convolution("forward", image(a), image(w), image(out), options);
      });
    return out;
  },
  gradients: (grad, _saved, { x, weight, bias }, geometry) => {
    const dense = x && weight ? contiguous(grad) : grad; // one copy for both
    return {
      x: x && convolutionInput(dense, x.weight, x.shape, geometry),
      weight: weight && convolutionWeight(dense, weight.x, weight.shape, geometry),
      bias: bias && convolutionBias(grad, weight?.x ?? null, x?.weight ?? null),
    };
  },
});

const butChannels = ({ length }: Shape): Shape => (length === 3 ? [0, 2] : [0, 2, 3]);

/** The gradient of the bias: sums of G. One node of PyTorch gives it and the others, so it counts as made of both. */
const convolutionBias: Op<[grad: Tensor, x: Tensor | null, weight: Tensor | null]> = defineOp<
  [grad: Tensor, x: Tensor | null, weight: Tensor | null],
  readonly ["grad", "x", "weight"]
>({
  name: "convolutionBias",
  node: "ConvolutionBackwardBackward0",
  inputs: ["grad", "x", "weight"],
  forward: (grad) => reduced("sum", grad, butChannels(grad.sizes), { op: "convolution" }),
  derivative: {
    grad: (g, { shape }) => spread(g, shape, butChannels(shape), "convolution"),
    x: () => null,
    weight: () => null,
  },
});

/** The gradient of the input: G convolved with the turned weight. */
const convolutionInput: Op<[grad: Tensor, weight: Tensor, shape: Shape, geometry: Geometry]> = defineOp({
  name: "convolutionInput",
  node: "ConvolutionBackwardBackward0",
  inputs: ["grad", "weight"],
  saves: { grad: ["weight"], weight: ["grad"] },
  forward: (grad, weight, shape, geometry) => {
    const out = fresh(shape, grad.dtype);
    withDense([grad, weight], (g, w) => kernels.convolution("input", image(g), image(w), image(out), geometry));
    return out;
  },
  derivative: {
    grad: (g, { weight }, _shape, geometry) => convolution(g, weight, null, geometry),
    weight: (g, { grad, shape }, _shape, geometry) => convolutionWeight(grad, g, shape, geometry),
  },
});

/** The gradient of the weight: the input convolved with G. */
const convolutionWeight: Op<[grad: Tensor, x: Tensor, shape: Shape, geometry: Geometry]> = defineOp({
  name: "convolutionWeight",
  node: "ConvolutionBackwardBackward0",
  inputs: ["grad", "x"],
  saves: { grad: ["x"], x: ["grad"] },
  forward: (grad, x, shape, geometry) => {
    const out = fresh(shape, grad.dtype);
    withDense([grad, x], (g, a) => kernels.convolution("weight", image(g), image(a), image(out), geometry));
    return out;
  },
  derivative: {
    grad: (g, { x }, _shape, geometry) => convolution(x, g, null, geometry),
    x: (g, { grad, shape }, _shape, geometry) => convolutionInput(grad, g, shape, geometry),
  },
});

export interface ConvolutionOptions {
  /** Steps between windows: one number, or one for each dimension. 1. */
  readonly stride?: number | Shape;
  /** Zeros around the input: numbers, "valid" for none, "same" for an output as large as the input (stride 1). 0. */
  readonly padding?: number | Shape | "same" | "valid";
  /** Steps between the elements of a window. 1. */
  readonly dilation?: number | Shape;
  /** Groups of channels that do not see each other. 1. */
  readonly groups?: number;
}

const geometry = {
  stride: extents,
  padding: [extents, aText],
  dilation: extents,
  groups: aWhole,
};

type Pair = readonly [number, number];

/** One number for each of two dimensions; of one dimension, it is the second. */
function pair(name: string, value: number | Shape, rank: number, neutral: number): Pair {
  const list = typeof value === "number" ? [value] : value;
  if (list.length !== 1 && list.length !== rank)
    throw new ShapeError(
      `conv${rank}d: expected ${name} to be a single integer value or a list of ${rank} values to match the convolution ` +
        `dimensions, but got ${name}=${showShape(list)}.`,
    );
  const last = list.at(-1)!;
  return rank === 1 ? [neutral, last] : [list[0]!, last];
}

/** What a border that is not the same on both sides needs in front of the convolution. */
interface ConvolutionPlan {
  readonly geometry: Geometry;
  readonly border: Shape | null;
}

function convolutionPlan(rank: number, weight: Shape, options: ConvolutionOptions): ConvolutionPlan {
  const { padding = 0, groups = 1 } = options;
  const op = `conv${rank}d`;
  const stride = pair("stride", options.stride ?? 1, rank, 1);
  const dilation = pair("dilation", options.dilation ?? 1, rank, 1);
  if (stride.some((s) => s <= 0))
    throw new ValueError(`${op}: non-positive stride is not supported; got ${showShape(stride)}.`);
  if (dilation.some((s) => s <= 0))
    throw new ValueError(`${op}: non-positive dilation is not supported; got ${showShape(dilation)}.`);
  if (groups <= 0) throw new ValueError(`${op}: non-positive groups is not supported; got ${groups}.`);
  if (typeof padding !== "string") {
    const zeros = pair("padding", padding, rank, 0);
    if (zeros.some((s) => s < 0))
      throw new ValueError(`${op}: negative padding is not supported; got ${showShape(zeros)}.`);
    return { geometry: { stride, padding: zeros, dilation, groups }, border: null };
  }
  if (padding !== "same" && padding !== "valid")
    throw new ValueError(`${op}: Invalid padding string: '${String(padding)}': need numbers, "same" or "valid".`);
  if (padding === "valid") return { geometry: { stride, padding: [0, 0], dilation, groups }, border: null };
  if (stride.some((s) => s !== 1))
    throw new ValueError(`${op}: padding='same' is not supported for strided convolutions.`);
  const kernel = planar(weight).slice(2);
  const total = kernel.map((size, d) => dilation[d as 0 | 1] * (size - 1));
  const half = total.map((n) => Math.floor(n / 2)) as unknown as Pair;
  const border = total.flatMap((n, d) => (d >= 2 - rank ? [n % 2, 0] : [])).reverse(); // the odd one goes behind
  return { geometry: { stride, padding: half, dilation, groups }, border: border.some((n) => n > 0) ? border : null };
}

function checkOperands(op: string, x: Tensor, weight: Tensor, bias: Tensor | null): void {
  checkComputes(op, x.dtype);
  if (!isFloating(x.dtype)) throw new DTypeError(`${op}: need float32 or float64; got ${x.dtype}. Use x.float().`);
  for (const [name, other] of [
    ["weight", weight],
    ["bias", bias],
  ] as const)
    if (other && other.dtype !== x.dtype)
      throw new DTypeError(
        `${op}: Input type (torch.${kindOf(x.dtype)}Tensor) and ${name} type (torch.${kindOf(other.dtype)}Tensor) should be ` +
          "the same: need one dtype. Use x.to(…).",
      );
}

function checkSizes(op: string, x: Shape, weight: Shape, bias: Tensor | null, { geometry }: ConvolutionPlan): void {
  const { groups, padding, dilation } = geometry;
  if (x[1] !== weight[1]! * groups)
    throw new ShapeError(
      `${op}: Given groups=${groups}, weight of size ${showShape(weight)}, expected input${showShape(x)} to have ` +
        `${weight[1]! * groups} channels, but got ${x[1]} channels instead.`,
    );
  if (weight[0]! % groups !== 0 || weight[0]! < groups)
    throw new ShapeError(
      `${op}: Given groups=${groups}, expected weight to be divisible by ${groups} at dimension 0, but got weight of size ` +
        `${showShape(weight)} instead.`,
    );
  if (bias && (bias.sizes.length !== 1 || bias.sizes[0] !== weight[0]))
    throw new ShapeError(
      `${op}: Given weight of size ${showShape(weight)}, expected bias to be 1-dimensional with ${weight[0]} elements, but ` +
        `got bias of size ${showShape(bias.sizes)} instead.`,
    );
  const first = 4 - x.length;
  const room = x.slice(2).map((size, d) => size + 2 * padding[(d + first) as 0 | 1]);
  const kernel = weight.slice(2).map((size, d) => span(size, dilation[(d + first) as 0 | 1]));
  if (kernel.some((size, d) => size > room[d]!))
    throw new ShapeError(
      `${op}: Calculated padded input size per channel: (${room.join(" x ")}). Kernel size: (${kernel.join(" x ")}). ` +
        "Kernel size can't be greater than actual input size.",
    );
}

function convolve(rank: 1 | 2, x: Tensor, weight: Tensor, bias: Tensor | null, options: ConvolutionOptions): Tensor {
  const op = `conv${rank}d`;
  const isBatched = x.sizes.length === rank + 2;
  if (!isBatched && x.sizes.length !== rank + 1)
    throw new ShapeError(
      `${op}: Expected ${rank + 1}D (unbatched) or ${rank + 2}D (batched) input to ${op}, but got input of size: ` +
        `${showShape(x.sizes)}.`,
    );
  if (weight.sizes.length !== rank + 2)
    throw new ShapeError(
      `${op}: need a weight of ${rank + 2} dimensions [out, in / groups, …kernel]; got ${showShape(weight.sizes)}.`,
    );
  checkOperands(op, x, weight, bias);
  const plan = convolutionPlan(rank, weight.sizes, options);
  const batched = isBatched ? x : unsqueeze(x, 0);
  const bordered = plan.border ? pad(batched, plan.border) : batched;
  checkSizes(op, bordered.sizes, weight.sizes, bias, plan);
  const out = convolution(bordered, weight, bias, plan.geometry);
  const result = isBatched ? out : squeeze(out, 0);
  for (const made of [batched, bordered, out]) if (made !== x && made !== result) made.dispose(); // the node holds what it reads
  return result;
}

/**
 * Convolution of images: each output channel is the sum of windows of the input, weighed by its kernel.
 *
 * Shapes: `x` [n, c, h, w] or [c, h, w], `weight` [o, c / groups, kh, kw], `bias` [o] → [n, o, h′, w′] with
 * h′ = ⌊(h + 2·padding − dilation·(kh − 1) − 1) / stride⌋ + 1.
 * Throws {@link ShapeError} for sizes that do not fit, {@link ValueError} for options out of range, {@link DTypeError}
 * unless all are of one floating dtype.
 * Derivative: the transposed convolution of G, the convolution of `x` with G, and the sums of G.
 *
 * ```ts doctest
 * conv2d(ones(1, 1, 3, 3), ones(1, 1, 2, 2)).tolist() // => [[[[4, 4], [4, 4]]]]
 * ```
 */
export const conv2d: FunctionOnly<Convolution<2>> = /* @__PURE__ */ functionOnly(
  defineFunction({
    name: "conv2d",
    takes: { x: aTensor, weight: aTensor, "bias?": [aTensor, null], "options?": geometry },
    call: (x, weight, bias = null, options = {}) => convolve(2, x, weight, bias, options),
  }),
);

/**
 * Convolution along one dimension; as {@link conv2d} otherwise.
 *
 * Shapes: `x` [n, c, l] or [c, l], `weight` [o, c / groups, k], `bias` [o] → [n, o, l′].
 *
 * ```ts doctest
 * conv1d(tensor([[1, 2, 3]]), ones(1, 1, 2)).tolist() // => [[3, 5]]
 * ```
 */
export const conv1d: FunctionOnly<Convolution<1>> = /* @__PURE__ */ functionOnly(
  defineFunction({
    name: "conv1d",
    takes: { x: aTensor, weight: aTensor, "bias?": [aTensor, null], "options?": geometry },
    call: (x, weight, bias = null, options = {}) => convolve(1, x, weight, bias, options),
  }),
);
