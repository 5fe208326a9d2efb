/** Which shape do two operands have together? Sizes are compared from the last, and 1 stretches. */
import type { Shape } from "../layout/shape.ts";
import type { Differ, Show } from "./known.ts";

export type Broadcast<A extends Shape, B extends Shape> = B extends readonly []
  ? A // first, and for any A: a number changes no shape
  : number extends A["length"] | B["length"]
    ? Shape
    : Stretched<A, B>;

type Stretched<A extends Shape, B extends Shape, Out extends number[] = []> = A extends readonly [
  ...infer I extends number[],
  infer X extends number,
]
  ? B extends readonly [...infer J extends number[], infer Y extends number]
    ? Stretched<I, J, [Wider<X, Y>, ...Out]>
    : [...A, ...Out]
  : [...B, ...Out];

/** A size that is not known may be 1, or else that of the other operand. */
type Wider<X extends number, Y extends number> = [X, Y] extends [Y, X]
  ? X
  : [X] extends [1]
    ? Y
    : [Y] extends [1]
      ? X
      : number extends X
        ? Fixed<Y>
        : number extends Y
          ? Fixed<X>
          : number;
type Fixed<N extends number> = 1 extends N ? number : N;

/** Why there is no such shape. In brackets, the questions also have an answer for a shape that is a type parameter: none. */
export type Clash<A extends Shape, B extends Shape> = [B] extends [readonly []]
  ? false
  : [number] extends [A["length"] | B["length"]]
    ? false
    : [A, B] extends [B, A]
      ? false
      : ClashOf<A, B> extends readonly [infer X extends number, infer Y extends number]
        ? `sizes ${X} and ${Y} do not broadcast: ${Show<A>} and ${Show<B>}`
        : false;

/** The first sizes from the end that differ. */
type ClashOf<A extends Shape, B extends Shape> = A extends readonly [
  ...infer I extends number[],
  infer X extends number,
]
  ? B extends readonly [...infer J extends number[], infer Y extends number]
    ? [1] extends [X | Y]
      ? ClashOf<I, J>
      : Differ<X, Y> extends true
        ? [X, Y]
        : ClashOf<I, J>
    : false
  : false;
