/** Which shape has a reduction? */
import type { Shape } from "../layout/shape.ts";
import type { Replaced } from "./known.ts";

/** Dimensions to reduce over: one, several, or null for all. */
export type Dimensions = number | Shape | null;

/** What is left of `S` after reducing over `D`; with `K` reduced dimensions stay, of size 1. */
export type Reduced<S extends Shape, D, K> = D extends null | undefined | readonly []
  ? K extends true
    ? Ones<S>
    : []
  : S extends readonly []
    ? [] // the one dimension that a scalar has in thought
    : D extends number
      ? Replaced<S, D, K extends true ? [1] : []>
      : D extends Shape
        ? number extends D["length"] | S["length"]
          ? Shape
          : K extends true
            ? Marked<S, D, 1>
            : Unmarked<Marked<S, D, -1>>
        : Shape;

type Ones<S extends Shape> = number extends S["length"] ? Shape : { -readonly [K in keyof S]: 1 };

/** `M` in the place of the dimensions `D`. */
type Marked<S extends Shape, D extends Shape, M extends number> = D extends readonly [
  infer F extends number,
  ...infer R extends Shape,
]
  ? Marked<Replaced<S, F, [M]>, R, M>
  : S;

/** Without the dimensions that are marked. */
type Unmarked<S extends Shape, Out extends number[] = []> = number extends S["length"]
  ? Shape
  : S extends readonly [infer N extends number, ...infer R extends Shape]
    ? Unmarked<R, N extends -1 ? Out : [...Out, N]>
    : Out;
