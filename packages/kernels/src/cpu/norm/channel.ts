/** What is done once for each channel, in float64: results are rounded when they are stored. */
import type { Real } from "../../dtype.ts";
import { type Builder, f32, f64, i32, type Local, select, type Value } from "../../wasm/assembler/index.ts";

export type Pointer = Local<"i32">;
export type Number = Value<"f64">;

/** An element as float64. */
export const readNumber = (dtype: Real, at: Value<"i32">): Number =>
  dtype === "float32" ? f64.promote(f32.load(at)) : f64.load(at);

/** x as the dtype rounds it. */
export const roundNumber = (dtype: Real, x: Number): Number => (dtype === "float32" ? f64.promote(f32.demote(x)) : x);

export const writeNumber = (f: Builder, dtype: Real, at: Value<"i32">, x: Number): void => {
  if (dtype === "float32") f.store(at, 0, f32.demote(x));
  else f.store(at, 0, x);
};

/** The element at an address, or `otherwise` where the address is 0. */
export function readOptional(f: Builder, dtype: Real, at: Pointer, otherwise: number): Local<"f64"> {
  const value = f.let(f64.of(otherwise));
  f.when(i32.ne(at, 0), () => value.set(readNumber(dtype, at)));
  return value;
}

/** The address of channel `channel`, or 0 where there is no such array. */
export const optionalAt = (base: Pointer, offset: Value<"i32">): Value<"i32"> =>
  select(i32.isZero(base), i32.of(0), i32.add(base, offset));

/** Arrays with one element for each channel; 0: none. */
export interface ChannelArrays {
  readonly weight: Pointer;
  readonly bias: Pointer;
  readonly runningMean: Pointer;
  readonly runningVar: Pointer;
  readonly mean: Pointer;
  readonly invstd: Pointer;
}

/** The arrays from one channel on. */
export function arraysAt(f: Builder, arrays: ChannelArrays, offset: Value<"i32">): ChannelArrays {
  const at = (base: Pointer): Pointer => f.let(optionalAt(base, offset));
  return {
    weight: at(arrays.weight),
    bias: at(arrays.bias),
    runningMean: at(arrays.runningMean),
    runningVar: at(arrays.runningVar),
    mean: at(arrays.mean),
    invstd: at(arrays.invstd),
  };
}

/** x·scale + offset is the normalised x. */
export interface Affine {
  readonly scale: Number;
  readonly offset: Number;
}

/** From what is saved for one channel and its weight and bias. */
export function affineOf(
  f: Builder,
  dtype: Real,
  { weight, bias }: ChannelArrays,
  { mean, invstd }: { readonly mean: Number; readonly invstd: Number },
): Affine {
  const scale = f.let(roundNumber(dtype, f64.mul(readOptional(f, dtype, weight, 1), invstd)));
  return { scale, offset: f.let(f64.sub(readOptional(f, dtype, bias, 0), f64.mul(mean, scale))) };
}

export interface Statistics {
  readonly mean: Local<"f64">;
  /** Σ (x − mean)² */
  readonly squares: Local<"f64">;
  readonly count: Local<"f64">;
  readonly momentum: Local<"f64">;
  readonly eps: Local<"f64">;
}

/** Saves mean and 1 / √(variance + eps), moves the running statistics towards mean and unbiased variance. */
export function finishTraining(
  f: Builder,
  dtype: Real,
  arrays: ChannelArrays,
  { mean, squares, count, momentum, eps }: Statistics,
): Affine {
  const invstd = f.let(f64.div(1, f64.sqrt(f64.add(f64.div(squares, count), eps))));
  writeNumber(f, dtype, arrays.mean, mean);
  writeNumber(f, dtype, arrays.invstd, invstd);
  const move = (at: Pointer, value: Number): void =>
    f.when(i32.ne(at, 0), () => {
      const kept = f64.mul(f64.sub(1, momentum), readNumber(dtype, at));
      writeNumber(f, dtype, at, f64.add(f64.mul(momentum, value), kept));
    });
  move(arrays.runningMean, mean);
  move(arrays.runningVar, f64.div(squares, f64.sub(count, 1)));
  return affineOf(f, dtype, arrays, { mean, invstd });
}

/** Takes the running statistics. */
export function finishEvaluation(f: Builder, dtype: Real, arrays: ChannelArrays, eps: Number): Affine {
  const mean = f.let(readNumber(dtype, arrays.runningMean));
  const invstd = f.let(f64.div(1, f64.sqrt(f64.add(readNumber(dtype, arrays.runningVar), eps))));
  writeNumber(f, dtype, arrays.mean, mean);
  writeNumber(f, dtype, arrays.invstd, invstd);
  return affineOf(f, dtype, arrays, { mean, invstd });
}
