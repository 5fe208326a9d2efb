/** Which shape have several tensors as one? */
import type { Kind } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Concatenated, Stacked } from "../shapes/join.ts";

type Tensors = readonly Tensor[];

/** One after the other. */
export interface Concatenating extends Kind<[tensors: Tensors, dim?: number]> {
  <const T extends Tensors, D extends number = 0>(tensors: T, dim?: D): Tensor<Concatenated<T, D>>;
}

/** One upon the other, along a new dimension. */
export interface Stacking extends Kind<[tensors: Tensors, dim?: number]> {
  <const T extends Tensors, D extends number = 0>(tensors: T, dim?: D): Tensor<Stacked<T, D>>;
}
