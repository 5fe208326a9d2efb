/** How does an operation follow from its entry? Factories make the function, which checks, computes and records, and hide the types. */
import type { Algebra, DType, Formula } from "@ag/kernels";
import { type Call, checked, signed, signedInPlace } from "../arguments/checked.ts";
import { check, type Takes } from "../arguments/signature.ts";
import { scalar } from "../make/fresh.ts";
import { begin, creating, isElsewhere, there } from "./creating.ts";
import { elementwise, type Kind, type ResultKind, writeElementwise } from "./elementwise.ts";
import type {
  Args,
  Entry,
  Flow,
  Made,
  MadePointwise,
  Names,
  Rest,
  Saved,
  SavedForAll,
  SavedOf,
  Wanted,
  WithTensorFirst,
  Writing,
} from "./op.ts";
import { beforeWrite, record, recordAll } from "./recorder.ts";
import { type Layout, type Operand, type Tensor, viewOf } from "./tensor.ts";
import { writing } from "./writing.ts";

/** What every entry says: `P` are its arguments, `N` the names of the tensors among them, `S` what it saves, `G` the gradient it gets. */
type Described<P extends Args, N extends readonly string[], S, O extends string = "out", G = Tensor> = Called<P, N> &
  (Separate<P, N, S, O, G> | Joint<P, N, S, O, G>);

interface Called<P extends Args, N extends readonly string[]> {
  readonly name: string;
  /** Its name on the tape, unless that is Pascal(name) + "Backward0". */
  readonly node?: string | ((...rest: Rest<N, NoInfer<P>>) => string);
  readonly inputs: N;
  /** What the arguments may be. Operations that users call have to say it; for those that only we call, types are enough. */
  readonly takes?: Takes;
}

/** One derivative for each input. */
interface Separate<P extends Args, N extends readonly string[], S, O extends string, G> {
  /** For the gradient of each input: the inputs, or the results ("out"), that it reads. */
  readonly saves?: S & { readonly [K in keyof S]: K extends N[number] ? readonly (N[number] | O)[] : never };
  /** For each input: its gradient, or null where there is none by definition. */
  readonly derivative: {
    readonly [K in N[number]]:
      | ((grad: G, saved: SavedOf<N, P, K extends keyof S ? S[K] : []>, ...rest: Rest<N, P>) => Flow)
      | null;
  };
  readonly gradients?: never;
}

/** One derivative for all inputs, where one kernel gives several gradients. */
interface Joint<P extends Args, N extends readonly string[], S, O extends string, G> {
  /** For every input: what its gradient reads, or null where there is none by definition. */
  readonly saves: S & { readonly [K in N[number]]: readonly (N[number] | O)[] | null };
  /** `saved`: what every gradient reads; `wanted.x`: what that of x reads, or null unless it is wanted. Gives what is wanted. */
  readonly gradients: (
    grad: G,
    saved: SavedForAll<N, P, S>,
    wanted: Wanted<N, P, S>,
    ...rest: Rest<N, P>
  ) => { readonly [K in N[number]]?: Flow };
  readonly derivative?: never;
}

/** What to do when the first operand is a number: asked for exactly when the arguments allow one. */
type NumberFirst<P extends Args> = number extends P[0]
  ? { readonly numberFirst: (x: number | bigint | boolean, ...rest: TensorSecond<P>) => Tensor }
  : unknown;
type TensorSecond<P extends Args> = P extends readonly [unknown, unknown, ...infer R] ? [b: Tensor, ...rest: R] : never;

/** An operation that computes a new tensor. */
/* @__NO_SIDE_EFFECTS__ */
export function defineOp<P extends Args, const N extends Names<P>, const S = unknown>(
  described: Described<P, N, S> & { readonly forward: (...args: P) => Tensor },
): Made<P> {
  return computing(described, entryOf(described, ["out"]), described.forward, record);
}

