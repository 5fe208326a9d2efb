/** Which shape have the same elements, or some of them, in another form? */
import type { Args, Kind, METHOD, PLAIN } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Shape } from "../layout/shape.ts";
import type { Fits, Given, Replaced, ShapeOf } from "../shapes/known.ts";
import type { Permuted, Swapped, Transposed } from "../shapes/permute.ts";
import type { Reduced } from "../shapes/reduce.ts";
import type { Expanded, Flattened, Listed, Reshaped, Sizes, Squeezed, Unsqueezed } from "../shapes/reshape.ts";
import type { Argument, Told } from "../shapes/told.ts";

/** Takes sizes in a row or in an array. */
interface Sized {
  readonly [PLAIN]?: (x: Tensor, ...sizes: Sizes) => Tensor;
}

/** To the sizes that are given, one of which may be −1: view, reshape. */
export interface Reshaping extends Sized {
  <T extends Tensor, const N extends Sizes>(
    x: T & Fits<Reshaped<ShapeOf<T>, Listed<N>>>,
    ...shape: N
  ): Tensor<Given<Reshaped<ShapeOf<T>, Listed<N>>>>;
  readonly [METHOD]?: <T extends Tensor, const N extends Sizes>(
    this: T & Fits<Reshaped<ShapeOf<T>, Listed<N>>>,
    ...shape: N
  ) => Tensor<Given<Reshaped<ShapeOf<T>, Listed<N>>>>;
}

/** Stretched to the sizes that are given, of which −1 keeps one. */
export interface Expanding extends Sized {
  <T extends Tensor, const N extends Sizes>(x: T, ...shape: N): Tensor<Expanded<ShapeOf<T>, Listed<N>>>;
  readonly [METHOD]?: <T extends Tensor, const N extends Sizes>(
    this: T,
    ...shape: N
  ) => Tensor<Expanded<ShapeOf<T>, Listed<N>>>;
}

/** To the shape of another tensor. */
export interface LikeOther extends Kind<[x: Tensor, other: Tensor]> {
  <O extends Tensor>(x: Tensor, other: O): Tensor<ShapeOf<O>>;
  readonly [METHOD]?: <O extends Tensor>(this: Tensor, other: O) => Tensor<ShapeOf<O>>;
}

/** Joins dimensions to one. */
export interface Flattening extends Kind<[x: Tensor, startDim?: number, endDim?: number]> {
  <T extends Tensor, const A extends Args>(
    x: T,
    ...rest: Told<A, [startDim?: number, endDim?: number]>
  ): Tensor<Flattened<ShapeOf<T>, Argument<A, 0, 0>, Argument<A, 1, -1>>>;
  readonly [METHOD]?: <T extends Tensor, const A extends Args>(
    this: T,
    ...rest: Told<A, [startDim?: number, endDim?: number]>
  ) => Tensor<Flattened<ShapeOf<T>, Argument<A, 0, 0>, Argument<A, 1, -1>>>;
}

/** Takes out dimensions of size 1. */
export interface Squeezing extends Kind<[x: Tensor, dim?: number | Shape]> {
  <T extends Tensor, const A extends Args>(
    x: T,
    ...rest: Told<A, [dim?: number | Shape]>
  ): Tensor<Squeezed<ShapeOf<T>, Argument<A, 0>>>;
  readonly [METHOD]?: <T extends Tensor, const A extends Args>(
    this: T,
    ...rest: Told<A, [dim?: number | Shape]>
  ) => Tensor<Squeezed<ShapeOf<T>, Argument<A, 0>>>;
}

/** Puts in a dimension of size 1. */
export interface Unsqueezing extends Kind<[x: Tensor, dim: number]> {
  <T extends Tensor, D extends number>(x: T, dim: D): Tensor<Unsqueezed<ShapeOf<T>, D>>;
  readonly [METHOD]?: <T extends Tensor, D extends number>(this: T, dim: D) => Tensor<Unsqueezed<ShapeOf<T>, D>>;
}

/** Takes one of a dimension, which goes; `R` follow it. */
export interface Selecting<R extends Args> extends Kind<[x: Tensor, dim: number, ...rest: R]> {
  <T extends Tensor, D extends number>(x: T, dim: D, ...rest: R): Tensor<Reduced<ShapeOf<T>, D, false>>;
  readonly [METHOD]?: <T extends Tensor, D extends number>(
    this: T,
    dim: D,
    ...rest: R
  ) => Tensor<Reduced<ShapeOf<T>, D, false>>;
}

/** Takes `length` of a dimension. */
export interface Narrowing extends Kind<[x: Tensor, dim: number, start: number, length: number]> {
  <T extends Tensor, D extends number, N extends number>(
    x: T,
    dim: D,
    start: number,
    length: N,
  ): Tensor<Replaced<ShapeOf<T>, D, [N]>>;
  readonly [METHOD]?: <T extends Tensor, D extends number, N extends number>(
    this: T,
    dim: D,
    start: number,
    length: N,
  ) => Tensor<Replaced<ShapeOf<T>, D, [N]>>;
}

/** Exchanges the dimensions of a matrix. */
export interface Transposing extends Kind<[x: Tensor]> {
  <T extends Tensor>(x: T): Tensor<Transposed<ShapeOf<T>>>;
  readonly [METHOD]?: <T extends Tensor>(this: T) => Tensor<Transposed<ShapeOf<T>>>;
}

/** Exchanges two dimensions. */
export interface Swapping extends Kind<[x: Tensor, dim0: number, dim1: number]> {
  <T extends Tensor, A extends number, B extends number>(x: T, dim0: A, dim1: B): Tensor<Swapped<ShapeOf<T>, A, B>>;
  readonly [METHOD]?: <T extends Tensor, A extends number, B extends number>(
    this: T,
    dim0: A,
    dim1: B,
  ) => Tensor<Swapped<ShapeOf<T>, A, B>>;
}

/** Puts all dimensions in the order that is given. */
export interface Permuting extends Sized {
  <T extends Tensor, const D extends Sizes>(x: T, ...dims: D): Tensor<Permuted<ShapeOf<T>, Listed<D>>>;
  readonly [METHOD]?: <T extends Tensor, const D extends Sizes>(
    this: T,
    ...dims: D
  ) => Tensor<Permuted<ShapeOf<T>, Listed<D>>>;
}
