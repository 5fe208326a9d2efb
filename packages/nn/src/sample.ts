/**
 * Layers and functions with what they are given, as data: PyTorch runs them once for the goldens, the tests run them
 * against those. Tensors stand here as recipes, whose numbers follow from the names of class and sample alone.
 */
import { type DType, Generator, type Shape, Tensor, tensor } from "@ag/tensor";
import { sizeOf } from "@ag/tensor/internal";
import { Module } from "./module/module.ts";

/** A tensor that is made when the sample is run; with `grad` a leaf that has that gradient. */
export class Recipe {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly next: (uniform: () => number) => number;
  readonly grad: Recipe | null;

  constructor(shape: Shape, dtype: DType, next: Recipe["next"], grad: Recipe | null = null) {
    this.shape = shape;
    this.dtype = dtype;
    this.next = next;
    this.grad = grad;
  }

  /** A leaf with this gradient. */
  with(grad: Recipe): Recipe {
    return new Recipe(this.shape, this.dtype, this.next, grad);
  }
}

/** In [low, high). */
export const between = (shape: Shape, low: number, high: number, dtype: DType = "float32"): Recipe =>
  new Recipe(shape, dtype, (uniform) => low + (high - low) * uniform());

/** Around 0, nearly normal: the sum of four uniform numbers. */
export const normal = (shape: Shape, dtype: DType = "float32"): Recipe =>
  new Recipe(shape, dtype, (uniform) => (uniform() + uniform() + uniform() + uniform() - 2) * 1.732);

/** Whole, in [low, high). */
export const integers = (shape: Shape, low: number, high: number): Recipe =>
  new Recipe(shape, "int64", (uniform) => low + Math.floor((high - low) * uniform()));

export const filled = (shape: Shape, value: number, dtype: DType = "float32"): Recipe =>
  new Recipe(shape, dtype, () => value);

/** A generator with this seed. */
export class Seed {
  readonly seed: number;
  constructor(seed: number) {
    this.seed = seed;
  }
}

/** A module inside another, made when the sample is run. */
export class Part {
  readonly name: string;
  readonly make: readonly unknown[];
  readonly create: Create;
  constructor(layer: LayerClass, make: readonly unknown[]) {
    this.name = layer.name;
    this.make = make;
    this.create = creator(layer);
  }
}

type LayerClass = new (...args: never[]) => Module;
type Create = (...make: readonly unknown[]) => Module;
/** What a constructor takes, also one with a list that cannot be written to: `ConstructorParameters` gives never there. */
type Takes<C> = C extends new (...args: infer P extends readonly unknown[]) => Module ? P : never;
const creator =
  (layer: LayerClass): Create =>
  (...make) =>
    new layer(...(make as never[]));

export const part = <C extends LayerClass>(layer: C, ...make: Given<Takes<C>>): Part => new Part(layer, make);

type Plain = string | number | boolean | bigint | null | undefined;

/** Arguments as a sample gives them. */
type Given<T> = T extends Plain
  ? T
  : T extends Tensor
    ? Recipe
    : T extends Module
      ? Part
      : T extends Generator
        ? Seed
        : T extends readonly unknown[]
          ? { readonly [K in keyof T]: Given<T[K]> }
          : T extends Iterable<infer U>
            ? Iterable<Given<U>>
            : { readonly [K in keyof T]: Given<T[K]> };

type Last<T extends readonly unknown[]> = Required<T> extends readonly [...unknown[], infer L] ? L : never;
type KeysOf<T> = T extends Plain | Tensor | Module | Iterable<unknown> ? never : keyof T;

/** Some sample has to show what an option changes (true), or when it throws; or there is a reason why none does. */
export type Shown = true | "throws" | { readonly exempt: string };

/** Each option of the last argument. */
export type Options<P extends readonly unknown[]> = Readonly<Record<KeysOf<Last<P>> & string, Shown>>;

type ErrorClass = abstract new (...args: never[]) => Error;

