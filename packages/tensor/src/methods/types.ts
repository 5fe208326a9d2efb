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

/** What a function says is its method, else itself. */
type Chosen<F> = F extends { readonly method: infer M } ? M : F;

/**
 * The functions that are no methods, by name: a compiler that had to ask each function would resolve all of them for the
 * first method that a program calls. Tests compare these names with what the functions say.
 */
type FunctionsOnly =
  | "adaptiveAvgPool2d"
  | "avgPool2d"
  | "batchNorm"
  | "binaryCrossEntropy"
  | "binaryCrossEntropyWithLogits"
  | "cat"
  | "conv1d"
  | "conv2d"
  | "crossEntropy"
  | "dropout"
  | "elu"
  | "embedding"
  | "gelu"
  | "hardtanh"
  | "huberLoss"
  | "l1Loss"
  | "layerNorm"
  | "leakyRelu"
  | "linear"
  | "maxPool2d"
  | "maxPool2dWithIndices"
  | "mseLoss"
  | "nllLoss"
  | "oneHot"
  | "pad"
  | "relu6"
  | "rsub"
  | "silu"
  | "smoothL1Loss"
  | "softplus"
  | "stack";

/** The elementwise ones whose methods do not overwrite the tensor. */
type NeverInPlace = FunctionsOnly | "allclose" | "equal" | "isclose" | "where";

/** With the documentation of the functions, which a parameter for the names keeps. */
type MethodsOf<F, N extends keyof F> = { [K in N]: Method<Chosen<F[K]>> };

/** Every function of every family that is a method. */
type Functions = MethodsOf<Families, Exclude<keyof Families, FunctionsOnly>>;

/** The elementwise ones, with an underscore, overwrite the tensor. */
type InPlace = { [K in Exclude<keyof Elementwise, NeverInPlace> as `${K}_`]: Written<Elementwise[K]> };

export interface Methods extends Functions, InPlace {}
