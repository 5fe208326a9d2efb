/** How does an operation follow from its entry? Factories make the function, which checks, computes and records, and hide the types. */
import { type Call, checked, signed, signedInPlace } from "../arguments/checked.ts";
import { check, type Takes } from "../arguments/signature.ts";
import { scalar } from "../make/fresh.ts";
import { type Computed, computation, type Formulated, fusedDerivatives, kindOf, type Untyped } from "./computed.ts";
import { begin, creating, isElsewhere, there } from "./creating.ts";
import { elementwise, writeElementwise } from "./elementwise.ts";
import { entryOf } from "./entry.ts";
import type {
  Args,
  Entry,
  Flow,
  Made,
  MadePointwise,
  Names,
  Rest,
  SavedForAll,
  SavedOf,
  Wanted,
  WithTensorFirst,
  Writing,
} from "./op.ts";
import { beforeWrite, checkWrite, record, recordAll } from "./recorder.ts";
import { type Layout, type Tensor, viewOf } from "./tensor.ts";
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
    checkWrite(entry, args);
    checkOperands?.(...args);
    const written = beforeWrite(entry, args);
    writing([x], () => write(...args));
    written();
    return x;
  };
  return Object.assign(op, { entries: [entry] }) as unknown as Made<P>;
}

interface Fusible<P extends Args, N extends readonly string[]> {
  /** For some inputs beside the derivative: the same as a formula of the gradient and what it reads, with the same bits. */
  readonly fused?: { readonly [K in N[number]]?: Formulated<Rest<N, NoInfer<P>>> };
}

/** An elementwise operation. Its formula serves every dtype, and writing in place. */
/* @__NO_SIDE_EFFECTS__ */
export function pointwise<P extends Args, const N extends Names<P>, const S = unknown>(
  described: Described<P, N, S> & NumberFirst<P> & Computed<Rest<N, NoInfer<P>>> & Fusible<P, N>,
): MadePointwise<P> {
  const entry = entryOf({ ...described, derivative: fusedDerivatives(described) }, ["out"]);
  const arity = entry.inputs.length;
  const kindFor = kindOf(described as unknown as Untyped, arity);
  const { formulaOf, operandsOf } = computation(described as unknown as Untyped, arity);
  const signature = signed(described);
  const signatureInPlace = signedInPlace(described);
  const nameInPlace = `${entry.name}_`;
  const op = (...args: P): Tensor => {
    if (signature) check(signature, args);
    if (isElsewhere(args, entry.name)) return there(op, args);
    const first = args[0];
    if (typeof first === "object")
      return record(entry, args, elementwise(kindFor(args), formulaOf(args), operandsOf(args), arity));
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
    if (isElsewhere(args, nameInPlace)) return there(inPlace, args);
    const target = args[0] as Tensor;
    checkWrite(entry, args);
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
