/** Which shape is left when a window moves over images? Options are inferred one by one, so that others are checked as ever. */
import type { Kind } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Shape } from "../layout/shape.ts";
import type { ConvolutionOptions } from "../ops/nn/convolution.ts";
import type { MaxPoolOptions, WindowOptions } from "../ops/nn/pool.ts";
import type { Multiply } from "../shapes/digits.ts";
import type { Fits, Given, ShapeOf } from "../shapes/known.ts";
import type { Convolved1d, Convolved2d, Pooled, PooledTo, Window } from "../shapes/window.ts";

type Padding = Window | "same" | "valid";

/** The options that decide the shape. */
interface Deciding<S, P, D, C, G> {
  readonly stride?: S;
  readonly padding?: P;
  readonly dilation?: D;
  readonly ceilMode?: C;
  readonly groups?: G;
}

/** The options of `O`, of which some are inferred. */
type Inferring<O, S, P, D, C, G> = Omit<O, keyof Deciding<S, P, D, C, G>> &
  Pick<Deciding<S, P, D, C, G>, keyof O & keyof Deciding<S, P, D, C, G>>;

type Of2d<T extends Tensor, W extends Tensor, S, P, D, G extends number> =
  ShapeOf<W> extends readonly [infer O, infer C extends number, infer H extends number, infer V extends number]
    ? Convolved2d<ShapeOf<T>, Multiply<C, G>, O, { kernel: [H, V]; stride: S; padding: P; dilation: D }>
    : Shape;
type Of1d<T extends Tensor, W extends Tensor, S, P, D, G extends number> =
  ShapeOf<W> extends readonly [infer O, infer C extends number, infer K extends number]
    ? Convolved1d<ShapeOf<T>, Multiply<C, G>, O, { kernel: K; stride: S; padding: P; dilation: D }>
    : Shape;

type OfRank<N, T extends Tensor, W extends Tensor, S, P, D, G extends number> = N extends 1
  ? Of1d<T, W, S, P, D, G>
  : Of2d<T, W, S, P, D, G>;

/** Over rows, with weights [out, in / groups, k], or over images, with weights [out, in / groups, kh, kw]: `N` dimensions. */
export interface Convolution<N extends 1 | 2>
  extends Kind<[x: Tensor, weight: Tensor, bias?: Tensor | null, options?: ConvolutionOptions]> {
  <
    T extends Tensor,
    W extends Tensor,
    const S extends Window = 1,
    const P extends Padding = 0,
    const D extends Window = 1,
    G extends number = 1,
  >(
    x: T & Fits<OfRank<N, T, W, S, P, D, G>>,
    weight: W,
    bias?: Tensor | null,
    options?: Inferring<ConvolutionOptions, S, P, D, never, G>,
  ): Tensor<Given<OfRank<N, T, W, S, P, D, G>>>;
}

type Of<T extends Tensor, K, S, P, D, C> = Pooled<
  ShapeOf<T>,
  { kernel: K; stride: S extends null ? K : S; padding: P; dilation: D },
  C
>;

/** One number for each window. */
export interface WindowPooling<O extends WindowOptions> extends Kind<[x: Tensor, kernel: Window, options?: O]> {
  <
    T extends Tensor,
    const K extends Window,
    const S extends Window | null = null,
    const P extends Window = 0,
    const D extends Window = 1,
    C extends boolean = false,
  >(
    x: T,
    kernel: K,
    options?: Inferring<O, S, P, D, C, never>,
  ): Tensor<Of<T, K, S, P, D, C>>;
}

/** The largest of each window, and where it was. */
export interface PoolingWithIndices
  extends Kind<
    [x: Tensor, kernel: Window, options?: MaxPoolOptions],
    { readonly values: Tensor; readonly indices: Tensor }
  > {
  <
    T extends Tensor,
    const K extends Window,
    const S extends Window | null = null,
    const P extends Window = 0,
    const D extends Window = 1,
    C extends boolean = false,
  >(
    x: T,
    kernel: K,
    options?: Inferring<MaxPoolOptions, S, P, D, C, never>,
  ): { readonly values: Tensor<Of<T, K, S, P, D, C>>; readonly indices: Tensor<Of<T, K, S, P, D, C>> };
}

/** So many windows as are asked for. */
export interface AdaptivePooling extends Kind<[x: Tensor, size: number | readonly (number | null)[]]> {
  <T extends Tensor, const N extends number | readonly (number | null)[]>(
    x: T,
    size: N,
  ): Tensor<PooledTo<ShapeOf<T>, N>>;
}
