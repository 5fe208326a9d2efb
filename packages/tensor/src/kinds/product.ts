/** Which shape has a product? Inner sizes agree, or it does not compile. */
import type { Args, Kind, METHOD } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Clash } from "../shapes/broadcast.ts";
import type { Fits, Given, ShapeOf } from "../shapes/known.ts";
import type { LinearOf, Product, ProductOfRank } from "../shapes/product.ts";

/** Of vectors, matrices and stacks of them. */
export interface MatrixProduct extends Kind<[a: Tensor, b: Tensor]> {
  <A extends Tensor, B extends Tensor>(
    a: A,
    b: B & Fits<Product<ShapeOf<A>, ShapeOf<B>>>,
  ): Tensor<Given<Product<ShapeOf<A>, ShapeOf<B>>>>;
  readonly [METHOD]?: <A extends Tensor, B extends Tensor>(
    this: A,
    b: B & Fits<Product<ShapeOf<A>, ShapeOf<B>>>,
  ) => Tensor<Given<Product<ShapeOf<A>, ShapeOf<B>>>>;
}

/** Of operands of these ranks: mm of 2 and 2, mv of 2 and 1, dot of 1 and 1, bmm of 3 and 3. */
export interface ProductOf<N extends number, M extends number> extends Kind<[a: Tensor, b: Tensor]> {
  <A extends Tensor, B extends Tensor>(
    a: A,
    b: B & Fits<ProductOfRank<ShapeOf<A>, ShapeOf<B>, N, M>>,
  ): Tensor<Given<ProductOfRank<ShapeOf<A>, ShapeOf<B>, N, M>>>;
  readonly [METHOD]?: <A extends Tensor, B extends Tensor>(
    this: A,
    b: B & Fits<ProductOfRank<ShapeOf<A>, ShapeOf<B>, N, M>>,
  ) => Tensor<Given<ProductOfRank<ShapeOf<A>, ShapeOf<B>, N, M>>>;
}

/** A product, and a tensor that stretches to it. */
export interface SumWithProduct<N extends number, R extends Args = []>
  extends Kind<[bias: Tensor, a: Tensor, b: Tensor, ...rest: R]> {
  <X extends Tensor, A extends Tensor, B extends Tensor>(
    bias: X & Fits<Clash<Given<ProductOfRank<ShapeOf<A>, ShapeOf<B>, N, N>>, ShapeOf<X>>>,
    a: A,
    b: B & Fits<ProductOfRank<ShapeOf<A>, ShapeOf<B>, N, N>>,
    ...rest: R
  ): Tensor<Given<ProductOfRank<ShapeOf<A>, ShapeOf<B>, N, N>>>;
  readonly [METHOD]?: <X extends Tensor, A extends Tensor, B extends Tensor>(
    this: X & Fits<Clash<Given<ProductOfRank<ShapeOf<A>, ShapeOf<B>, N, N>>, ShapeOf<X>>>,
    a: A,
    b: B & Fits<ProductOfRank<ShapeOf<A>, ShapeOf<B>, N, N>>,
    ...rest: R
  ) => Tensor<Given<ProductOfRank<ShapeOf<A>, ShapeOf<B>, N, N>>>;
}

/** Of every element of one vector with every one of another. */
export interface OuterProduct extends Kind<[a: Tensor, b: Tensor]> {
  <A extends Tensor, B extends Tensor>(a: A, b: B): Tensor<Outer<ShapeOf<A>, ShapeOf<B>>>;
  readonly [METHOD]?: <A extends Tensor, B extends Tensor>(this: A, b: B) => Tensor<Outer<ShapeOf<A>, ShapeOf<B>>>;
}
type Outer<A, B> = [A, B] extends [readonly [infer N extends number], readonly [infer M extends number]]
  ? [N, M]
  : readonly number[];

/** What a linear layer computes, for weights [out, in] and a bias [out]. */
export interface Affine extends Kind<[x: Tensor, weight: Tensor, bias?: Tensor | null]> {
  <T extends Tensor, W extends Tensor, B extends Tensor | null = null>(
    x: T & Fits<Weighed<T, W>>,
    weight: W & Fits<Shifted<T, W, B>>,
    bias?: B,
  ): Tensor<Given<Weighed<T, W>>>;
}
type Weighed<T extends Tensor, W extends Tensor> = [unknown] extends [ShapeOf<T>]
  ? readonly number[]
  : ShapeOf<W> extends readonly [infer Out extends number, infer In extends number]
    ? LinearOf<ShapeOf<T>, In, Out>
    : readonly number[];
type Shifted<T extends Tensor, W extends Tensor, B> = B extends Tensor
  ? Clash<Given<Weighed<T, W>>, ShapeOf<B>>
  : false;
