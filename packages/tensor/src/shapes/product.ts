/** Which shape has a product of matrices? */
import type { Shape } from "../layout/shape.ts";
import type { Broadcast, Clash } from "./broadcast.ts";
import type { Differ, Show } from "./known.ts";

/** Of vectors, matrices and stacks of them: what matmul gives, or why there is no product. */
export type Product<A extends Shape, B extends Shape> = [number] extends [A["length"] | B["length"]]
  ? Shape
  : A extends readonly [...infer P extends number[], infer K extends number]
    ? B extends readonly [infer L extends number]
      ? Differ<K, L> extends true
        ? Inner<A, B, K, L>
        : P
      : B extends readonly [...infer Q extends number[], infer L extends number, infer M extends number]
        ? Differ<K, L> extends true
          ? Inner<A, B, K, L>
          : P extends readonly [...infer O extends number[], infer N extends number]
            ? Clash<O, Q> extends infer C extends string
              ? C
              : [...Broadcast<O, Q>, N, M]
            : [...Q, M]
        : Scalar<A, B>
    : Scalar<A, B>;

type Scalar<A extends Shape, B extends Shape> = `a number has no product of matrices: ${Show<A>} · ${Show<B>}`;

type Inner<
  A extends Shape,
  B extends Shape,
  K extends number,
  L extends number,
> = `inner sizes ${K} and ${L} differ: ${Show<A>} · ${Show<B>}`;

/** The same for operands of one rank only: what is of another has no product, and the run time says so. */
export type ProductOfRank<A extends Shape, B extends Shape, RankA extends number, RankB extends number> = [
  A["length"],
  B["length"],
] extends [RankA, RankB]
  ? Product<A, B>
  : Shape;

/** What a linear layer gives, for weights [out, in]. */
export type LinearOf<S, In, Out> = [unknown] extends [S]
  ? Shape
  : S extends readonly unknown[] // and not Shape, which leaves sizes open that are type parameters
    ? number extends S["length"]
      ? Shape
      : S extends readonly [...infer P extends number[], infer N extends number]
        ? Differ<N, In> extends true
          ? `features ${N} and ${In & number} differ: the input is ${Show<S>}`
          : [...P, Size<Out>]
        : "a number has no features: the input is []"
    : Shape;

/** A size that a class may not know. */
export type Size<N> = unknown extends N ? number : N extends number ? N : number;
