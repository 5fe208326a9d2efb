/** Which shape have dimensions in another order? */
import type { Shape } from "../layout/shape.ts";
import type { Replaced, SizeAt } from "./known.ts";

/** A matrix with rows and columns exchanged; vectors and scalars are what they are. */
export type Transposed<S extends Shape> = S extends readonly [infer N extends number, infer M extends number]
  ? [M, N]
  : number extends S["length"]
    ? Shape
    : S;

/** The sizes of `A` and `B` exchanged. */
export type Swapped<S extends Shape, A extends number, B extends number> = number extends A | B | S["length"]
  ? Shape
  : S extends readonly []
    ? []
    : Replaced<Replaced<S, A, [SizeAt<S, B>]>, B, [SizeAt<S, A>]>;

/** The dimensions `D` of `S`, in this order. */
export type Permuted<S extends Shape, D extends Shape> = number extends D["length"] | S["length"]
  ? Shape
  : { [K in keyof D]: SizeAt<S, D[K]> };