/** `forward` behind the checks of its arguments; `tell` tells the tape of a call, and gives its results. */
/* @__NO_SIDE_EFFECTS__ */
function computing<P extends Args, R>(
  described: Parameters<typeof signed>[0],
  entry: Entry,
  forward: (...args: P) => R,
  tell: (entry: Entry, args: P, results: R) => R,
): Made<P, R> {
  const signature = signed(described);
  const op = (...args: P): R => {
    if (signature) check(signature, args);
    if (isElsewhere(args, entry.name)) return there(op, args);
    const outer = begin(entry.name);
    try {
      return tell(entry, args, forward(...args));
    } finally {
      creating.op = outer;
    }
  };
  return Object.assign(op, { entries: [entry] }) as unknown as Made<P, R>;
}

/** Several results, by name. */
type Results<O extends readonly string[]> = { readonly [K in O[number]]: Tensor };
/** Their gradients, in the order of the names; null for those that none reached. */
type Arrived<O extends readonly string[]> = { readonly [I in keyof O]: Tensor | null };

/** An operation with several results. */
/* @__NO_SIDE_EFFECTS__ */
export function defineOutputs<
  P extends Args,
  const N extends Names<P>,
  const O extends readonly string[],
  const S = unknown,
>(
  described: Described<P, N, S, O[number], Arrived<O>> & {
    readonly outputs: O;
    readonly forward: (...args: P) => Results<O>;
  },
): Made<P, Results<O>> {
  const { outputs } = described;
  return computing(described, entryOf(described, outputs), described.forward, (entry, args, results) => {
    recordAll(
      entry,
      args,
      outputs.map((name) => results[name as O[number]]),
    );
    return results;
  });
}

/** An operation whose results are a list, of any length. */
/* @__NO_SIDE_EFFECTS__ */
export function defineList<P extends Args, const N extends Names<P>, const S = unknown>(
  described: Described<P, N, S, never, readonly (Tensor | null)[]> & {
    readonly forward: (...args: P) => readonly Tensor[];
  },
): Made<P, readonly Tensor[]> {
  return computing(described, entryOf(described, []), described.forward, (entry, args, results) => {
    recordAll(entry, args, results);
    return results;
  });
}

/** An operation that shows the elements of its first input in another layout. */
/* @__NO_SIDE_EFFECTS__ */
export function defineView<
  P extends readonly [x: Tensor, ...rest: unknown[]],
  const N extends Names<P>,
  const S = unknown,
>(described: Described<P, N, S> & { readonly layout: (...args: P) => Layout }): Made<P> {
  const entry = entryOf(described, ["out"]);
  const { layout } = described;
  const signature = signed(described);
  const op = (...args: P): Tensor => {
    if (signature) check(signature, args);
    return record(entry, args, viewOf(args[0], layout(...args)));
  };
  return Object.assign(op, { entries: [entry] }) as unknown as Made<P>;
}

/** `P`, but not inferred from here: a function may leave out its last arguments. */
type Known<P extends Args> = P extends infer Q extends Args ? Q : never;

/** An operation that overwrites its first input, without a formula. */
/* @__NO_SIDE_EFFECTS__ */
export function defineWrite<
  P extends readonly [x: Tensor, ...rest: unknown[]],
  const N extends Names<P>,
  const S = unknown,
>(
  described: Described<P, N, S> & {
    /** Throws what there is to throw: nothing has been written yet. */
    readonly check?: (...args: Known<P>) => void;
    readonly write: (...args: Known<P>) => void;
  },
): Made<P> {
  const entry = entryOf(described, ["out"]);
  const { check: checkOperands, write } = described as unknown as {
    readonly check?: (...args: P) => void;
    readonly write: (...args: P) => void;
  };
  const signature = signed(described);
  const op = (...args: P): Tensor => {
    if (signature) check(signature, args);
    if (isElsewhere(args)) return there(op, args); // sources may lie on another device
    const [x] = args;
    checkOperands?.(...args);
    const written = beforeWrite(entry, args);
    writing([x], () => write(...args));
    written();
    return x;
  };
  return Object.assign(op, { entries: [entry] }) as unknown as Made<P>;
}

