/** What does a type say of arguments that may be left out? That of `undefined`, too, some are left out. */
import type { Args } from "../core/op.ts";

/**
 * Parameters `P`, by whose side the compiler infers `A`: the arguments as they were given, each with its literals, with
 * `undefined`, and with options that may be missing. As the types of parameters with `?` do not infer what may be missing.
 *
 * A choice that is open as long as `A` is: so `A` is inferred from what stands here, and then the arguments are checked
 * against `P`, which editors show.
 */
export type Told<A extends Args, P extends Args> = [A] extends [never] ? A : P;

/** The argument at a position, or what it is where it may be missing. */
export type Argument<A extends Args, I extends number, Usual = undefined> = A extends readonly []
  ? Usual
  : Stated<A[I], Usual>;

/** An option, or what it is where it may be missing. */
export type Option<O, K extends string, Usual> = O extends undefined
  ? Usual
  : K extends keyof O
    ? Stated<O[K], Usual> | (O extends { readonly [_ in K]: unknown } ? never : Usual)
    : Usual;

/** Null, too, leaves the choice to the operation. */
type Stated<V, Usual> = V extends undefined | null ? Usual : V;
