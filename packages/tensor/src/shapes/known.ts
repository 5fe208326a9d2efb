/** What does a type say of a shape? Sizes that it does not know are `number`, and a whole shape that it does not know is `Shape`. */
import type { Operand, Tensor } from "../core/tensor.ts";
import type { Shape } from "../layout/shape.ts";

/** The shape of a tensor. Rules ask for its length first: so nothing is known where a type is `any`. */
export type ShapeOf<T extends Tensor> = T["sizes"];

/** The shape of an operand: numbers have that of a scalar. Asks for numbers, so as not to compare tensors. */
export type OperandShape<T extends Operand> = unknown extends T
  ? Shape
  : T extends number | bigint | boolean
    ? []
    : T extends { readonly sizes: infer S extends Shape }
      ? S
      : Shape;

/**
 * Rules give a shape, or a text that says why there is none.
 *
 * Beside the type of an argument: it refuses what a rule refuses, and the compiler shows why. In brackets, so that it
 * does not refuse what a type parameter leaves open; `Why` is `R` again, which the compiler need not narrow then.
 */
export type Fits<R, Why = R> = NoInfer<[R] extends [string] ? Why : unknown>;

/** The shape that a rule gives. */
export type Given<R> = [R] extends [infer S extends Shape] ? S : Shape;

/** The list of sizes as messages show it: `[2, 3]`. */
export type Show<S> = S extends readonly [infer N extends number, ...infer R extends Shape]
  ? `[${ShowSize<N>}${ShowRest<R>}]`
  : S extends readonly []
    ? "[]"
    : "[…]";
type ShowRest<S extends Shape> = S extends readonly [infer N extends number, ...infer R extends Shape]
  ? `, ${ShowSize<N>}${ShowRest<R>}`
  : "";
type ShowSize<N extends number> = number extends N ? "number" : `${N}`;

/** Whether two sizes are known and differ. The first question lets a type parameter fit itself. */
export type Differ<A, B> = [A] extends [B] ? false : [A & B] extends [never] ? true : false;

/** Without `readonly`, which literals of arguments have. */
export type Mutable<S extends Shape> = number extends S["length"] ? Shape : { -readonly [K in keyof S]: S[K] };

/** Puts `New` in the place of the dimension `D`, which may count from the end; `Shape` where there is none, or nobody knows which. */
export type Replaced<S extends Shape, D extends number, New extends Shape> = number extends D | S["length"]
  ? Shape
  : D extends number // of several, each
    ? `${D}` extends `-${infer N extends number}`
      ? ReplacedFromEnd<S, N, New>
      : ReplacedFromStart<S, D, New>
    : never;
type ReplacedFromStart<
  S extends Shape,
  D extends number,
  New extends Shape,
  Before extends Shape = [],
> = S extends readonly [infer N extends number, ...infer R extends Shape]
  ? Before["length"] extends D
    ? [...Before, ...New, ...R]
    : ReplacedFromStart<R, D, New, [...Before, N]>
  : Shape;
type ReplacedFromEnd<
  S extends Shape,
  D extends number,
  New extends Shape,
  After extends Shape = [],
> = S extends readonly [...infer R extends number[], infer N extends number]
  ? [N, ...After]["length"] extends D
    ? [...R, ...New, ...After]
    : ReplacedFromEnd<R, D, New, [N, ...After]>
  : Shape;

/** The size of the dimension `D`. */
export type SizeAt<S extends Shape, D extends number> = number extends D | S["length"]
  ? number
  : D extends number
    ? `${D}` extends `-${infer N extends number}`
      ? SizeFromEnd<S, N>
      : `${D}` extends keyof S
        ? Extract<S[`${D}`], number>
        : number
    : never;
type SizeFromEnd<S extends Shape, D extends number, After extends Shape = [0]> = S extends readonly [
  ...infer R extends number[],
  infer N extends number,
]
  ? After["length"] extends D
    ? N
    : SizeFromEnd<R, D, [N, ...After]>
  : number;
