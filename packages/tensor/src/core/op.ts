import type { DType } from "@ag/kernels";
import type { Shape } from "../layout/shape.ts";
import type { Tensor } from "./tensor.ts";

/** A list of arguments. */
export type Args = readonly unknown[];

/** For types alone, no function has them: what a kind is without shapes, and what it is as a method. */
export declare const PLAIN: unique symbol;
export declare const METHOD: unique symbol;

/** What every kind of operation is (`kinds/`): a function whose arguments and result are these, apart from their shapes. */
export interface Kind<P extends Args, R = Tensor> {
  /** What the tape and the tests know of it: one entry for each overload, and none if it is made of other operations. */
  readonly entries?: readonly Entry[];
  readonly [PLAIN]?: (...args: P) => R;
}

/** An operation as users call it, of no kind that says more: its result has any shape. */
export interface Op<P extends Args, R = Tensor> extends Kind<P, R> {
  (...args: P): R;
  readonly entries: readonly Entry[];
}

/** An elementwise operation: it can also overwrite its first operand, as `x.relu_()` does. */
export interface PointwiseOp<P extends Args> extends Op<P> {
  readonly inPlace: (...args: WithTensorFirst<P>) => Tensor;
}

/** What a factory makes: an operation, which may be said to be of any kind with these arguments. */
export interface Made<P extends Args, R = Tensor> extends Kind<P, R> {
  (...args: NoInfer<P>): R;
  (...args: Args): never;
  readonly entries: readonly Entry[];
}

/** The same in place, of a pointwise operation. */
export interface MadePointwise<P extends Args> extends Made<P> {
  readonly inPlace: Writing<(...args: WithTensorFirst<P>) => Tensor>;
}

/** A function that writes, of which a kind may say more. */
export type Writing<F> = F extends undefined ? undefined : F & ((...args: Args) => never);

/** The function that a kind describes, without shapes. */
export type Plain<F> = typeof PLAIN extends keyof F ? Exclude<F[typeof PLAIN], undefined> : F;

/** Its arguments: of a function that infers shapes, `Parameters` would give those of the defaults. Any, while it is not known. */
export type ArgsOf<F> = Plain<F> extends (...args: infer P extends Args) => unknown ? P : Args;

/** An operation as the tape sees it: its parts without their types. Made by `define.ts` only. */
export interface Entry {
  readonly name: string;
  /** PyTorch's name on the tape; where it depends on the options, they are asked. */
  readonly node: string | ((...rest: Args) => string);
  /** The tensors, or lists of tensors, among the arguments. */
  readonly inputs: readonly string[];
  /** The results; those of several have a gradient each. None: a list of any length. */
  readonly outputs: readonly string[];
  /** One for each input that has a derivative. */
  readonly gradients: readonly Gradient[];
  /** What these read, each once. */
  readonly slots: readonly Slot[];
  /**
   * One flow for each of `gradients`, null where bit g of `wanted` is not set. `grad`: that of the one result, or a list
   * with null where nothing arrived. What is read comes from the node.
   */
  readonly derivative: (
    grad: Tensor | readonly (Tensor | null)[],
    source: Source,
    wanted: number,
    options: Args,
  ) => Flow[];
}

/** One input that gets a gradient. */
export interface Gradient {
  /** Which argument it belongs to. */
  readonly input: number;
  /** The inputs and results that its gradient reads. */
  readonly reads: readonly string[];
}

/** A value that is saved. */
export interface Slot {
  readonly name: string;
  /** Which argument or which result it is; −1 for the other. */
  readonly input: number;
  readonly output: number;
  /** Bit g: gradient g reads it. */
  readonly readers: number;
}

/** Where a derivative finds what was saved: a node of the tape. */
export interface Source {
  value(slot: number): unknown;
  /** Of the input of a gradient; of a list, of its first tensor. */
  shapeOf(gradient: number): Shape;
  dtypeOf(gradient: number): DType;
  /** Of each tensor, when the input is a list. */
  shapesOf(gradient: number): readonly Shape[];
}

/** Values by name, and what is known of the input. */
export type Saved = Readonly<Record<string, unknown>> & InputFacts;

/** The gradient of an input: a list for a list of tensors. */
export type Flow = Tensor | readonly Tensor[] | null;

/** What a derivative always knows of the input it differentiates. */
export interface InputFacts {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Of each tensor, when the input is a list. */
  readonly shapes: readonly Shape[];
}

/** The arguments once a leading number has been dispatched. */
export type WithTensorFirst<P extends Args> = P extends readonly [unknown, ...infer R]
  ? [x: Tensor, ...rest: R]
  : never;

/** Whether an argument can be a tensor, or is a list of tensors. */
type IsInput<A> = Tensor extends A ? true : A extends readonly Tensor[] ? true : false;

/** One name for each leading tensor argument: an input cannot be forgotten. */
export type Names<P extends Args> = P extends readonly [infer A, ...infer R]
  ? IsInput<A> extends true
    ? readonly [string, ...Names<R>]
    : readonly []
  : readonly [];

/** The arguments after the inputs. */
export type Rest<N extends Args, P extends Args> = N extends readonly [unknown, ...infer M]
  ? P extends readonly [unknown, ...infer R]
    ? Rest<M, R>
    : []
  : P;

/** The type of the argument that is called `K`. */
type Named<N extends Args, P extends Args, K> = {
  [I in keyof N]: N[I] extends K ? (I extends keyof P ? P[I] : never) : never;
}[number];

/** What the derivative of one input reads: the values its `saves` names, and what is known of that input. */
export type SavedOf<N extends readonly string[], P extends Args, V> = {
  readonly [K in V extends readonly (infer L extends string)[] ? L : never]: K extends N[number]
    ? Named<N, P, K>
    : Tensor;
} & InputFacts;

/** What the gradients of every input read: what is always there, whichever are wanted. */
type ReadByAll<S> = {
  [K in keyof S]: S[K] extends readonly (infer L)[] ? (name: L) => void : never;
}[keyof S] extends (name: infer L) => void
  ? readonly L[]
  : never;

/** The values that a joint derivative finds whichever gradients are wanted. */
export type SavedForAll<N extends readonly string[], P extends Args, S> = Omit<
  SavedOf<N, P, ReadByAll<S>>,
  keyof InputFacts
>;

/** For each input whose gradient is wanted, what that one reads; else null. */
export type Wanted<N extends readonly string[], P extends Args, S> = {
  readonly [K in keyof S]: S[K] extends readonly unknown[] ? SavedOf<N, P, S[K]> | null : null;
};
