/** How are random tensors made? The draws, and their order in the stream, are PyTorch's. */
import type { DType } from "@ag/kernels";
import { defineFunction } from "../arguments/checked.ts";
import { aGenerator, aShape, aSize, aTensor, aWhole } from "../arguments/kinds.ts";
import { DTypeError, ValueError } from "../core/errors.ts";
import * as kernels from "../core/kernels.ts";
import type { Tensor } from "../core/tensor.ts";
import { writing } from "../core/writing.ts";
import type { Same } from "../kinds/elementwise.ts";
import type { Counted, Drawn, Shaped } from "../kinds/making.ts";
import { checkedShape } from "../layout/shape.ts";
import { isFloating } from "../types/dtype.ts";
import type { TensorOptions } from "./factories.ts";
import { flagged, making, sizesAndOptions } from "./factories.ts";
import { fresh } from "./fresh.ts";
import { defaultGenerator, type Generator } from "./generator.ts";

export interface RandomOptions extends TensorOptions {
  readonly generator?: Generator | null;
}

type RandomFactory = Shaped<RandomOptions>;

const stateOf = (generator: Generator | null | undefined): Generator["state"] => (generator ?? defaultGenerator).state;

function needFloating(op: string, dtype: DType): void {
  if (dtype !== "float32" && dtype !== "float64")
    throw new DTypeError(
      `${op}: need float32 or float64; got ${dtype}${isFloating(dtype) ? ", which is storage only" : ""}.`,
    );
}

const drawing = { ...making, generator: aGenerator };

/* @__NO_SIDE_EFFECTS__ */
const drawn = (op: string, fill: (out: Tensor, generator: Generator | null | undefined) => void): RandomFactory =>
  defineFunction({
    name: op,
    takes: { "...shape": aSize, "options?": drawing },
    call: ((...args: readonly unknown[]) => {
      const [shape, options] = sizesAndOptions<RandomOptions>(args);
      const { generator, dtype = "float32" } = options;
      needFloating(op, dtype);
      const out = fresh(checkedShape(shape, op), dtype);
      fill(out, generator);
      return flagged(out, options);
    }) as RandomFactory,
  });

/**
 * Uniform numbers in [0, 1): `rand(2, 3)`, or `rand([2, 3], { dtype, requiresGrad, generator })`.
 *
 * ```ts doctest
 * manualSeed(0);
 * rand(2).tolist() // => [0.49625658988952637, 0.7682217955589294]
 * ```
 */
export const rand: RandomFactory = drawn("rand", (out, generator) => kernels.uniform(out, stateOf(generator), 0, 1));

/**
 * Normal numbers of mean 0 and variance 1; called as {@link rand}.
 *
 * ```ts doctest
 * manualSeed(0);
 * randn(2).tolist() // => [1.5409960746765137, -0.293428897857666]
 * ```
 */
export const randn: RandomFactory = drawn("randn", (out, generator) => kernels.normal(out, stateOf(generator), 0, 1));

/**
 * Whole numbers in [low, high), int64 unless `dtype` says otherwise.
 *
 * ```ts doctest
 * manualSeed(0);
 * randint(0, 10, [3]).tolist() // => [4, 9, 3]
 * ```
 */
export const randint: Drawn = defineFunction({
  name: "randint",
  takes: { low: aWhole, high: aWhole, shape: aShape, "options?": drawing },
  call: (low, high, shape, options = {}) => {
    if (low >= high)
      throw new ValueError(
        `randint: random_ expects 'from' to be less than 'to': need whole numbers low < high; got ${low} and ${high}.`,
      );
    const out = fresh(checkedShape(shape, "randint"), options.dtype ?? "int64");
    kernels.integers(out, stateOf(options.generator), low, high);
    return flagged(out, options);
  },
});

/**
 * A random permutation of 0 … n − 1, int64.
 *
 * ```ts doctest
 * manualSeed(0);
 * randperm(3).tolist() // => [2, 0, 1]
 * ```
 */
export const randperm: Counted<RandomOptions> = defineFunction({
  name: "randperm",
  takes: { n: aWhole, "options?": drawing },
  call: (n, options = {}) => {
    const out = fresh(checkedShape([n], "randperm"), "int64");
    kernels.permutation(out, stateOf(options.generator));
    return flagged(out, options);
  },
});

/**
 * Uniform numbers in [0, 1), in the shape and dtype of `x`.
 *
 * ```ts doctest
 * manualSeed(0);
 * randLike(zeros(1)).tolist() // => [0.49625658988952637]
 * ```
 */
export const randLike: Same<[options?: RandomOptions]> = defineFunction({
  name: "randLike",
  takes: { x: aTensor, "options?": drawing },
  call: (x, options = {}) => rand(x.sizes, { ...options, dtype: options.dtype ?? x.dtype }),
});

/**
 * Normal numbers of mean 0 and variance 1, in the shape and dtype of `x`.
 *
 * ```ts doctest
 * manualSeed(0);
 * randnLike(zeros(1)).tolist() // => [1.5409960746765137]
 * ```
 */
export const randnLike: Same<[options?: RandomOptions]> = defineFunction({
  name: "randnLike",
  takes: { x: aTensor, "options?": drawing },
  call: (x, options = {}) => randn(x.sizes, { ...options, dtype: options.dtype ?? x.dtype }),
});

export function checkUniform(x: Tensor, from: number, to: number): void {
  needFloating("uniform_", x.dtype);
  if (!(from <= to))
    throw new ValueError(`uniform_: uniform_ expects to return a [from, to) range, but found from=${from} > to=${to}.`);
  if (to - from === Infinity)
    throw new ValueError(
      `uniform_: expects to-from <= std::numeric_limits<${x.dtype}>::max(): need finite bounds; got ${from} and ${to}.`,
    );
}

export function checkNormal(x: Tensor, std: number): void {
  needFloating("normal_", x.dtype);
  if (!(std >= 0)) throw new ValueError(`normal_: normal expects std >= 0.0, but found std ${std}.`);
}

export function drawUniform(x: Tensor, from: number, to: number, generator?: Generator | null): void {
  kernels.uniform(x, stateOf(generator), from, to);
}

export function drawNormal(x: Tensor, mean: number, std: number, generator?: Generator | null): void {
  kernels.normal(x, stateOf(generator), mean, std);
}

/** Fills `x` with uniform numbers in [from, to). For initialisers: not recorded. */
export function fillUniform(x: Tensor, from: number, to: number, generator?: Generator | null): Tensor {
  checkUniform(x, from, to);
  writing([x], () => drawUniform(x, from, to, generator));
  return x;
}

/** Fills `x` with normal numbers. For initialisers: not recorded. */
export function fillNormal(x: Tensor, mean: number, std: number, generator?: Generator | null): Tensor {
  checkNormal(x, std);
  writing([x], () => drawNormal(x, mean, std, generator));
  return x;
}

/** 1 with probability p, else 0, in the shape and dtype of `x`; one float64 draw an element. */
export function bernoulliLike(x: Tensor, p: number, generator?: Generator | null): Tensor {
  const out = fresh(x.sizes, x.dtype);
  kernels.bernoulli(out, stateOf(generator), p);
  return out;
}
