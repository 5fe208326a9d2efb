/** How does a layer tell the compiler which shape it gives? By a rule, a type that reads the shape of the input. */
import type { Shape, Tensor } from "@ag/tensor/fn";
import type { Args, Argument, Differ, Fits, Given, ShapeOf, Show } from "@ag/tensor/internal";

/**
 * What a layer gives, `output`, made of the shape of its `input`: a shape, or why there is none.
 * Rules ask first whether anything is known: so they refuse nothing inside of a class, where the input is left open.
 */
export interface Rule {
  readonly input: unknown;
  readonly output: unknown;
}

/** A layer with a rule. No layer has this field: it is a type. It stands alone, as the compiler resolves it for each input. */
export interface Ruled {
  readonly "~rule": Rule;
}

/** What the rule of a layer gives for a shape, if it has one; where layer or shape is a type parameter, anything. */
type RuleAt<L, S> = [unknown] extends [S]
  ? Shape
  : [unknown] extends [L]
    ? Shape
    : L extends Ruled
      ? (L["~rule"] & { readonly input: S })["output"]
      : Shape;

/** Beside the type of what `forward` takes: it refuses what the rule refuses. */
export type Fitting<L, T extends Tensor> = Fits<RuleAt<L, ShapeOf<T>>>;

/** The shape of what `forward` gives. */
export type ShapeFrom<L, T extends Tensor> = Given<RuleAt<L, ShapeOf<T>>>;

/**
 * What any layer gives for a shape. Layers with a rule have two signatures of `forward`, alike in all of them, so that one
 * of several layers can be called. The first, of two arguments, cannot be called: it lets subclasses write a plain
 * `forward(x: Tensor): Tensor`. These have no other signature: they may give what they like, and the rule is not asked.
 */
export type Applied<L, S> = L extends Ruled & {
  readonly forward: { (...first: infer A): unknown; (...second: never): unknown };
}
  ? A["length"] extends 2
    ? RuleAt<L, S>
    : Shape
  : Shape;

/**
 * The type of the options of a layer that is named without any. A field and a subclass that name no sizes have it too:
 * they take any options. So it has a meaning only beside a size that is known.
 */
// biome-ignore lint/suspicious/noExplicitAny: what is assigned to it, and from it, is not to be checked
export type Unsaid = any;

/** The options among the arguments `A` of a constructor: none where nobody said any. */
export type Said<A extends Args> = unknown extends A ? undefined : Argument<A, 0>;

/** The rule of a layer that keeps the shape. */
export interface Keeping extends Rule {
  readonly output: Kept<this["input"]>;
}
type Kept<S> = [unknown] extends [S] ? Shape : S extends readonly unknown[] ? S : Shape;

/** The rule of a layer that keeps the shape, for `C` channels in the second dimension. */
export interface KeepingChannels<C extends number> extends Rule {
  readonly output: KeptChannels<this["input"], C>;
}
type KeptChannels<S, C extends number> = [unknown] extends [S]
  ? Shape
  : S extends readonly [unknown, infer N extends number, ...unknown[]]
    ? Differ<N, C> extends true
      ? `channels ${N} and ${C} differ: the input is ${Show<S>}`
      : S
    : Kept<S>;
