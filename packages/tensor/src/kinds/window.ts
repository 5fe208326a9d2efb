/** Which shape is left when a window moves over images? */
import type { Args, Kind } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Shape } from "../layout/shape.ts";
import type { ConvolutionOptions } from "../ops/nn/convolution.ts";
import type { MaxPoolOptions, WindowOptions } from "../ops/nn/pool.ts";
import type { Multiply } from "../shapes/digits.ts";
import type { Fits, Given, ShapeOf } from "../shapes/known.ts";
import type { Size } from "../shapes/product.ts";
import type { Argument, Option, Told } from "../shapes/told.ts";
import type { Convolved1d, Convolved2d, Moving, Pooled, PooledTo, Window } from "../shapes/window.ts";

/** The channels that weights for `C` of them in a group take. */
type Taken<C extends number, O> = Multiply<C, Size<Option<O, "groups", 1>>>;

type Of2d<T extends Tensor, W extends Tensor, O> =
  ShapeOf<W> extends readonly [infer Out, infer C extends number, infer H extends number, infer V extends number]
    ? Convolved2d<ShapeOf<T>, Taken<C, O>, Out, Moving<[H, V], O>>
    : Shape;
type Of1d<T extends Tensor, W extends Tensor, O> =
  ShapeOf<W> extends readonly [infer Out, infer C extends number, infer K extends number]
    ? Convolved1d<ShapeOf<T>, Taken<C, O>, Out, Moving<K, O>>
    : Shape;

type OfRank<N, T extends Tensor, W extends Tensor, O> = N extends 1 ? Of1d<T, W, O> : Of2d<T, W, O>;

/** Over rows, with weights [out, in / groups, k], or over images, with weights [out, in / groups, kh, kw]: `N` dimensions. */
export interface Convolution<N extends 1 | 2>
  extends Kind<[x: Tensor, weight: Tensor, bias?: Tensor | null, options?: ConvolutionOptions]> {
  <T extends Tensor, W extends Tensor, const A extends Args>(
    x: T & Fits<OfRank<N, T, W, Argument<A, 1>>>,
    weight: W,
    ...rest: Told<A, [bias?: Tensor | null, options?: ConvolutionOptions]>
  ): Tensor<Given<OfRank<N, T, W, Argument<A, 1>>>>;
}

type Of<T extends Tensor, K, A extends Args> = Pooled<ShapeOf<T>, K, Argument<A, 0>>;

/** One number for each window. */
export interface WindowPooling<O extends WindowOptions> extends Kind<[x: Tensor, kernel: Window, options?: O]> {
  <T extends Tensor, const K extends Window, const A extends Args>(
    x: T,
    kernel: K,
    ...rest: Told<A, [options?: O]>
  ): Tensor<Of<T, K, A>>;
}

/** The largest of each window, and where it was. */
export interface PoolingWithIndices
  extends Kind<
    [x: Tensor, kernel: Window, options?: MaxPoolOptions],
    { readonly values: Tensor; readonly indices: Tensor }
  > {
  <T extends Tensor, const K extends Window, const A extends Args>(
    x: T,
    kernel: K,
    ...rest: Told<A, [options?: MaxPoolOptions]>
  ): { readonly values: Tensor<Of<T, K, A>>; readonly indices: Tensor<Of<T, K, A>> };
}

/** So many windows as are asked for. */
export interface AdaptivePooling extends Kind<[x: Tensor, size: number | readonly (number | null)[]]> {
  <T extends Tensor, const N extends number | readonly (number | null)[]>(
    x: T,
    size: N,
  ): Tensor<PooledTo<ShapeOf<T>, N>>;
}
