import { IndexError, type Shape, type Tensor, ValueError } from "@ag/tensor/fn";
import { anIterable, aText, aWhole, type Kind, need } from "@ag/tensor/internal";
import { Feedforward } from "../module/feedforward.ts";
import { Module } from "../module/module.ts";
import { checkNesting } from "../module/nesting.ts";
import { printList } from "../module/print.ts";
import type { Applied, Fitting, Rule, ShapeFrom } from "../module/ruled.ts";

/** A module that turns one tensor into one tensor. */
export interface Layer extends Module {
  forward(x: Tensor): Tensor;
}

const aPosition: Kind = { ...aWhole, error: IndexError };

function position(i: number, length: number, owner: string): number {
  need(owner, { index: aPosition }, i);
  const at = i < 0 ? i + length : i;
  if (!(at >= 0 && at < length))
    throw new IndexError(`${owner}: index ${i} is out of range: need a whole number in [-${length}, ${length}).`);
  return at;
}

const aModule: Kind = {
  word: "Module",
  ok: (x) => x instanceof Module,
  hint: (x) => `${typeof x} is not a Module subclass.`,
};

const needModule = (owner: string, module: unknown): void => need(owner, { module: aModule }, module);

/** A name as a part of the keys of a state dict. */
function needName(name: string, others: ReadonlyMap<string, unknown>): void {
  need("Sequential", { name: aText }, name);
  const wrong =
    name === ""
      ? 'can\'t be empty string ""'
      : name.includes(".")
        ? `can't contain ".", got: ${name}`
        : others.has(name) && `'${name}' already exists`;
  if (wrong) throw new ValueError(`Sequential: module name ${wrong}: need names that differ, without dots.`);
}

type Layers = readonly Layer[];

/** What layers give one after the other: nothing is known of none, and of a list whose length is not known. */
type Through<L extends Layers, S> = [unknown] extends [S]
  ? Shape
  : L extends readonly [infer F, ...infer R extends Layers]
    ? Applied<F, S> extends infer Out
      ? Out extends string
        ? Out
        : R extends readonly []
          ? Out
          : Through<R, Out>
      : never
    : Shape;

/** Beside the type of a `Sequential`: while its type knows the layers, no others may come. */
type Open<L extends Layers> = L extends readonly [Layer, ...Layers]
  ? "its type knows the layers: declare it as Sequential to change them"
  : unknown;

type NamedLayers = Iterable<readonly [name: string, layer: Layer]>;

interface Passing<L extends Layers> extends Rule {
  readonly output: Through<L, this["input"]>;
}

/**
 * Modules one after the other. Their keys are their numbers, or the names given: `new Sequential(a, b)`,
 * `new Sequential(new Map([["conv", a], ["relu", b]]))`.
 *
 * ```ts doctest
 * const model = new Sequential(new Linear(3, 4), new ReLU(), new Linear(4, 2));
 * model.forward(zeros([5, 3])).shape // => [5, 2]
 * [...model.stateDict().keys()] // => ["0.weight", "0.bias", "2.weight", "2.bias"]
 * ```
 */
export class Sequential<L extends Layers = Layers> extends Feedforward {
  declare readonly "~rule": Passing<L>;

  readonly #layers = new Map<string, Layer>();

  constructor(...layers: L | readonly [NamedLayers]) {
    super();
    const [first] = layers;
    const isNamed = layers.length === 1 && !(first instanceof Module) && typeof first === "object";
    const named = isNamed ? (first as NamedLayers) : (layers as Layers).map((x, i) => [`${i}`, x] as const);
    need("Sequential", { layers: anIterable }, named);
    for (const entry of named) {
      need("Sequential", { layer: anIterable }, entry);
      const [name, layer] = entry;
      needName(name, this.#layers);
      needModule("Sequential", layer);
      this.#layers.set(name, layer);
    }
  }

  get length(): number {
    return this.#layers.size;
  }

  /** The layer at a position; negative ones count from the end. */
  at(i: number): Layer {
    return [...this.#layers.values()][position(i, this.length, "Sequential")]!;
  }

  /** Puts another layer in the place of the one at a position. */
  set(this: this & Open<L>, i: number, layer: Layer): void {
    needModule("Sequential", layer);
    this.#layers.set([...this.#layers.keys()][position(i, this.length, "Sequential")]!, layer);
  }

  /** Adds a layer at the end. */
  append(this: this & Open<L>, layer: Layer): this {
    needModule("Sequential", layer);
    this.#layers.set(`${this.length}`, layer);
    return this;
  }

  [Symbol.iterator](): IterableIterator<Layer> {
    return this.#layers.values();
  }

  protected override fields(): [string, unknown][] {
    return [...super.fields(), ...this.#layers];
  }

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    let out = x;
    for (const layer of this.#layers.values()) out = layer.forward(out);
    return out;
  }
}

/**
 * Modules by number, for a `forward` that uses them as it likes.
 *
 * ```ts doctest
 * const layers = new ModuleList([new Linear(2, 2), new Linear(2, 2)]);
 * let x = zeros([1, 2]);
 * for (const layer of layers) x = layer.forward(x);
 * [layers.length, x.shape] // => [2, [1, 2]]
 * ```
 */
export class ModuleList<M extends Module = Module> extends Module {
  readonly #modules: M[] = [];

  constructor(modules: Iterable<M> = []) {
    super();
    need("ModuleList", { modules: anIterable }, modules);
    for (const module of modules) this.append(module);
  }

  get length(): number {
    return this.#modules.length;
  }

  /** The module at a position; negative ones count from the end. */
  at(i: number): M {
    return this.#modules[position(i, this.length, "ModuleList")]!;
  }

  /** Puts another module in the place of the one at a position. */
  set(i: number, module: M): void {
    needModule("ModuleList", module);
    this.#modules[position(i, this.length, "ModuleList")] = module;
  }

  append(module: M): this {
    needModule("ModuleList", module);
    this.#modules.push(module);
    return this;
  }

  [Symbol.iterator](): IterableIterator<M> {
    return this.#modules.values();
  }

  protected override fields(): [string, unknown][] {
    return [...super.fields(), ...this.#modules.map((module, i): [string, M] => [`${i}`, module])];
  }

  forward(): never {
    throw new ValueError("ModuleList: has no forward: call its modules one by one.");
  }

  override toString(): string {
    checkNesting("toString", this);
    return printList(this.constructor.name, this.#modules);
  }
}
