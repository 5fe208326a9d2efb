import { adaptiveAvgPool2d, avgPool2d, maxPool2d, type Tensor } from "@ag/tensor/fn";
import { aFlag, aWhole, extents, type Kind, need, type Takes } from "@ag/tensor/internal";
import { Module } from "../module/module.ts";
import { valueText } from "../module/print.ts";
import type { Pair } from "./conv.ts";

const windowOptions: Takes = { stride: [extents, null], padding: extents, ceilMode: aFlag };
const maxPoolOptions = { ...windowOptions, dilation: extents };
const avgPoolOptions = {
  ...windowOptions,
  countIncludePad: aFlag,
  "divisorOverride?": [aWhole, null],
};
const anOutputSize: Kind = {
  word: "int or tuple of ints or None",
  ok: (x) => extents.ok(Array.isArray(x) ? x.map((size: unknown) => size ?? 0) : x),
};

/** Never the caller's own array. */
const copied = <T>(x: T): T => (Array.isArray(x) ? (x.slice() as T) : x);

export interface MaxPool2dOptions {
  /** As large as the window unless given. */
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly dilation?: Pair;
  /** Windows that reach beyond the border count too, if they start before it. */
  readonly ceilMode?: boolean;
}

/**
 * The largest value in each window.
 *
 * Shapes: [n, c, h, w] → [n, c, h′, w′].
 *
 * ```ts doctest
 * new MaxPool2d(2).forward(tensor([[[1, 2], [3, 4]]])).tolist() // => [[[4]]]
 * ```
 */
export class MaxPool2d extends Module {
  static override readonly gives = "new";
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly ceilMode: boolean;

  constructor(kernelSize: Pair, options: MaxPool2dOptions = {}) {
    super();
    need("MaxPool2d", { kernelSize: extents, options: maxPoolOptions }, kernelSize, options);
    this.kernelSize = copied(kernelSize);
    this.stride = copied(options.stride ?? kernelSize);
    this.padding = copied(options.padding ?? 0);
    this.dilation = copied(options.dilation ?? 1);
    this.ceilMode = options.ceilMode ?? false;
  }

  forward(x: Tensor): Tensor {
    const { stride, padding, dilation, ceilMode } = this;
    return maxPool2d(x, this.kernelSize, { stride, padding, dilation, ceilMode });
  }

  protected override extraRepr(): string {
    return (
      `kernel_size=${valueText(this.kernelSize)}, stride=${valueText(this.stride)}, ` +
      `padding=${valueText(this.padding)}, dilation=${valueText(this.dilation)}, ceil_mode=${valueText(this.ceilMode)}`
    );
  }
}

export interface AvgPool2dOptions {
  /** As large as the window unless given. */
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly ceilMode?: boolean;
  /** Whether padding counts in the divisor. */
  readonly countIncludePad?: boolean;
  /** Divides by this instead of the size of the window. */
  readonly divisorOverride?: number | null;
}

/**
 * The mean of each window.
 *
 * Shapes: [n, c, h, w] → [n, c, h′, w′].
 *
 * ```ts doctest
 * new AvgPool2d(2).forward(tensor([[[1, 2], [3, 4]]])).tolist() // => [[[2.5]]]
 * ```
 */
export class AvgPool2d extends Module {
  static override readonly gives = "new";
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;

  constructor(kernelSize: Pair, options: AvgPool2dOptions = {}) {
    super();
    need("AvgPool2d", { kernelSize: extents, options: avgPoolOptions }, kernelSize, options);
    this.kernelSize = copied(kernelSize);
    this.stride = copied(options.stride ?? kernelSize);
    this.padding = copied(options.padding ?? 0);
    this.ceilMode = options.ceilMode ?? false;
    this.countIncludePad = options.countIncludePad ?? true;
    this.divisorOverride = options.divisorOverride ?? null;
  }

  forward(x: Tensor): Tensor {
    const { stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    return avgPool2d(x, this.kernelSize, { stride, padding, ceilMode, countIncludePad, divisorOverride });
  }

  protected override extraRepr(): string {
    return `kernel_size=${valueText(this.kernelSize)}, stride=${valueText(this.stride)}, padding=${valueText(this.padding)}`;
  }
}

/** One number for both dimensions, or [height, width] with null where the input's size stays. */
export type OutputSize = number | readonly [number | null, number | null];

/**
 * Means over windows that are as equal as possible, `outputSize` of them: window i spans ⌊i·in/out⌋ … ⌈(i+1)·in/out⌉.
 *
 * Shapes: [n, c, h, w] → [n, c, h′, w′] with the given sizes.
 *
 * ```ts doctest
 * new AdaptiveAvgPool2d([1, 2]).forward(tensor([[[1, 2], [3, 4]]])).tolist() // => [[[2, 3]]]
 * ```
 */
export class AdaptiveAvgPool2d extends Module {
  static override readonly gives = "new";
  readonly outputSize: OutputSize;

  constructor(outputSize: OutputSize) {
    super();
    need("AdaptiveAvgPool2d", { outputSize: anOutputSize }, outputSize);
    this.outputSize = copied(outputSize);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }

  protected override extraRepr(): string {
    const { outputSize: size } = this;
    return `output_size=${typeof size === "number" ? size : `(${size.map(valueText).join(", ")})`}`;
  }
}
