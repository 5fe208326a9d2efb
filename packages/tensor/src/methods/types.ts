import type { METHOD, Plain } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import type * as families from "../ops/all.ts";
import type * as elementwise from "../ops/elementwise.ts";

type Families = typeof families;
type Elementwise = typeof elementwise;

/**
 * A function as a method of its first argument: what its kind says, else its arguments.
 * Always of one signature: of several, editors show no documentation.
 */
type Method<F> = typeof METHOD extends keyof F ? Exclude<F[typeof METHOD], undefined> : Single<F>;
type Single<F> = F extends (x: never, ...rest: infer R extends readonly unknown[]) => infer T
  ? (...rest: Mutable<R>) => T
  : never;
type Mutable<R extends readonly unknown[]> = { -readonly [K in keyof R]: R[K] };

/** An elementwise function that overwrites the tensor. */
type Written<F> =
  Plain<F> extends (x: never, ...rest: infer R extends readonly unknown[]) => unknown
    ? <T extends Tensor>(this: T, ...rest: Mutable<R>) => T
    : never;

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
  [K in keyof Elementwise as Elementwise[K] extends Directed
    ? never
    : Elementwise[K] extends { readonly inPlace: unknown }
      ? `${K}_`
      : never]: Written<Elementwise[K]>;
};

export interface Methods extends Functions, InPlace {}
