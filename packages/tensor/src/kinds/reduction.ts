/** Which shape has one number for many? */
import type { Args, Kind, METHOD } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Extreme } from "../ops/reduce/extremes.ts";
import type { ReduceOptions } from "../ops/reduce/reduction.ts";
import type { Broadcast, Clash } from "../shapes/broadcast.ts";
import type { Fits, ShapeOf } from "../shapes/known.ts";
import type { Dimensions, Reduced } from "../shapes/reduce.ts";
import type { Argument, Option, Told } from "../shapes/told.ts";

/** What is left of the shape of `T`; `A` are the dimension and the options. */
type Left<T extends Tensor, A extends Args> = Reduced<
  ShapeOf<T>,
  Argument<A, 0, null>,
  Option<Argument<A, 1>, "keepdim", false>
>;

/** Over the dimensions `dim`, or all; `O` are its options, and `D` is what may name dimensions. */
export interface Reduction<O extends ReduceOptions = ReduceOptions, D extends Dimensions = Dimensions>
  extends Kind<[x: Tensor, dim?: D | null, options?: O]> {
  <T extends Tensor, const A extends Args>(x: T, ...rest: Told<A, [dim?: D | null, options?: O]>): Tensor<Left<T, A>>;
  readonly [METHOD]?: <T extends Tensor, const A extends Args>(
    this: T,
    ...rest: Told<A, [dim?: D | null, options?: O]>
  ) => Tensor<Left<T, A>>;
}

/** The same where dimensions must be named. */
export interface ReductionAlong<
  O extends ReduceOptions = ReduceOptions,
  D extends Dimensions = number | readonly number[],
> extends Kind<[x: Tensor, dim: D, options?: O]> {
  <T extends Tensor, const A extends Args>(x: T, ...rest: Told<A, [dim: D, options?: O]>): Tensor<Left<T, A>>;
  readonly [METHOD]?: <T extends Tensor, const A extends Args>(
    this: T,
    ...rest: Told<A, [dim: D, options?: O]>
  ) => Tensor<Left<T, A>>;
}

/** What max and min give: of all elements, along a dimension, or of two tensors. */
type Most<T extends Tensor, D, K> = D extends undefined
  ? Tensor<[]>
  : D extends Tensor
    ? Tensor<Broadcast<ShapeOf<T>, ShapeOf<D>>>
    : D extends number
      ? Extreme<Tensor<Reduced<ShapeOf<T>, D, K>>>
      : never;
type MostOf<T extends Tensor, A extends Args> = unknown extends A[0]
  ? Tensor | Extreme
  : Most<T, Argument<A, 0>, Option<Argument<A, 1>, "keepdim", false>>;
type Refused<T extends Tensor, D> = D extends Tensor ? Fits<Clash<ShapeOf<T>, ShapeOf<D>>> : unknown;

/** The largest or the smallest element: of all, along a dimension, or of two tensors. */
export interface Extremal extends Kind<[x: Tensor, dim?: number | Tensor, options?: ReduceOptions], Tensor | Extreme> {
  <T extends Tensor, const A extends Args>(
    x: T & Refused<T, Argument<A, 0>>,
    ...rest: Told<A, [dim?: number | Tensor, options?: ReduceOptions]>
  ): MostOf<T, A>;
  readonly [METHOD]?: <T extends Tensor, const A extends Args>(
    this: T & Refused<T, Argument<A, 0>>,
    ...rest: Told<A, [dim?: number | Tensor, options?: ReduceOptions]>
  ) => MostOf<T, A>;
}
