/** The largest or the mean of windows of an image. */

import type { Pooling, View, Windows } from "@ag/kernels";
import { defineFunction } from "../../arguments/checked.ts";
import { aFlag, areAll, aTensor, aWhole, extents } from "../../arguments/kinds.ts";
import type { Kind } from "../../arguments/signature.ts";
import { defineOp, defineOutputs } from "../../core/define.ts";
import { DTypeError, ShapeError, ValueError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { AdaptivePooling, PoolingWithIndices, WindowPooling } from "../../kinds/window.ts";
import { withDense } from "../../layout/dense.ts";
import { type Shape, showShape } from "../../layout/shape.ts";
import { zerosLike } from "../../make/factories.ts";
import { fresh } from "../../make/fresh.ts";
import { type FunctionOnly, functionOnly } from "../../methods/as-method.ts";
import { checkComputes, isFloating } from "../../types/dtype.ts";
import { gather } from "../index/gather.ts";
import { mean } from "../reduce/sums.ts";
import { reshape } from "../shape/view.ts";

type Averaging = Extract<Pooling, { readonly kind: "average" }>;
/** Sizes of windows, [vertical, horizontal]. */
type Geometry = { readonly [K in keyof Windows]: Pair };

/** A row-major tensor as the kernels take it: images without a batch are a batch of one. */
function images({ storage, offset, sizes: shape, dtype }: Tensor): View {
  const [h, w] = [shape.at(-2)!, shape.at(-1)!];
  const c = shape.at(-3)!;
  return {
    storage,
    offset,
    sizes: [shape.length === 3 ? 1 : shape[0]!, c, h, w],
    strides: [c * h * w, h * w, w, 1],
    dtype,
  };
}

type Pair = readonly [number, number];

function pair(op: string, name: string, value: number | Shape): Pair {
  const list = typeof value === "number" ? [value] : value;
  if (list.length < 1 || list.length > 2)
    throw new ValueError(`${op}: ${name} must either be a single int, or a tuple of two ints; got ${showShape(list)}.`);
  return [list[0]!, list.at(-1)!];
}

export interface WindowOptions {
  /** Steps between windows; the size of the window unless given. */
  readonly stride?: number | Shape | null;
  /** Border, at most half of the window: lower than everything for maxima, zeros for means. 0. */
  readonly padding?: number | Shape;
  /** Windows that reach beyond the border count too, if they start before it. */
  readonly ceilMode?: boolean;
}

export interface MaxPoolOptions extends WindowOptions {
  /** Steps between the elements of a window. 1. */
  readonly dilation?: number | Shape;
}

export interface AvgPoolOptions extends WindowOptions {
  /** Whether the border counts in the divisor. True. */
  readonly countIncludePad?: boolean;
  /** Divides by this instead of the size of the window. */
  readonly divisorOverride?: number | null;
}

const window = { "stride?": [extents, null], padding: extents, ceilMode: aFlag };
const maxWindow = { ...window, dilation: extents };
const outputSize: Kind = {
  ...extents,
  ok: (x) => aWhole.ok(x) || areAll(x, (size) => size === null || aWhole.ok(size)),
};

function checkImages(op: string, x: Tensor): void {
  checkComputes(op, x.dtype);
  if (!isFloating(x.dtype)) throw new DTypeError(`${op}: need float32 or float64; got ${x.dtype}. Use x.float().`);
  const { length } = x.sizes;
  if ((length !== 3 && length !== 4) || x.sizes.slice(1).some((size) => size === 0))
    throw new ShapeError(
      `${op}: non-empty 3D or 4D (batch mode) tensor expected for input: need [n, c, h, w] or [c, h, w]; got ${showShape(x.sizes)}.`,
    );
}

function windows(op: string, kernel: number | Shape, options: MaxPoolOptions): Geometry {
  const size = pair(op, "kernel_size", kernel);
  const stride = pair(op, "stride", options.stride ?? size);
  const [padding, dilation] = [pair(op, "padding", options.padding ?? 0), pair(op, "dilation", options.dilation ?? 1)];
  if (stride.some((s) => s === 0)) throw new ValueError(`${op}: stride should not be zero; got ${showShape(stride)}.`);
  if (size.some((s) => s <= 0) || stride.some((s) => s < 0))
    throw new ValueError(
      `${op}: kernel size and stride should be greater than zero; got ${showShape(size)} and ${showShape(stride)}.`,
    );
  if (dilation.some((s) => s <= 0))
    throw new ValueError(
      `${op}: dilation should be greater than zero, but got dilationH: ${dilation[0]} dilationW: ${dilation[1]}.`,
    );
  for (const d of [0, 1] as const) {
    if (padding[d] < 0) throw new ValueError(`${op}: pad must be non-negative, but got pad: ${padding[d]}.`);
    if (padding[d] > Math.floor((dilation[d] * (size[d] - 1) + 1) / 2))
      throw new ValueError(
        `${op}: pad should be at most half of effective kernel size, but got pad=${padding[d]}, kernel_size=${size[d]} and ` +
          `dilation=${dilation[d]}.`,
      );
  }
  return { kernel: size, stride, padding, dilation };
}

/** How many windows there are; with `ceilMode` also those that start inside and reach beyond. */
function outputShape(op: string, x: Shape, { kernel, stride, padding, dilation }: Geometry, ceilMode: boolean): Shape {
  const sizes = [x.at(-2)!, x.at(-1)!].map((size, i) => {
    const d = i as 0 | 1;
    const room = size + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1 + (ceilMode ? stride[d] - 1 : 0);
    const count = Math.floor(room / stride[d]) + 1;
    return ceilMode && (count - 1) * stride[d] >= size + padding[d] ? count - 1 : count;
  });
  if (sizes.some((size) => size <= 0)) {
    const c = x.at(-3);
    throw new ShapeError(
      `${op}: Given input size: (${c}x${x.at(-2)}x${x.at(-1)}). Calculated output size: (${c}x${sizes.join("x")}). ` +
        "Output size is too small: need a smaller window.",
    );
  }
  return [...x.slice(0, -2), ...sizes];
}

interface Pooled {
  readonly out: Tensor;
  readonly indices: Tensor;
}

const maxPoolOp: Op<[x: Tensor, windows: Windows, shape: Shape], Pooled> = defineOutputs({
  name: "maxPool2dWithIndices",
  node: "MaxPool2DWithIndicesBackward0",
  inputs: ["x"],
  outputs: ["out", "indices"],
  saves: { x: ["x", "indices"] },
  forward: (x, windows, shape) => {
    const [out, indices] = [fresh(shape, x.dtype), fresh(shape, "int64")];
    const pooling = { kind: "max", windows, indices } as const;
    if (out.numel() > 0) withDense([x], (a) => kernels.pool(images(a), images(out), pooling));
    return { out, indices };
  },
  derivative: {
    x: ([grad], { x, indices }, windows) => (grad ? maxPoolBackward(grad, x, indices, windows) : null),
  },
});

/** Zeros with each gradient at the place of its maximum. */
const maxPoolBackward: Op<[grad: Tensor, x: Tensor, indices: Tensor, windows: Windows]> = defineOp({
  name: "maxPool2dWithIndicesBackward",
  node: "MaxPool2DWithIndicesBackwardBackward0",
  inputs: ["grad", "x", "indices"],
  saves: { grad: ["indices"] },
  forward: (grad, x, indices, windows) => {
    const out = fresh(x.sizes, grad.dtype);
    if (out.numel() > 0)
      withDense([grad, indices], (g, i) =>
        kernels.poolBackward(images(g), images(out), { kind: "max", windows, indices: i }),
      );
    return out;
  },
  derivative: {
    grad: (g, { indices, shape }) => {
      const lead = shape.slice(0, -2);
      return reshape(gather(reshape(g, [...lead, -1]), lead.length, reshape(indices, [...lead, -1])), shape);
    },
    x: (g) => zerosLike(g),
    indices: null,
  },
});

function pooled(op: string, x: Tensor, kernel: number | Shape, options: MaxPoolOptions): Pooled {
  checkImages(op, x);
  const plan = windows(op, kernel, options);
  return maxPoolOp(x, plan, outputShape(op, x.sizes, plan, options.ceilMode ?? false));
}

/**
 * The largest element of each window; the first of equal ones, and NaN where there is one.
 *
 * Shapes: `x` [n, c, h, w] or [c, h, w] → […, h′, w′] with h′ = ⌊(h + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1.
 * Throws {@link ShapeError} for other shapes or no window at all, {@link ValueError} for options out of range, {@link DTypeError}
 * unless floating.
 * Derivative: zeros with G at the maxima.
 *
 * ```ts doctest
 * maxPool2d(tensor([[[1, 2], [3, 4]]]), 2).tolist() // => [[[4]]]
 * ```
 */
export const maxPool2d: FunctionOnly<WindowPooling<MaxPoolOptions>> = /* @__PURE__ */ functionOnly(
  defineFunction({
    name: "maxPool2d",
    takes: { x: aTensor, kernel: extents, "options?": maxWindow },
    call: (x, kernel, options = {}) => {
      const { out, indices } = pooled("maxPool2d", x, kernel, options);
      indices.dispose();
      return out;
    },
  }),
);

/**
 * As {@link maxPool2d}; with the position of each maximum in its input plane, int64.
 *
 * ```ts doctest
 * maxPool2dWithIndices(tensor([[[[1, 4], [3, 2]]]]), 2).indices.tolist() // => [[[[1]]]]
 * ```
 */
export const maxPool2dWithIndices: FunctionOnly<PoolingWithIndices> = /* @__PURE__ */ functionOnly(
  defineFunction({
    name: "maxPool2dWithIndices",
    takes: { x: aTensor, kernel: extents, "options?": maxWindow },
    call: (x, kernel, options = {}) => {
      const { out: values, indices } = pooled("maxPool2d", x, kernel, options);
      return { values, indices };
    },
  }),
);

/** Means of windows, and G spread over them. */
/* @__NO_SIDE_EFFECTS__ */
function averaging(name: string, node: string): Op<[x: Tensor, pooling: Averaging, shape: Shape]> {
  const forward: Op<[x: Tensor, pooling: Averaging, shape: Shape]> = defineOp({
    name,
    node: `${node}Backward0`,
    inputs: ["x"],
    saves: { x: ["x"] },
    forward: (x, pooling, shape) => {
      const out = fresh(shape, x.dtype);
      if (out.numel() > 0) withDense([x], (a) => kernels.pool(images(a), images(out), pooling));
      return out;
    },
    derivative: { x: (grad, { x }, pooling) => backward(grad, x, pooling) },
  });
  const backward: Op<[grad: Tensor, x: Tensor, pooling: Averaging]> = defineOp({
    name: `${name}Backward`,
    node: `${node}BackwardBackward0`,
    inputs: ["grad", "x"],
    forward: (grad, x, pooling) => {
      const out = fresh(x.sizes, grad.dtype);
      if (grad.numel() === 0) kernels.fill(out, 0);
      else if (out.numel() > 0) withDense([grad], (g) => kernels.poolBackward(images(g), images(out), pooling));
      return out;
    },
    derivative: { grad: (g, { shape }, pooling) => forward(g, pooling, shape), x: (g) => zerosLike(g) },
  });
  return forward;
}

const avgPoolOp = averaging("avgPool2d", "AvgPool2D");

/**
 * The mean of each window.
 *
 * Shapes: as {@link maxPool2d} without dilation.
 * Throws {@link ShapeError} for other shapes or no window at all, {@link ValueError} for options out of range, {@link DTypeError}
 * unless floating.
 * Derivative: G spread over the windows.
 *
 * ```ts doctest
 * avgPool2d(tensor([[[1, 2], [3, 4]]]), 2).tolist() // => [[[2.5]]]
 * ```
 */
export const avgPool2d: FunctionOnly<WindowPooling<AvgPoolOptions>> = /* @__PURE__ */ functionOnly(
  defineFunction({
    name: "avgPool2d",
    takes: {
      x: aTensor,
      kernel: extents,
      "options?": { ...window, countIncludePad: aFlag, "divisorOverride?": [aWhole, null] },
    },
    call: (x, kernel, options = {}) => {
      checkImages("avgPool2d", x);
      const { ceilMode = false, countIncludePad = true, divisorOverride: divisor = null } = options;
      const plan = windows("avgPool2d", kernel, options);
      if (divisor === 0) throw new ValueError("avgPool2d: divisor must be not zero; got 0.");
      const pooling = { kind: "average", windows: plan, countIncludePad, divisor } as const;
      return avgPoolOp(x, pooling, outputShape("avgPool2d", x.sizes, plan, ceilMode));
    },
  }),
);

const adaptiveAvgPoolOp = averaging("adaptiveAvgPool2d", "AdaptiveAvgPool2D");
const fitted: Averaging = { kind: "average", windows: null, countIncludePad: true, divisor: null };

/**
 * The mean of windows that share the image evenly: window i spans ⌊i·in/out⌋ … ⌈(i + 1)·in/out⌉.
 *
 * Shapes: `x` [n, c, h, w] or [c, h, w], `size` the output's (one number, or two; null keeps that of the input) → […, size].
 * Throws {@link ShapeError} for other shapes, {@link ValueError} for other sizes, {@link DTypeError} unless floating.
 * Derivative: G spread over the windows.
 *
 * ```ts doctest
 * adaptiveAvgPool2d(tensor([[[1, 2], [3, 4]]]), 1).tolist() // => [[[2.5]]]
 * ```
 */
export const adaptiveAvgPool2d: FunctionOnly<AdaptivePooling> = /* @__PURE__ */ functionOnly(
  defineFunction({
    name: "adaptiveAvgPool2d",
    takes: { x: aTensor, size: outputSize },
    call: (x, size) => {
      const { sizes: shape } = x;
      if (shape.length !== 3 && shape.length !== 4)
        throw new ShapeError(
          `adaptiveAvgPool2d: adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got ${showShape(shape)}.`,
        );
      checkImages("adaptiveAvgPool2d", x);
      const wanted = typeof size === "number" ? [size, size] : size;
      const sizes = wanted.map((s, d) => s ?? shape.at(d - 2)!);
      if (sizes.length !== 2 || !sizes.every((s) => s >= 0))
        throw new ValueError(
          `adaptiveAvgPool2d: output_size must be 2: need one or two whole sizes; got [${wanted.join(", ")}].`,
        );
      if (sizes[0] === 1 && sizes[1] === 1) return mean(x, [-1, -2], { keepdim: true });
      return adaptiveAvgPoolOp(x, fitted, [...shape.slice(0, -2), ...sizes]);
    },
  }),
);
