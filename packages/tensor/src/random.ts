/** How are random tensors made? The draws, and their order in the stream, are PyTorch's. */
import { cpu, type DType } from "@ag/kernels";
import { isFloating } from "./dtype.ts";
import { DTypeError, ValueError } from "./errors.ts";
import { empty, type TensorOptions } from "./factories.ts";
import { defaultGenerator, type Generator } from "./generator.ts";
import { checkedShape, type Shape, shapeArgument } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { writing } from "./writing.ts";

export interface RandomOptions extends TensorOptions {
  readonly generator?: Generator | null;
}

type RandomFactory = {
  <const S extends Shape>(shape: S, options?: RandomOptions): Tensor<S>;
  (...sizes: number[]): Tensor;
};

const stateOf = (generator: Generator | null | undefined): Generator["state"] => (generator ?? defaultGenerator).state;

function needFloating(op: string, dtype: DType): void {
  if (dtype !== "float32" && dtype !== "float64")
    throw new DTypeError(
      `${op}: need float32 or float64; got ${dtype}${isFloating(dtype) ? ", which is storage only" : ""}.`,
    );
}

const drawn =
  (op: string, fill: (out: Tensor, generator: Generator | null | undefined) => void): RandomFactory =>
  (...args: readonly unknown[]): Tensor => {
    const last = args.at(-1);
    const isOptions = typeof last === "object" && !Array.isArray(last);
    const { generator, requiresGrad = false, ...options } = isOptions ? (last as RandomOptions) : {};
    const shape = shapeArgument((isOptions ? args.slice(0, -1) : args) as readonly number[] | readonly [Shape]);
    needFloating(op, options.dtype ?? "float32");
    const out = empty(checkedShape(shape, op), options);
    fill(out, generator);
    if (requiresGrad) out.requiresGrad = true;
    return out;
  };

/**
 * Uniform numbers in [0, 1): `rand(2, 3)`, or `rand([2, 3], { dtype, requiresGrad, generator })`.
 *
 * ```ts doctest
 * manualSeed(0);
 * rand(2).tolist() // => [0.49625658988952637, 0.7682217955589294]
 * ```
 */
export const rand: RandomFactory = drawn("rand", (out, generator) => cpu.uniform(out, stateOf(generator), 0, 1));

/** Normal numbers of mean 0 and variance 1; called as {@link rand}. */
export const randn: RandomFactory = drawn("randn", (out, generator) => cpu.normal(out, stateOf(generator), 0, 1));

/** Whole numbers in [low, high), int64 unless `dtype` says otherwise. */
export function randint(low: number, high: number, shape: Shape, options: RandomOptions = {}): Tensor {
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || low >= high)
    throw new ValueError(
      `randint: random_ expects 'from' to be less than 'to': need whole numbers low < high; got ${low} and ${high}.`,
    );
  const { generator, ...rest } = options;
  const out = empty(checkedShape(shape, "randint"), { dtype: "int64", ...rest });
  cpu.randomIntegers(out, stateOf(generator), low, high);
  return out;
}

/** A random permutation of 0 … n − 1, int64. */
export function randperm(n: number, { generator, ...options }: RandomOptions = {}): Tensor {
  const out = empty(checkedShape([n], "randperm"), { ...options, dtype: "int64" });
  cpu.permutation(out, stateOf(generator));
  return out;
}

/** Random numbers in the shape and dtype of `x`. */
export const randLike = (x: Tensor, options: RandomOptions = {}): Tensor =>
  rand(x.shape, { dtype: x.dtype, ...options });
export const randnLike = (x: Tensor, options: RandomOptions = {}): Tensor =>
  randn(x.shape, { dtype: x.dtype, ...options });

/** Fills `x` with uniform numbers in [from, to). For initialisers: not recorded. */
export function fillUniform(x: Tensor, from: number, to: number, generator?: Generator | null): Tensor {
  needFloating("uniform_", x.dtype);
  if (!(from <= to))
    throw new ValueError(`uniform_: expects to return a [from, to) range, but found from=${from} > to=${to}.`);
  writing([x], () => cpu.uniform(x, stateOf(generator), from, to));
  return x;
}

/** Fills `x` with normal numbers. For initialisers: not recorded. */
export function fillNormal(x: Tensor, mean: number, std: number, generator?: Generator | null): Tensor {
  needFloating("normal_", x.dtype);
  if (!(std >= 0)) throw new ValueError(`normal_: expects std >= 0.0, but found std ${std}.`);
  writing([x], () => cpu.normal(x, stateOf(generator), mean, std));
  return x;
}

/** 1 with probability p, else 0, in the shape and dtype of `x`; one float64 draw an element. */
export function bernoulliLike(x: Tensor, p: number, generator?: Generator | null): Tensor {
  const out = empty(x.shape, { dtype: x.dtype });
  cpu.bernoulli(out, stateOf(generator), p);
  return out;
}
