import type * as at from "../ops/index/at.ts";
import type * as embedding from "../ops/index/embedding.ts";
import type * as index from "../ops/index/gather.ts";
import type * as mask from "../ops/index/mask.ts";
import type * as matmul from "../ops/linalg/matmul.ts";
import type * as mm from "../ops/linalg/mm.ts";
import type * as convolution from "../ops/nn/convolution.ts";
import type * as crossentropy from "../ops/nn/crossentropy.ts";
import type * as dropout from "../ops/nn/dropout.ts";
import type * as loss from "../ops/nn/loss.ts";
import type * as norm from "../ops/nn/norm.ts";
import type * as pool from "../ops/nn/pool.ts";
import type * as softmax from "../ops/nn/softmax.ts";
import type * as activation from "../ops/pointwise/activation.ts";
import type * as arithmetic from "../ops/pointwise/arithmetic.ts";
import type * as bounds from "../ops/pointwise/bounds.ts";
import type * as combine from "../ops/pointwise/combine.ts";
import type * as compare from "../ops/pointwise/compare.ts";
import type * as division from "../ops/pointwise/division.ts";
import type * as functions from "../ops/pointwise/functions.ts";
import type * as power from "../ops/pointwise/power.ts";
import type * as extremes from "../ops/reduce/extremes.ts";
import type * as statistics from "../ops/reduce/statistics.ts";
import type * as reduce from "../ops/reduce/sums.ts";
import type * as cast from "../ops/shape/cast.ts";
import type * as join from "../ops/shape/join.ts";
import type * as permute from "../ops/shape/permute.ts";
import type * as repeat from "../ops/shape/repeat.ts";
import type * as strided from "../ops/shape/strided.ts";
import type * as view from "../ops/shape/view.ts";
import type * as inplace from "../ops/write/inplace.ts";

type Pointwise = typeof activation &
  typeof arithmetic &
  typeof bounds &
  typeof combine &
  typeof compare &
  typeof division &
  typeof functions &
  typeof power;
type Families = Pointwise &
  typeof at &
  typeof bounds &
  typeof cast &
  typeof combine &
  typeof convolution &
  typeof crossentropy &
  typeof division &
  typeof dropout &
  typeof embedding &
  typeof extremes &
  typeof index &
  typeof inplace &
  typeof join &
  typeof loss &
  typeof mask &
  typeof matmul &
  typeof mm &
  typeof norm &
  typeof permute &
  typeof pool &
  typeof reduce &
  typeof repeat &
  typeof softmax &
  typeof statistics &
  typeof strided &
  typeof view;

/** A function as a method of its first argument. */
type Method<F> = F extends {
  (x: never, ...rest: infer A extends readonly unknown[]): infer X;
  (x: never, ...rest: infer B extends readonly unknown[]): infer Y;
  (x: never, ...rest: infer C extends readonly unknown[]): infer Z;
}
  ? readonly unknown[] extends A
    ? Single<F> // there are no overloads
    : { (...rest: Mutable<A>): X; (...rest: Mutable<B>): Y; (...rest: Mutable<C>): Z }
  : Single<F>;
type Single<F> = F extends (x: never, ...rest: infer R extends readonly unknown[]) => infer T
  ? (...rest: Mutable<R>) => T
  : never;
type Mutable<R extends readonly unknown[]> = { -readonly [K in keyof R]: R[K] };

/** Every function of every family, as a method. */
type Functions = { [K in keyof Families]: Method<Families[K]> };

/** The elementwise ones, with an underscore, overwrite the tensor. */
type InPlace = { [K in keyof Pointwise as `${K}_`]: Method<Pointwise[K]> };

export interface Methods extends Functions, InPlace {}
