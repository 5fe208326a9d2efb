/** Which shape have the same elements in another form? */
import type { Shape } from "../layout/shape.ts";
import type { DivideEvenly, Multiply } from "./digits.ts";
import type { Differ, Mutable, Replaced, Show, SizeAt } from "./known.ts";

/** Sizes in a row or in an array: `view(2, 3)`, `view([2, 3])`. */
export type Sizes = readonly [shape: Shape] | readonly number[];

/** Sizes in a row, however they are written. */
export type Listed<N extends Sizes> = N extends readonly [infer S extends Shape]
  ? Mutable<S>
  : N extends Shape
    ? Mutable<N>
    : Shape;

/** How many elements there are. */
export type Count<S extends Shape, N extends number = 1> = number extends S["length"]
  ? number
  : S extends readonly [infer F extends number, ...infer R extends Shape]
    ? Count<R, Multiply<N, F>>
    : N;

/** The sizes `N` for the elements of `S`, with the one that is −1 computed; or why they do not fit. */
export type Reshaped<S extends Shape, N extends Shape> = [number] extends [S["length"] | N["length"]]
  ? Unknown<N>
  : -1 extends N[number]
    ? number extends N[number]
      ? Unknown<N>
      : Completed<N, DivideEvenly<Count<S>, Count<Without<N>>>, S>
    : Differ<Count<S>, Count<N>> extends true
      ? Misfit<S, N>
      : N;

/** The one size that is −1 becomes `M`; false where it is not whole. */
type Completed<N extends Shape, M, S extends Shape> = [M] extends [number]
  ? { [K in keyof N]: Computed<N[K], M> }
  : [M] extends [false]
    ? Misfit<S, N>
    : Completed<N, Exclude<M, false>, S>;
type Computed<N, M extends number> = [N] extends [-1] ? M : -1 extends N ? number : N;
type Misfit<S extends Shape, N extends Shape> = `${Count<S>} elements do not fit ${Show<N>}: they are ${Show<S>}`;
type Unknown<N extends Shape> = number extends N["length"] ? Shape : { [K in keyof N]: Computed<N[K], number> };
type Without<N extends Shape, Out extends number[] = []> = N extends readonly [
  infer F extends number,
  ...infer R extends Shape,
]
  ? Without<R, F extends -1 ? Out : [...Out, F]>
  : Out;

/** The dimensions from `Start` to `End` as one. */
export type Flattened<S, Start, End> = [unknown] extends [S]
  ? Shape
  : S extends readonly []
    ? [1]
    : S extends readonly [infer F extends number, ...infer R extends Shape]
      ? number extends Start | End
        ? Shape
        : [Start, End] extends [1, -1]
          ? R extends readonly []
            ? Shape // there is no dimension 1
            : [F, Count<R>]
          : [Start, End] extends [0, -1]
            ? [Count<S>]
            : Joined<S, IndexOf<S, Start>, IndexOf<S, End>>
      : Shape;

/** A dimension as a key, counted from the front; never where there is none or nobody knows it. */
type IndexOf<S extends Shape, D> = number extends D
  ? never
  : D extends number
    ? `${D}` extends `-${infer N extends number}`
      ? FromEnd<S, N>
      : Extract<keyof S, `${D}`>
    : never;
type FromEnd<S extends Shape, D extends number, After extends Shape = [0]> = S extends readonly [
  ...infer R extends number[],
  number,
]
  ? After["length"] extends D
    ? `${R["length"]}`
    : FromEnd<R, D, [0, ...After]>
  : never;

type Joined<S extends Shape, Start, End> = [Start] extends [never]
  ? Shape
  : [End] extends [never]
    ? Shape
    : Start extends string // of several, each
      ? End extends string
        ? JoinedFrom<S, Start, End>
        : never
      : never;
type JoinedFrom<S extends Shape, Start, End, Before extends Shape = []> = S extends readonly [
  infer F extends number,
  ...infer R extends Shape,
]
  ? `${Before["length"]}` extends Start
    ? JoinedTo<R, End, Before, F, [...Before, F]>
    : JoinedFrom<R, Start, End, [...Before, F]>
  : Shape;
type JoinedTo<
  S extends Shape,
  End,
  Before extends Shape,
  N extends number,
  Seen extends Shape,
> = Seen extends readonly [...infer L extends number[], number]
  ? `${L["length"]}` extends End
    ? [...Before, N, ...S]
    : S extends readonly [infer F extends number, ...infer R extends Shape]
      ? JoinedTo<R, End, Before, Multiply<N, F>, [...Seen, F]>
      : Shape
  : never;

/** Without the dimension `D` if its size is 1; all of that size without `D`. */
export type Squeezed<S extends Shape, D> = number extends S["length"] | S[number]
  ? Shape
  : S extends readonly []
    ? []
    : D extends null | undefined
      ? WithoutOnes<S>
      : D extends number
        ? SqueezedAt<S, D>
        : Shape;
type WithoutOnes<S extends Shape, Out extends number[] = []> = S extends readonly [
  infer F extends number,
  ...infer R extends Shape,
]
  ? WithoutOnes<R, F extends 1 ? Out : [...Out, F]>
  : Out;
type SqueezedAt<S extends Shape, D extends number> =
  SizeAt<S, D> extends infer N extends number ? (N extends 1 ? Replaced<S, D, []> : Replaced<S, D, [N]>) : never;

/** With a new dimension of size 1 at `D`. */
export type Unsqueezed<S extends Shape, D extends number> = number extends D | S["length"]
  ? Shape
  : D extends 0
    ? [1, ...S]
    : D extends -1
      ? [...S, 1]
      : `${D}` extends `-${infer N extends number}`
        ? Inserted<S, N>
        : InsertedAt<S, D>;
type InsertedAt<S extends Shape, D extends number, Before extends Shape = []> = Before["length"] extends D
  ? [...Before, 1, ...S]
  : S extends readonly [infer F extends number, ...infer R extends Shape]
    ? InsertedAt<R, D, [...Before, F]>
    : Shape;
type Inserted<S extends Shape, D extends number, After extends Shape = []> = [0, ...After]["length"] extends D
  ? [...S, 1, ...After]
  : S extends readonly [...infer R extends number[], infer F extends number]
    ? Inserted<R, D, [F, ...After]>
    : Shape;

/** Stretched to the sizes `N`, of which −1 keeps that of `S`. */
export type Expanded<S extends Shape, N extends Shape> = number extends N["length"]
  ? Shape
  : -1 extends N[number]
    ? number extends S["length"]
      ? Unknown<N>
      : Kept<S, N>
    : N;
type Kept<S extends Shape, N extends Shape, Out extends number[] = []> = N extends readonly [
  ...infer M extends number[],
  infer F extends number,
]
  ? S extends readonly [...infer R extends number[], infer K extends number]
    ? Kept<R, M, [F extends -1 ? K : F, ...Out]>
    : [...N, ...Out]
  : Out;
