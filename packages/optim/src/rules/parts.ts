/** Which steps do rules have in common? Each in the order of PyTorch's single-tensor code. */
import type { DType } from "@ag/tensor/fn";
import type { Algebra } from "@ag/tensor/internal";

interface Turned<T> {
  readonly weightDecay: T | number;
  readonly maximize: boolean;
}

/** The gradient of what is to become small, with the decay as a part of it. */
export function descent<T, C>(m: Algebra<T, C>, param: T, grad: T, { weightDecay, maximize }: Turned<T>): T {
  const g = maximize ? m.neg(grad) : grad;
  return weightDecay === 0 ? g : m.add(g, m.mul(param, weightDecay));
}

interface Share<N, F> {
  readonly weight: N;
  readonly rest: N;
  readonly isNear: F;
}

/** A new value's share in a running mean. PyTorch's lerp counts from the nearer end, by the share in the dtype. */
export function shareOf(share: number, dtype: DType): Share<number, boolean> {
  const weight = dtype === "float32" ? Math.fround(share) : share;
  return { weight, rest: 1 - weight, isNear: Math.abs(weight) < 0.5 };
}

/** mean + weight · (x − mean). */
export function mixed<T, C>(m: Algebra<T, C>, mean: T, x: T, { weight, rest, isNear }: Share<T | number, boolean>): T {
  const gap = m.sub(x, mean);
  return isNear ? m.add(mean, m.mul(gap, weight)) : m.sub(x, m.mul(gap, rest));
}

/** share · mean + rest · x². */
export const mixedSquare = <T, C>(m: Algebra<T, C>, mean: T, x: T, share: T | number, rest: T | number): T =>
  m.add(m.mul(mean, share), m.mul(m.mul(x, rest), x));
