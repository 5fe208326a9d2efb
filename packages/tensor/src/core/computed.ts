/** With what does a pointwise operation call its kernel? Formula, operands and dtypes of a call, kept where calls have no options. */
import type { Algebra, DType, Formula } from "@ag/kernels";
import { elementwise, type Kind, type ResultKind } from "./elementwise.ts";
import type { Args, Flow, Saved } from "./op.ts";
import { isRecording } from "./recorder.ts";
import type { Operand, Tensor } from "./tensor.ts";

/** One formula, or one chosen by the options, which also become parameters of the kernel. `R` are the options. */
export interface Formulated<R extends Args> {
  /** `operands`: the inputs, then the `parameters`. */
  readonly formula?: <T, C>(m: Algebra<T, C>, ...operands: readonly T[]) => T | C;
  readonly formulaFor?: (...rest: R) => Formula;
  readonly parameters?: (...rest: R) => readonly (number | bigint | boolean)[];
}

/** How a pointwise operation computes. */
export interface Computed<R extends Args> extends Formulated<R> {
  /** The dtype of the result: the common one of the operands ("same", the default), floating, or bool. */
  readonly result?: ResultKind | ((...rest: R) => ResultKind);
  /** Throws for dtypes that the operation does not know. */
  readonly accepts?: (common: DType, operands: readonly Operand[], ...rest: R) => void;
}

export interface Untyped extends Computed<Args> {
  readonly name: string;
}

/** The dtypes of a call; most calls have no options: for these the answer is kept. */
export function kindOf({ name, result = "same", accepts }: Untyped, arity: number): (args: Args) => Kind {
  const kindWith = (rest: Args): Kind => ({
    name,
    result: typeof result === "function" ? result(...rest) : result,
    accepts: accepts && rest.length > 0 ? (common, operands) => accepts(common, operands, ...rest) : accepts,
    usual: null,
  });
  let usual: Kind | undefined;
  return (args) => {
    if (args.length > arity && (accepts || typeof result === "function")) return kindWith(args.slice(arity));
    usual ??= kindWith([]);
    return usual;
  };
}

interface Computation {
  readonly formulaOf: (args: Args) => Formula;
  readonly operandsOf: (args: Args) => readonly Operand[];
}

/** What the kernel is given for a call. Most calls have no options: for these the answer is kept. */
export function computation({ formula, formulaFor, parameters }: Formulated<Args>, arity: number): Computation {
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

type Derivative = (grad: Tensor, saved: Saved, ...rest: Args) => Flow;

interface Differentiable {
  readonly name: string;
  readonly saves?: unknown;
  readonly derivative?: unknown;
  readonly fused?: unknown;
}

/** The derivatives of an entry: each in one kernel where it has a formula. */
export function fusedDerivatives({ name, saves, derivative, fused = {} }: Differentiable): object {
  const reads = (saves ?? {}) as Readonly<Record<string, readonly string[]>>;
  const all = { ...(derivative as Readonly<Record<string, Derivative | null>>) };
  for (const [input, formulated] of Object.entries(fused as Readonly<Record<string, Formulated<Args>>>))
    all[input] = inOneKernel(name, formulated, reads[input] ?? [], all[input]!);
  return all;
}

/** `composed` is what can be recorded, and promotes dtypes operation by operation. */
function inOneKernel(
  name: string,
  formulated: Formulated<Args>,
  reads: readonly string[],
  composed: Derivative,
): Derivative {
  const arity = 1 + reads.length;
  const { formulaOf, operandsOf } = computation(formulated, arity);
  const kind: Kind = { name: `${name}Backward`, result: "same", accepts: undefined, usual: null };
  return (grad, saved, ...rest) => {
    if (isRecording()) return composed(grad, saved, ...rest);
    const args = new Array<unknown>(arity + rest.length);
    args[0] = grad;
    for (let i = 0; i < reads.length; i++) {
      const x = saved[reads[i]!];
      if (typeof x === "object" && (x as Tensor).dtype !== grad.dtype) return composed(grad, saved, ...rest);
      args[i + 1] = x;
    }
    for (let i = 0; i < rest.length; i++) args[arity + i] = rest[i];
    return elementwise(kind, formulaOf(args), operandsOf(args), arity);
  };
}
