/** Which shape is left of an image, or of a row, when a window is moved over it? */
import type { Shape } from "../layout/shape.ts";
import type { Add, Divide, Multiply, Subtract } from "./digits.ts";
import type { Differ, Show } from "./known.ts";
import type { Size } from "./product.ts";
import type { Option } from "./told.ts";

/** One number for every dimension, or one for each. */
export type Window = number | Shape;

/** How a window moves; any field may be unknown. */
interface Moves {
  readonly kernel: unknown;
  readonly stride: unknown;
  readonly padding: unknown;
  readonly dilation: unknown;
}

/** How a window of size `K` moves as the options `O` say; without a stride, it moves by `S`. */
export type Moving<K, O, S = 1> = {
  readonly kernel: K;
  readonly stride: Option<O, "stride", S>;
  readonly padding: Option<O, "padding", 0>;
  readonly dilation: Option<O, "dilation", 1>;
};

/** ⌊(N + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1 positions: with what is not N as one number, ⌊(N + that) / stride⌋. */
type Positions<
  N extends number,
  K extends number,
  S extends number,
  P extends number,
  D extends number,
> = number extends N | K | S | P | D ? number : Divide<Moved<N, Add<S, Add<P, P>>, Span<K, D>>, S>;

/** N + A − B; what is below 0 is no size. */
type Moved<N extends number, A extends number, B extends number> = B extends number // of several, each
  ? A extends B
    ? N
    : Subtract<A, B> extends infer More extends number
      ? Add<N, More>
      : Subtract<B, A> extends infer Less extends number
        ? Subtract<N, Less> extends infer Left extends number
          ? Left
          : number
        : number
  : never;

/** How far a window reaches. */
type Span<K extends number, D extends number> = D extends 1
  ? K
  : Subtract<K, 1> extends infer Gaps extends number
    ? Add<Multiply<D, Gaps>, 1>
    : number;

/** What a window has to say of the dimension `I`: any, or an array of a length that is not known, says nothing. */
type Of<W, I extends 0 | 1> = unknown extends W
  ? number
  : W extends number
    ? W
    : W extends readonly [infer Only extends number]
      ? Only
      : W extends readonly [infer A extends number, infer B extends number]
        ? [A, B][I]
        : number;

type Along<N extends number, M extends Moves, I extends 0 | 1> = M["padding"] extends infer P
  ? unknown extends P
    ? number
    : P extends "same"
      ? N // which needs stride 1
      : Positions<N, Of<M["kernel"], I>, Of<M["stride"], I>, Of<P extends "valid" ? 0 : P, I>, Of<M["dilation"], I>>
  : never;

/** The channels that a convolution gives, or why it cannot. */
type Convolved<S, C extends number, In, Out, Sizes extends number[], Batch extends number[]> =
  Differ<C, In> extends true
    ? `channels ${C} and ${In & number} differ: the input is ${Show<S>}`
    : [...Batch, Size<Out>, ...Sizes];

/** What a convolution makes of images [n, c, h, w], or of one image. */
export type Convolved2d<S, In, Out, M extends Moves> = [unknown] extends [S]
  ? Shape
  : S extends readonly [
        ...infer B extends number[],
        infer C extends number,
        infer H extends number,
        infer W extends number,
      ]
    ? B["length"] extends 0 | 1
      ? Convolved<S, C, In, Out, [Along<H, M, 0>, Along<W, M, 1>], B>
      : Shape
    : Shape;

/** What a convolution makes of rows [n, c, l], or of one row. */
export type Convolved1d<S, In, Out, M extends Moves> = [unknown] extends [S]
  ? Shape
  : S extends readonly [...infer B extends number[], infer C extends number, infer L extends number]
    ? B["length"] extends 0 | 1
      ? Convolved<S, C, In, Out, [Along<L, M, 0>], B>
      : Shape
    : Shape;

/** One number for each window over images, by steps of a whole window unless the options `O` say other ones. */
export type Pooled<S, K, O> = PooledBy<S, Moving<K, O, K>, Option<O, "ceilMode", false>>;

/** Where windows may reach beyond the border, `Ceil`, sizes are not known. */
type PooledBy<S, M extends Moves, Ceil> = [unknown] extends [S]
  ? Shape
  : S extends readonly [...infer B extends number[], infer H extends number, infer W extends number]
    ? B["length"] extends 1 | 2
      ? true extends Ceil // which any is, too
        ? [...B, number, number]
        : [...B, Along<H, M, 0>, Along<W, M, 1>]
      : Shape
    : Shape;

/** So many windows as are asked for; null keeps a size. */
export type PooledTo<S, To> = [unknown] extends [S]
  ? Shape
  : S extends readonly [...infer B extends number[], infer H extends number, infer W extends number]
    ? B["length"] extends 1 | 2
      ? [...B, Asked<To, H, 0>, Asked<To, W, 1>]
      : Shape
    : Shape;
type Asked<To, N extends number, I extends 0 | 1> = unknown extends To
  ? number
  : To extends number
    ? To
    : To extends readonly [infer A, infer B]
      ? [A, B][I] extends infer Q
        ? Q extends null
          ? N
          : Size<Q>
        : never
      : number;
