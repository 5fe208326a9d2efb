import { adaptiveAvgPool2d, avgPool2d, maxPool2d, type Tensor } from "@ag/tensor/fn";
import {
  type Args,
  aFlag,
  aWhole,
  extents,
  type Kind,
  need,
  type Pooled,
  type PooledTo,
  type Takes,
  type Told,
} from "@ag/tensor/internal";
import { Feedforward } from "../module/feedforward.ts";
import { optionsText } from "../module/print.ts";
import type { Fitting, Rule, Said, ShapeFrom, Unsaid } from "../module/ruled.ts";
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

interface WindowOptions {
  /** As large as the window unless given. */
  readonly stride?: Pair;
  readonly padding?: Pair;
  /** Windows that reach beyond the border count too, if they start before it. */
  readonly ceilMode?: boolean;
}

/** A number for each window. */
abstract class WindowPool extends Feedforward {
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly ceilMode: boolean;

  constructor(kernelSize: Pair, options: WindowOptions) {
    super();
    this.kernelSize = copied(kernelSize);
    this.stride = copied(options.stride ?? kernelSize);
    this.padding = copied(options.padding ?? 0);
    this.ceilMode = options.ceilMode ?? false;
  }
}

export interface MaxPool2dOptions extends WindowOptions {
  readonly dilation?: Pair;
}

interface Pooling<K, A extends Args> extends Rule {
  readonly output: Pooled<this["input"], K, Said<A>>;
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
export class MaxPool2d<const K extends Pair = Pair, const A extends Args = Unsaid> extends WindowPool {
  declare readonly "~rule": Pooling<K, A>;

  readonly dilation: Pair;

  constructor(kernelSize: K, ...rest: Told<A, [options?: MaxPool2dOptions]>) {
    const [options = {}]: readonly [options?: MaxPool2dOptions] = rest;
    need("MaxPool2d", { kernelSize: extents, options: maxPoolOptions }, kernelSize, options);
    super(kernelSize, options);
    this.dilation = copied(options.dilation ?? 1);
  }

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    const { stride, padding, dilation, ceilMode } = this;
    return maxPool2d(x, this.kernelSize, { stride, padding, dilation, ceilMode });
  }

  protected override extraRepr(): string {
    return optionsText(this, "kernelSize", "stride", "padding", "dilation", "ceilMode");
  }
}

export interface AvgPool2dOptions extends WindowOptions {
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
export class AvgPool2d<const K extends Pair = Pair, const A extends Args = Unsaid> extends WindowPool {
  declare readonly "~rule": Pooling<K, A>;

  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;

  constructor(kernelSize: K, ...rest: Told<A, [options?: AvgPool2dOptions]>) {
    const [options = {}]: readonly [options?: AvgPool2dOptions] = rest;
    need("AvgPool2d", { kernelSize: extents, options: avgPoolOptions }, kernelSize, options);
    super(kernelSize, options);
    this.countIncludePad = options.countIncludePad ?? true;
    this.divisorOverride = options.divisorOverride ?? null;
  }

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    const { stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    return avgPool2d(x, this.kernelSize, { stride, padding, ceilMode, countIncludePad, divisorOverride });
  }

  protected override extraRepr(): string {
    return optionsText(this, "kernelSize", "stride", "padding");
  }
}

/** One number for both dimensions, or [height, width] with null where the input's size stays. */
export type OutputSize = number | readonly [number | null, number | null];

interface PoolingTo<N> extends Rule {
  readonly output: PooledTo<this["input"], N>;
}

/**
 * Means over windows that are as equal as possible, `outputSize` of them: window i spans ⌊i·in/out⌋ … ⌈(i+1)·in/out⌉.
 *
 * Shapes: [n, c, h, w] → [n, c, h′, w′] with the given sizes.
 *
 * ```ts doctest
 * new AdaptiveAvgPool2d([1, 2]).forward(tensor([[[1, 2], [3, 4]]])).tolist() // => [[[2, 3]]]
 * ```
 */
export class AdaptiveAvgPool2d<const N extends OutputSize = OutputSize> extends Feedforward {
  declare readonly "~rule": PoolingTo<N>;

  readonly outputSize: OutputSize;

  constructor(outputSize: N) {
    super();
    need("AdaptiveAvgPool2d", { outputSize: anOutputSize }, outputSize);
    this.outputSize = copied(outputSize);
  }

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }

  protected override extraRepr(): string {
    return optionsText(this, "outputSize");
  }
}
