/**
 * What behaviours call. `@ag/autograd` need not have all of it: what it lacks is undefined here, and the behaviours that call
 * it are pending.
 */

import type { Context, GradientEdge } from "@ag/autograd";
import * as autograd from "@ag/autograd";
import type { BackwardOptions, Removable, Tensor as T } from "@ag/tensor";

type Pack = (x: T) => unknown;
type Unpack = (packed: never) => T;

export type { GradientEdge };
export type Point = T | GradientEdge;

type Points = Point | readonly Point[];
type Weights = T | null | readonly (T | null)[];
type Backward = (ctx: Context, ...grads: T[]) => T | null | readonly (T | null)[];

interface Options {
  readonly gradOutputs?: Weights;
  readonly retainGraph?: boolean;
  readonly createGraph?: boolean;
  readonly allowUnused?: boolean;
  readonly materializeGrads?: boolean;
}

type BackwardCall = Omit<BackwardOptions, "inputs"> & { readonly inputs?: Points };

/** A guard without a body. */
interface Guarded<A extends readonly unknown[]> {
  (...args: A): Disposable;
  <R>(...args: readonly [...A, body: () => R]): R;
}

interface Wanted {
  readonly grad: (outputs: Points, inputs: Points, options?: Options) => T[];
  readonly backward: (roots: Points, gradients?: Weights, options?: BackwardCall) => void;
  readonly gradientEdge: (x: T) => GradientEdge;
  readonly registerMultiGradHook: (
    tensors: readonly T[],
    fn: (grads: never) => unknown,
    options?: { readonly mode?: "all" | "any" },
  ) => Removable;
  readonly savedTensorsHooks: Guarded<[pack: Pack, unpack: Unpack]>;
  readonly setGradEnabled: Guarded<[on: boolean]>;
  readonly noGrad: Guarded<[]>;
  readonly enableGrad: Guarded<[]>;
  readonly inferenceMode: Guarded<[]>;
  readonly detectAnomaly: <R>(body: () => R, options?: { readonly checkNan?: boolean }) => R;
  readonly setDetectAnomaly: (on: boolean) => unknown;
  readonly onceDifferentiable: (backward: Backward) => Backward;
}

const wanted = autograd as unknown as Wanted;

export const backward: Wanted["backward"] = wanted.backward;
export const detectAnomaly: Wanted["detectAnomaly"] = wanted.detectAnomaly;
export const enableGrad: Wanted["enableGrad"] = wanted.enableGrad;
export const grad: Wanted["grad"] = wanted.grad;
export const gradientEdge: Wanted["gradientEdge"] = wanted.gradientEdge;
export const inferenceMode: Wanted["inferenceMode"] = wanted.inferenceMode;
export const noGrad: Wanted["noGrad"] = wanted.noGrad;
export const onceDifferentiable: Wanted["onceDifferentiable"] = wanted.onceDifferentiable;
export const registerMultiGradHook: Wanted["registerMultiGradHook"] = wanted.registerMultiGradHook;
export const savedTensorsHooks: Wanted["savedTensorsHooks"] = wanted.savedTensorsHooks;
export const setDetectAnomaly: Wanted["setDetectAnomaly"] = wanted.setDetectAnomaly;
export const setGradEnabled: Wanted["setGradEnabled"] = wanted.setGradEnabled;
export const isGradEnabled: () => boolean = autograd.isGradEnabled;

type Results = T | readonly T[];

/** A custom function of a forward and a backward: its `apply`. */
export function define<R extends Results>(
  forward: (ctx: Context, ...args: T[]) => R,
  backward: Backward,
): (...args: readonly unknown[]) => R {
  class F extends autograd.AutogradFunction {
    static readonly forward: (ctx: Context, ...args: T[]) => R = forward;
    static readonly backward: Backward = backward;
  }
  return (...args) => F.apply(...(args as T[])) as R;
}

export type { Context };
