/** What does the tape read of an operation? Its description, compiled once: slots for what is saved, and the way to the gradients. */
import type { Args, Entry, Flow, Gradient, InputFacts, Saved, Slot, Source } from "./op.ts";

interface Undescribed {
  readonly name: string;
  readonly node?: unknown;
  readonly inputs: readonly string[];
  readonly saves?: unknown;
  readonly derivative?: object;
  readonly gradients?: unknown;
}

/** Wanted gradients are bits of a whole number. */
const MOST = 31;

/** Forgets the types: the tape calls a derivative with exactly what its entry made it save. */
export function entryOf(described: Undescribed, outputs: readonly string[]): Entry {
  const { name, inputs, node = `${name.charAt(0).toUpperCase()}${name.slice(1)}Backward0` } = described;
  const saves = (described.saves ?? {}) as Readonly<Record<string, readonly string[] | null>>;
  const differentiable = described.derivative ?? saves;
  const gradients = inputs.flatMap((key, input) =>
    differentiable[key as never] ? [{ input, reads: saves[key] ?? [] }] : [],
  );
  if (gradients.length > MOST)
    throw new RangeError(
      `${name}: need at most ${MOST} inputs with a gradient; got ${gradients.length}. Make them a list.`,
    );
  const slots = slotsOf(gradients, inputs, outputs);
  const names = gradients.map(({ input }) => inputs[input]!);
  const readers = gradients.map(({ reads }) => reader(slots, reads));
  const derivative = described.derivative
    ? separately(described.derivative as Derivatives, names, readers)
    : jointly(described.gradients as Together, names, readers, reader(slots, readByAll(gradients)));
  return { name, node: node as Entry["node"], inputs, outputs, gradients, slots, derivative };
}

/** One for each value that some gradient reads. */
function slotsOf(gradients: readonly Gradient[], inputs: readonly string[], outputs: readonly string[]): Slot[] {
  const names = [...new Set(gradients.flatMap(({ reads }) => reads))];
  return names.map((name) => ({
    name,
    input: inputs.indexOf(name),
    output: inputs.includes(name) ? -1 : outputs.indexOf(name),
    readers: gradients.reduce((bits, { reads }, g) => (reads.includes(name) ? bits | (1 << g) : bits), 0),
  }));
}

const readByAll = ([first, ...others]: readonly Gradient[]): readonly string[] =>
  (first?.reads ?? []).filter((name) => others.every(({ reads }) => reads.includes(name)));

/** What a derivative is handed: the values that it reads as properties, which come out of the node when they are asked for. */
class Reader implements InputFacts {
  readonly #source: Source;
  readonly #gradient: number;

  constructor(source: Source, gradient: number) {
    this.#source = source;
    this.#gradient = gradient;
  }
  get shape(): InputFacts["shape"] {
    return this.#source.shapeOf(this.#gradient);
  }
  get dtype(): InputFacts["dtype"] {
    return this.#source.dtypeOf(this.#gradient);
  }
  get shapes(): InputFacts["shapes"] {
    return this.#source.shapesOf(this.#gradient);
  }
  /** A class of its own for each gradient: engines find the properties of one class at once. */
  static of(slots: readonly Slot[], reads: readonly string[]): typeof Reader {
    class Own extends Reader {}
    slots.forEach(({ name }, slot) => {
      if (reads.includes(name))
        Object.defineProperty(Own.prototype, name, {
          get(this: Reader): unknown {
            return this.#source.value(slot);
          },
        });
    });
    return Own;
  }
}

type MakeReader = (source: Source, gradient: number) => Saved;

/** Made at the first use: most operations of a program are never differentiated. */
function reader(slots: readonly Slot[], reads: readonly string[]): MakeReader {
  let Own: typeof Reader | undefined;
  return (source, gradient) => {
    Own ??= Reader.of(slots, reads);
    return new Own(source, gradient) as unknown as Saved;
  };
}

type Derivatives = Readonly<Record<string, (grad: unknown, saved: Saved, ...rest: Args) => Flow>>;

/** Each gradient by its own derivative. */
function separately(
  derivatives: Derivatives,
  names: readonly string[],
  readers: readonly MakeReader[],
): Entry["derivative"] {
  const all = names.map((name) => derivatives[name]!);
  return (grad, source, wanted, options) => {
    const flows = new Array<Flow>(all.length);
    for (let g = 0; g < all.length; g++) {
      if ((wanted & (1 << g)) === 0) flows[g] = null;
      else if (options.length === 0) flows[g] = all[g]!(grad, readers[g]!(source, g));
      else if (options.length === 1) flows[g] = all[g]!(grad, readers[g]!(source, g), options[0]);
      else flows[g] = all[g]!(grad, readers[g]!(source, g), ...options);
    }
    return flows;
  };
}

type Together = (
  grad: unknown,
  saved: Saved,
  wanted: Readonly<Record<string, Saved | null>>,
  ...rest: Args
) => Readonly<Record<string, Flow | undefined>>;

/** All gradients by one. */
const jointly =
  (
    gradients: Together,
    names: readonly string[],
    readers: readonly MakeReader[],
    all: MakeReader,
  ): Entry["derivative"] =>
  (grad, source, wanted, options) => {
    const isWanted = (g: number): boolean => (wanted & (1 << g)) !== 0;
    const byName = Object.fromEntries(names.map((name, g) => [name, isWanted(g) ? readers[g]!(source, g) : null]));
    const found = gradients(grad, all(source, 0), byName, ...options);
    return names.map((name, g) => (isWanted(g) ? (found[name] ?? null) : null));
  };
