/** Which shape has what a factory makes? That of the sizes which are literals. */
import type { Args, Kind } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Shape } from "../layout/shape.ts";
import type { TensorOptions, TypedData } from "../make/factories.ts";
import type { RandomOptions } from "../make/random.ts";
import type { Mutable } from "../shapes/known.ts";
import type { Size } from "../shapes/product.ts";
import type { Argument, Told } from "../shapes/told.ts";

/** `zeros(2, 3)` or `zeros([2, 3], options?)`. */
export interface Shaped<O> {
  <const S extends Shape>(shape: S, options?: O): Tensor<Mutable<S>>;
  <const S extends Shape>(...sizes: S): Tensor<Mutable<S>>;
}

type Value = number | bigint | boolean;

/** `full([2, 3], value, options?)`. */
export interface Filled extends Kind<[shape: Shape, value: Value, options?: TensorOptions]> {
  <const S extends Shape>(shape: S, value: Value, options?: TensorOptions): Tensor<Mutable<S>>;
}

/** `randint(low, high, [2, 3], options?)`. */
export interface Drawn extends Kind<[low: number, high: number, shape: Shape, options?: RandomOptions]> {
  <const S extends Shape>(low: number, high: number, shape: S, options?: RandomOptions): Tensor<Mutable<S>>;
}

/** Of `n` numbers; `O` are the options. */
export interface Counted<O> extends Kind<[n: number, options?: O]> {
  <N extends number>(n: N, options?: O): Tensor<[N]>;
}

/** `linspace(start, end, steps, options?)`. */
export interface Spaced extends Kind<[start: number, end: number, steps: number, options?: TensorOptions]> {
  <N extends number>(start: number, end: number, steps: N, options?: TensorOptions): Tensor<[N]>;
}

/** `eye(n, m?, options?)`. */
export interface Diagonal extends Kind<[n: number, m?: number, options?: TensorOptions]> {
  <N extends number, const A extends Args>(
    n: N,
    ...rest: Told<A, [m?: number, options?: TensorOptions]>
  ): Tensor<[N, Size<Argument<A, 0, N>>]>;
}

/** `arange(end)` or `arange(start, end, step)`. */
export interface Ranging {
  <N extends number>(end: N, options?: TensorOptions): Tensor<[Whole<N>]>;
  (start: number, end: number, step?: number, options?: TensorOptions): Tensor<[number]>;
}
type Whole<N extends number> = `${N}` extends `-${string}` ? number : `${N}` extends `${bigint}` ? N : number;

/** Numbers, bigints or booleans nested to any depth. */
export type NestedData = Value | readonly NestedData[];

/** `tensor([[1, 2], [3, 4]], options?)`. */
export interface Literal extends Kind<[data: NestedData | TypedData, options?: TensorOptions]> {
  <const D extends NestedData>(data: D, options?: TensorOptions): Tensor<Nesting<D>>;
  (data: TypedData, options?: TensorOptions): Tensor<[number]>;
  (data: NestedData | TypedData, options?: TensorOptions): Tensor;
}

/** The lengths of each level. An array that may be empty does not tell how deep it is, unless numbers are in it. */
type Nesting<D> = unknown extends D
  ? Shape
  : D extends Value
    ? []
    : D extends readonly []
      ? [0]
      : D extends readonly [infer F, ...infer R]
        ? Within<[F, ...R]["length"], Nesting<F>>
        : D extends readonly Value[]
          ? [number]
          : Shape;
type Within<N extends number, S> = S extends Shape ? (number extends S["length"] ? Shape : [N, ...S]) : Shape;
