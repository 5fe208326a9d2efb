/** Which shape have several tensors as one? */
import type { Args, Kind } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Concatenated, Stacked } from "../shapes/join.ts";
import type { Argument, Told } from "../shapes/told.ts";

type Tensors = readonly Tensor[];

/** One after the other. */
export interface Concatenating extends Kind<[tensors: Tensors, dim?: number]> {
  <const T extends Tensors, const A extends Args>(
    tensors: T,
    ...rest: Told<A, [dim?: number]>
  ): Tensor<Concatenated<T, Argument<A, 0, 0>>>;
}

/** One upon the other, along a new dimension. */
export interface Stacking extends Kind<[tensors: Tensors, dim?: number]> {
  <const T extends Tensors, const A extends Args>(
    tensors: T,
    ...rest: Told<A, [dim?: number]>
  ): Tensor<Stacked<T, Argument<A, 0, 0>>>;
}
