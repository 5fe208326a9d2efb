/** How do weights start? The formulas, and with them the bits, are those of `torch.nn.init`; nothing here is recorded. */
import { noGrad } from "@ag/autograd";
import { fill_, type Generator, ShapeError, type Tensor, ValueError } from "@ag/tensor/fn";
import {
  aGenerator,
  aNumber,
  aTensor,
  aText,
  fillNormal,
  fillUniform,
  need,
  type Takes,
  warnOnce,
} from "@ag/tensor/internal";

interface Drawn {
  readonly generator?: Generator | null;
}

export type FanMode = "fan_in" | "fan_out";

/** By PyTorch's names. */
export type Nonlinearity =
  | "linear"
  | "conv1d"
  | "conv2d"
  | "conv3d"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leaky_relu"
  | "selu";

export interface XavierOptions extends Drawn {
  readonly gain?: number;
}

export interface KaimingOptions extends Drawn {
  /** Slope of the leaky relu behind the layer, for negative values. */
  readonly a?: number;
  /** Whether the variance of the values (fan_in) or of the gradients (fan_out) is kept. */
  readonly mode?: FanMode;
  readonly nonlinearity?: Nonlinearity;
}

const generated: Takes = { generator: aGenerator };
const drawn = generated;
const xavierOptions = { ...generated, gain: aNumber };
const kaimingOptions = { ...generated, a: aNumber, mode: aText, nonlinearity: aText };

/**
 * Fills x with uniform numbers in [a, b); gives x.
 *
 * ```ts doctest
 * import { uniform_ } from "@ag/nn/init";
 * uniform_(zeros([2]), 3, 3).tolist() // => [3, 3]
 * ```
 */
export function uniform_(x: Tensor, a = 0, b = 1, options: Drawn = {}): Tensor {
  need("uniform_", { tensor: aTensor, a: aNumber, b: aNumber, options: drawn }, x, a, b, options);
  return fillUniform(x, a, b, options.generator);
}

/**
 * Fills x with normal numbers; gives x.
 *
 * ```ts doctest
 * import { normal_ } from "@ag/nn/init";
 * normal_(zeros([2]), 3, 0).tolist() // => [3, 3]
 * ```
 */
export function normal_(x: Tensor, mean = 0, std = 1, options: Drawn = {}): Tensor {
  need("normal_", { tensor: aTensor, mean: aNumber, std: aNumber, options: drawn }, x, mean, std, options);
  return fillNormal(x, mean, std, options.generator);
}

/**
 * Sets every element; gives x.
 *
 * ```ts doctest
 * import { constant_ } from "@ag/nn/init";
 * constant_(zeros([2]), 0.5).tolist() // => [0.5, 0.5]
 * ```
 */
export const constant_ = (x: Tensor, value: number): Tensor => noGrad(() => fill_(x, value));

/**
 * Sets every element to 1; gives x.
 *
 * ```ts doctest
 * import { ones_ } from "@ag/nn/init";
 * ones_(zeros([2])).tolist() // => [1, 1]
 * ```
 */
export const ones_ = (x: Tensor): Tensor => constant_(x, 1);

/**
 * Sets every element to 0; gives x.
 *
 * ```ts doctest
 * import { zeros_ } from "@ag/nn/init";
 * zeros_(ones([2])).tolist() // => [0, 0]
 * ```
 */
export const zeros_ = (x: Tensor): Tensor => constant_(x, 0);

/**
 * The factor of the standard deviation that a nonlinearity behind the layer asks for. `param`: the slope of leaky_relu.
 *
 * ```ts doctest
 * import { calculateGain } from "@ag/nn/init";
 * calculateGain("tanh") // => 5 / 3
 * calculateGain("leaky_relu", 1) // => 1
 * ```
 */
export function calculateGain(nonlinearity: Nonlinearity, param = 0.01): number {
  need("calculateGain", { nonlinearity: aText, param: aNumber }, nonlinearity, param);
  switch (nonlinearity) {
    case "linear":
    case "conv1d":
    case "conv2d":
    case "conv3d":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.sqrt(2);
    case "leaky_relu":
      return Math.sqrt(2 / (1 + param * param));
    case "selu":
      return 3 / 4;
    default:
      throw new ValueError(`calculateGain: Unsupported nonlinearity ${String(nonlinearity)}.`);
  }
}