/** How a pointwise operation computes: one formula, or one chosen by the options; options become parameters of the kernel. */
interface Computed<P extends Args, N extends readonly string[]> {
  /** `operands`: the inputs, then the `parameters`. */
  readonly formula?: <T, C>(m: Algebra<T, C>, ...operands: readonly T[]) => T | C;
  readonly formulaFor?: (...rest: Rest<N, NoInfer<P>>) => Formula;
  readonly parameters?: (...rest: Rest<N, NoInfer<P>>) => readonly (number | bigint | boolean)[];
  /** The dtype of the result: the common one of the operands ("same", the default), floating, or bool. */
  readonly result?: ResultKind | ((...rest: Rest<N, NoInfer<P>>) => ResultKind);
  /** Throws for dtypes that the operation does not know. */
  readonly accepts?: (common: DType, operands: readonly Operand[], ...rest: Rest<N, NoInfer<P>>) => void;
}

interface Untyped {
  readonly name: string;
  readonly result?: ResultKind | ((...rest: Args) => ResultKind);
  readonly accepts?: (common: DType, operands: readonly Operand[], ...rest: Args) => void;
  readonly formula?: Formula;
  readonly formulaFor?: (...rest: Args) => Formula;
  readonly parameters?: (...rest: Args) => readonly Operand[];
}

/** The dtypes of a call; most calls have no options: for these the answer is kept. */
function kindOf({ name, result = "same", accepts }: Untyped, arity: number): (args: Args) => Kind {
  const kindWith = (rest: Args): Kind => ({
    name,
    result: typeof result === "function" ? result(...rest) : result,
    accepts: accepts && rest.length > 0 ? (common, operands) => accepts(common, operands, ...rest) : accepts,
  });
  let usual: Kind | undefined;
  return (args) => {
    if (args.length > arity && (accepts || typeof result === "function")) return kindWith(args.slice(arity));
    usual ??= kindWith([]);
    return usual;
  };
}

/** What the kernel is given for a call. Most calls have no options: for these the answer is kept. */
function computation(
  { formula, formulaFor, parameters }: Untyped,
  arity: number,
): { readonly formulaOf: (args: Args) => Formula; readonly operandsOf: (args: Args) => readonly Operand[] } {
  const choose = formulaFor ?? ((): Formula => formula as Formula);
  let usual: Formula | undefined = formula;
  let added: readonly Operand[] | undefined;
  const withAdded = (args: Args, more: readonly Operand[]): readonly Operand[] => {
    if (more.length === 0 && args.length === arity) return args as readonly Operand[];
    const operands = new Array<Operand>(arity + more.length);
    for (let i = 0; i < arity; i++) operands[i] = args[i] as Operand;
    for (let i = 0; i < more.length; i++) operands[arity + i] = more[i]!;
    return operands;
  };
  return {
    formulaOf: (args) => {
      if (args.length === arity + 1) return choose(args[arity]);
      if (args.length > arity) return choose(...args.slice(arity));
      usual ??= choose();
      return usual;
    },
    operandsOf: (args) => {
      if (args.length === arity + 1) return withAdded(args, parameters?.(args[arity]) ?? []);
      if (args.length > arity) return withAdded(args, parameters?.(...args.slice(arity)) ?? []);
      added ??= parameters?.() ?? [];
      return withAdded(args, added);
    },
  };
}

