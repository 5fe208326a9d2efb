import { conv2d, type Tensor, ValueError } from "@ag/tensor/fn";
import {
  type Args,
  aFlag,
  aText,
  aWhole,
  type Convolved2d,
  extents,
  type Moving,
  need,
  type Takes,
  type Told,
} from "@ag/tensor/internal";
import { Feedforward } from "../module/feedforward.ts";
import type { Parameter } from "../module/parameter.ts";
import { valueText } from "../module/print.ts";
import { weightAndBias } from "../module/reset.ts";
import type { Fitting, Rule, Said, ShapeFrom, Unsaid } from "../module/ruled.ts";

/** One number for both dimensions, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number];

/** Never the caller's own array. */
export const pairOf = (x: Pair): readonly [number, number] =>
  typeof x === "number" ? [x, x] : ([...x] as [number, number]);

export interface Conv2dOptions {
  readonly stride?: Pair;
  /** Zeros around the input; "same" for an output as large as the input (stride 1), "valid" for none. */
  readonly padding?: Pair | "same" | "valid";
  readonly dilation?: Pair;
  /** Groups of channels that do not see each other. */
  readonly groups?: number;
  readonly bias?: boolean;
}

const conv2dTakes: Takes = {
  inChannels: aWhole,
  outChannels: aWhole,
  kernelSize: extents,
  "options?": {
    stride: extents,
    padding: [extents, aText],
    dilation: extents,
    groups: aWhole,
    bias: aFlag,
  },
};

function needChannels(inChannels: number, outChannels: number, groups: number): void {
  if (groups <= 0) throw new ValueError(`Conv2d: groups must be a positive integer; got ${groups}.`);
  for (const [name, channels] of [["in_channels", inChannels] as const, ["out_channels", outChannels] as const])
    if (channels < 0 || channels % groups !== 0)
      throw new ValueError(`Conv2d: ${name} must be divisible by groups; got ${channels} and ${groups} groups.`);
}

function needSizes(name: string, sizes: readonly number[], least: number): void {
  if (sizes.length !== 2 || !sizes.every((size) => size >= least))
    throw new ValueError(`Conv2d: need a whole number >= ${least} or a pair of them as ${name}; got ${String(sizes)}.`);
}

interface Convolving<In, Out, K, A extends Args> extends Rule {
  readonly output: Convolved2d<this["input"], In, Out, Moving<K, Said<A>>>;
}

/**
 * Convolution with learned weights [out, in / groups, kh, kw] and a bias for each output channel.
 *
 * Shapes: [n, in, h, w] → [n, out, h′, w′] with h′ = ⌊(h + 2·padding − dilation·(kh − 1) − 1) / stride⌋ + 1.
 * Weight and bias start uniform in ±1/√(in/groups · kh · kw). Throws {@link ValueError} for sizes that do not fit.
 *
 * ```ts doctest
 * const layer = new Conv2d(3, 8, 3, { stride: 2, padding: 1 });
 * layer.forward(zeros([1, 3, 32, 32])).shape // => [1, 8, 16, 16]
 * layer.weight.shape // => [8, 3, 3, 3]
 * ```
 */
export class Conv2d<
  In extends number = number,
  Out extends number = number,
  const K extends Pair = Pair,
  const A extends Args = Unsaid,
> extends Feedforward {
  declare readonly "~rule": Convolving<In, Out, K, A>;

  readonly inChannels: In;
  readonly outChannels: Out;
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number] | "same" | "valid";
  readonly dilation: readonly [number, number];
  readonly groups: number;
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(inChannels: In, outChannels: Out, kernelSize: K, ...rest: Told<A, [options?: Conv2dOptions]>) {
    super();
    const [options = {}]: readonly [options?: Conv2dOptions] = rest;
    need("Conv2d", conv2dTakes, inChannels, outChannels, kernelSize, options);
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = options;
    needChannels(inChannels, outChannels, groups);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = pairOf(kernelSize);
    this.stride = pairOf(stride);
    this.padding = typeof padding === "string" ? padding : pairOf(padding);
    this.dilation = pairOf(dilation);
    this.groups = groups;
    this.#check();
    const start = weightAndBias([outChannels, inChannels / groups, ...this.kernelSize], bias);
    this.weight = start.weight;
    this.bias = start.bias;
  }

  #check(): void {
    const { kernelSize, stride, padding, dilation } = this;
    needSizes("kernelSize", kernelSize, 1);
    needSizes("stride", stride, 1);
    needSizes("dilation", dilation, 1);
    if (typeof padding !== "string") needSizes("padding", padding, 0);
    else if (padding !== "same" && padding !== "valid")
      throw new ValueError(`Conv2d: Invalid padding string '${String(padding)}', should be one of same, valid.`);
    if (padding === "same" && stride.some((s) => s !== 1))
      throw new ValueError("Conv2d: padding='same' is not supported for strided convolutions: need stride 1.");
  }

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    const { stride, padding, dilation, groups } = this;
    return conv2d(x, this.weight, this.bias, { stride, padding, dilation, groups });
  }

  protected override extraRepr(): string {
    const { padding, dilation, groups } = this;
    const isPadded = typeof padding === "string" || padding.some((size) => size !== 0);
    return [
      `${this.inChannels}, ${this.outChannels}`,
      `kernel_size=${valueText(this.kernelSize)}`,
      `stride=${valueText(this.stride)}`,
      ...(isPadded ? [`padding=${valueText(padding)}`] : []),
      ...(dilation.some((size) => size !== 1) ? [`dilation=${valueText(dilation)}`] : []),
      ...(groups !== 1 ? [`groups=${groups}`] : []),
      ...(this.bias === null ? ["bias=False"] : []),
    ].join(", ");
  }
}