interface Outcome {
  readonly name: string;
  /** What is thrown, by the constructor where there are no `args`. */
  readonly throws?: ErrorClass;
  /** The error's text contains this, and PyTorch's too unless `onlyHere`. */
  readonly says?: string;
  /** The error is ours alone: PyTorch allows the call, or says something else. */
  readonly onlyHere?: boolean;
}

interface Named extends Outcome {
  readonly of: string;
  /** The same in Python. */
  readonly torch: string;
  readonly options: Readonly<Record<string, Shown>>;
}

export interface LayerSample extends Named {
  readonly create: Create;
  readonly make: readonly unknown[];
  /** Of each call; null where the constructor throws. */
  readonly args: readonly unknown[] | null;
  /** How many calls there are in training, each with its own numbers. One in evaluation follows, with the first. */
  readonly steps: number;
}

interface LayerCase<C extends LayerClass> extends Outcome {
  readonly make: Given<Takes<C>>;
  readonly args?: Given<Parameters<InstanceType<C>["forward"]>>;
  readonly steps?: number;
}

/** Samples of a layer. Arguments are those of constructor and `forward`, so the compiler checks them as any call. */
export const layersFor = <C extends LayerClass>(
  layer: C,
  torch: string,
  options: Options<Takes<C>>,
  cases: readonly LayerCase<NoInfer<C>>[],
): LayerSample[] =>
  cases.map(({ args = null, steps = 1, ...one }) => ({
    of: layer.name,
    torch,
    options,
    create: creator(layer),
    steps,
    args: args as readonly unknown[] | null,
    ...(one as Outcome & { readonly make: readonly unknown[] }),
  }));

export interface CallSample extends Named {
  readonly run: (...args: readonly unknown[]) => unknown;
  readonly args: readonly unknown[];
}

/** Samples of a function that writes to what it is given, or draws. */
export const callsFor = <P extends readonly unknown[]>(
  fn: (...args: P) => unknown,
  torch: string,
  options: Options<P>,
  cases: readonly (Outcome & { readonly args: Given<NoInfer<P>> })[],
): CallSample[] =>
  cases.map((one) => ({
    of: fn.name,
    torch,
    options,
    run: fn as (...args: readonly unknown[]) => unknown,
    ...(one as Outcome & { readonly args: readonly unknown[] }),
  }));

/** A number from a name, FNV-1a: equal names, equal numbers. */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const letter of name) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193);
  return hash >>> 0;
}

/** Repeatable numbers in [0, 1), 24 bits at a time: a linear congruential generator. */
function uniformsOf(name: string): () => number {
  let state = seedOf(name);
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

function tensorOf({ shape, dtype, next, grad }: Recipe, name: string): Tensor {
  const uniform = uniformsOf(name);
  const values = Float64Array.from({ length: sizeOf(shape) }, () => next(uniform));
  const x = tensor(values, { dtype }).reshape(shape).detach();
  if (grad !== null) x.requiresGrad_().grad = tensorOf(grad, `${name}.grad`);
  return x;
}

/** What the numbers of a sample's constructor follow from, or of a function's arguments. */
export const makeName = ({ of, name }: Named): string => `${of}/${name}`;

/** What the numbers of a call in training follow from. */
export const stepName = (sample: Named, step: number): string => `${makeName(sample)}/${step}`;

/** Arguments with their tensors, modules and generators made; `name` says which numbers they have. */
export function made(x: unknown, name: string): unknown {
  if (x instanceof Recipe) return tensorOf(x, name);
  if (x instanceof Seed) return new Generator().manualSeed(x.seed);
  if (x instanceof Part) return x.create(...(made(x.make, name) as readonly unknown[]));
  if (x instanceof Map) return new Map([...x].map(([key, value]) => [key, made(value, `${name}.${key}`)]));
  if (Array.isArray(x)) return x.map((item, i) => made(item, `${name}.${i}`));
  if (typeof x !== "object" || x === null || x instanceof Module || x instanceof Tensor) return x;
  return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, made(value, `${name}.${key}`)]));
}