/** An elementwise operation. Its formula serves every dtype, and writing in place. */
/* @__NO_SIDE_EFFECTS__ */
export function pointwise<P extends Args, const N extends Names<P>, const S = unknown>(
  described: Described<P, N, S> & NumberFirst<P> & Computed<P, N>,
): MadePointwise<P> {
  const entry = entryOf(described, ["out"]);
  const arity = entry.inputs.length;
  const kindFor = kindOf(described as unknown as Untyped, arity);
  const { formulaOf, operandsOf } = computation(described as unknown as Untyped, arity);
  const signature = signed(described);
  const signatureInPlace = signedInPlace(described);
  const op = (...args: P): Tensor => {
    if (signature) check(signature, args);
    if (isElsewhere(args, entry.name)) return there(op, args);
    const first = args[0];
    if (typeof first === "object") {
      const outer = begin(entry.name);
      try {
        return record(entry, args, elementwise(kindFor(args), formulaOf(args), operandsOf(args), arity));
      } finally {
        creating.op = outer;
      }
    }
    const [, ...rest] = args;
    const { numberFirst } = described as unknown as { numberFirst: (...args: Args) => Tensor };
    if (typeof rest[0] === "object") return numberFirst(first, ...rest);
    const lifted = scalar(first as number);
    const out = op(...([lifted, ...rest] as Args as P));
    lifted.dispose(); // the node holds what it reads
    return out;
  };
  const inPlace = (...args: WithTensorFirst<P>): Tensor => {
    if (signatureInPlace) check(signatureInPlace, args);
    if (isElsewhere(args, entry.name)) return there(inPlace, args);
    const target = args[0] as Tensor;
    writeElementwise(kindFor(args), formulaOf(args), operandsOf(args), arity, target, () => beforeWrite(entry, args));
    return target;
  };
  return Object.assign(op, { entries: [entry], inPlace }) as unknown as MadePointwise<P>;
}

/** One name for several operations, which differ on the tape: `call` looks at the arguments. */
/* @__NO_SIDE_EFFECTS__ */
export function overloads<P extends Args, I = undefined, R = Tensor>(described: {
  readonly name: string;
  readonly takes?: Takes;
  readonly ops: readonly { readonly entries?: readonly Entry[] }[];
  readonly call: (...args: P) => R;
  readonly inPlace?: I;
}): Made<P, R> & { readonly inPlace: Writing<I> } {
  const { ops, call, inPlace } = described;
  const entries = ops.flatMap((op) => op.entries as readonly Entry[]);
  const signature = signed(described);
  const write = typeof inPlace === "function" ? checked(signedInPlace(described), inPlace as Call) : undefined;
  return Object.assign(checked(signature, call), { entries, inPlace: write as Writing<I> }) as unknown as Made<P, R> & {
    readonly inPlace: Writing<I>;
  };
}

interface Undescribed {
  readonly name: string;
  readonly node?: unknown;
  readonly inputs: readonly string[];
  readonly saves?: unknown;
  readonly derivative?: object;
  readonly gradients?: unknown;
}

/** Forgets the types: the tape calls a derivative with exactly what its entry made it save. */
function entryOf(described: Undescribed, outputs: readonly string[]): Entry {
  const { name, inputs, node = `${name.charAt(0).toUpperCase()}${name.slice(1)}Backward0` } = described;
  const saves = (described.saves ?? {}) as Readonly<Record<string, readonly string[] | null>>;
  const differentiable = described.derivative ?? saves;
  const gradients = inputs.flatMap((key, input) =>
    differentiable[key as never] ? [{ input, reads: saves[key] ?? [] }] : [],
  );
  const names = gradients.map(({ input }) => inputs[input]!);
  const derivative = described.derivative
    ? separately(described.derivative as Derivatives, names)
    : jointly(described.gradients as Together, names);
  return { name, node: node as Entry["node"], inputs, outputs, gradients, derivative };
}

type Derivatives = Readonly<Record<string, (grad: unknown, saved: Saved, ...rest: Args) => Flow>>;

/** Each gradient by its own derivative. */
function separately(derivatives: Derivatives, names: readonly string[]): Entry["derivative"] {
  const all = names.map((name) => derivatives[name]!);
  return (grad, wanted, ...rest) =>
    all.map((derivative, i) => (wanted[i] ? derivative(grad, wanted[i], ...rest) : null));
}

type Together = (
  grad: unknown,
  saved: object,
  wanted: object,
  ...rest: Args
) => Readonly<Record<string, Flow | undefined>>;

/** All gradients by one. */
const jointly =
  (gradients: Together, names: readonly string[]): Entry["derivative"] =>
  (grad, wanted, ...rest) => {
    const saved = Object.assign({}, ...wanted) as object;
    const byName = Object.fromEntries(names.map((name, i) => [name, wanted[i] ?? null]));
    const found = gradients(grad, saved, byName, ...rest);
    return names.map((name) => found[name] ?? null);
  };
