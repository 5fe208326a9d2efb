import type * as families from "../ops/all.ts";
import type * as elementwise from "../ops/elementwise.ts";

type Families = typeof families;
type Elementwise = typeof elementwise;

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

/** A function that says what its method is: none, or one with another order of arguments. */
interface Directed {
  readonly method: unknown;
}

/** What a function says is its method, else itself. */
type Chosen<F> = F extends { readonly method: infer M } ? M : F;

/** Every function of every family that is a method. */
type Functions = {
  [K in keyof Families as Families[K] extends { readonly method: null } ? never : K]: Method<Chosen<Families[K]>>;
};

/** The elementwise ones, with an underscore, overwrite the tensor. */
type InPlace = {
  [K in keyof Elementwise as Elementwise[K] extends Directed ? never : `${K}_`]: Method<Elementwise[K]>;
};

export interface Methods extends Functions, InPlace {}
