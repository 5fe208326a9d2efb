import type { ConvolutionOptions } from "@ag/kernels";

/** The stream of products.py: in [−1, 1), float32. */
export function numbers(seed: number, count: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** What products.py records of a result. */
export interface Measured {
  /** PyTorch's largest error in float32. */
  readonly error: number;
  readonly picks: readonly number[];
  readonly exact: readonly number[];
}

/** What products.py records of a convolution: shapes, and its three results. */
export interface ConvolutionCase {
  readonly x: readonly number[];
  readonly weight: readonly number[];
  readonly out: readonly number[];
  readonly options: ConvolutionOptions;
  readonly forward: Measured;
  readonly input: Measured;
  readonly weights: Measured;
}

/** The largest error that is allowed: four times PyTorch's, or four units in the last place of the largest result. */
export function allowedError({ error }: Measured, exact: ArrayLike<number>): number {
  const largest = Array.from(exact).reduce((x, y) => Math.max(x, Math.abs(y)), 0);
  return Math.max(4 * error, 4 * 2 ** -24 * largest);
}

export const largestDifference = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
  Array.from(x).reduce((most, v, i) => Math.max(most, Math.abs(v - y[i]!)), 0);