/**
 * How many inputs each output of a layer with this weight sees, and how many outputs each input reaches.
 *
 * ```ts doctest
 * import { fansOf } from "@ag/nn/init";
 * fansOf(zeros([8, 3, 5, 5])) // => { fanIn: 75, fanOut: 200 }
 * ```
 */
export function fansOf(x: Tensor): { fanIn: number; fanOut: number } {
  need("fansOf", { tensor: aTensor }, x);
  const { shape } = x;
  if (shape.length < 2)
    throw new ShapeError(
      "init: Fan in and fan out can not be computed for tensor with fewer than 2 dimensions: need a weight [out, in, …]; " +
        `got ${shape.length} dimensions.`,
    );
  const field = shape.slice(2).reduce((size, n) => size * n, 1);
  return { fanIn: shape[1]! * field, fanOut: shape[0]! * field };
}

const isEmpty = (x: Tensor): boolean => {
  if (x.numel() === 0) warnOnce("Initializing zero-element tensors is a no-op");
  return x.numel() === 0;
};

const xavierStd = (x: Tensor, gain: number): number => {
  const { fanIn, fanOut } = fansOf(x);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
};

/**
 * Uniform in ±gain·√(6 / (fan_in + fan_out)) (Glorot & Bengio 2010).
 *
 * ```ts doctest
 * import { xavierUniform_ } from "@ag/nn/init";
 * const w = xavierUniform_(zeros([3, 3]), { gain: 0.5 });
 * w.abs().max().item() <= 0.5 // => true
 * ```
 */
export function xavierUniform_(x: Tensor, options: XavierOptions = {}): Tensor {
  need("xavierUniform_", { tensor: aTensor, options: xavierOptions }, x, options);
  const { gain = 1, generator } = options;
  const bound = Math.sqrt(3) * xavierStd(x, gain);
  return fillUniform(x, -bound, bound, generator);
}

/**
 * Normal with standard deviation gain·√(2 / (fan_in + fan_out)) (Glorot & Bengio 2010).
 *
 * ```ts doctest
 * import { xavierNormal_ } from "@ag/nn/init";
 * xavierNormal_(ones([1, 2]), { gain: 0 }).tolist() // => [[0, 0]]
 * ```
 */
export function xavierNormal_(x: Tensor, options: XavierOptions = {}): Tensor {
  need("xavierNormal_", { tensor: aTensor, options: xavierOptions }, x, options);
  const { gain = 1, generator } = options;
  return fillNormal(x, 0, xavierStd(x, gain), generator);
}

function kaimingStd(x: Tensor, { a = 0, mode = "fan_in", nonlinearity = "leaky_relu" }: KaimingOptions): number {
  if (mode !== "fan_in" && mode !== "fan_out")
    throw new ValueError(`kaiming: Mode ${String(mode)} not supported, please use one of ['fan_in', 'fan_out'].`);
  const { fanIn, fanOut } = fansOf(x);
  return calculateGain(nonlinearity, a) / Math.sqrt(mode === "fan_in" ? fanIn : fanOut);
}

/**
 * Uniform in ±gain·√(3 / fan) (He et al. 2015).
 *
 * ```ts doctest
 * import { kaimingUniform_ } from "@ag/nn/init";
 * const w = kaimingUniform_(zeros([4, 6]), { nonlinearity: "relu" });
 * w.abs().max().item() <= 1 // => true
 * ```
 */
export function kaimingUniform_(x: Tensor, options: KaimingOptions = {}): Tensor {
  need("kaimingUniform_", { tensor: aTensor, options: kaimingOptions }, x, options);
  if (isEmpty(x)) return x;
  const bound = Math.sqrt(3) * kaimingStd(x, options);
  return fillUniform(x, -bound, bound, options.generator);
}

/**
 * Normal with standard deviation gain / √fan (He et al. 2015).
 *
 * ```ts doctest
 * import { kaimingNormal_ } from "@ag/nn/init";
 * kaimingNormal_(zeros([4, 6]), { mode: "fan_out", nonlinearity: "relu" }).shape // => [4, 6]
 * ```
 */
export function kaimingNormal_(x: Tensor, options: KaimingOptions = {}): Tensor {
  need("kaimingNormal_", { tensor: aTensor, options: kaimingOptions }, x, options);
  if (isEmpty(x)) return x;
  return fillNormal(x, 0, kaimingStd(x, options), options.generator);
}
