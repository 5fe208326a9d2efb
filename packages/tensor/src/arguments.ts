/**
 * What may an argument be? An operation says it as data, `takes: { x: aTensor, dim: optional(anyDims) }`; here it
 * is checked, in one place and before anything happens, for people who write JavaScript too.
 */
import type { DType } from "@ag/kernels";
import { allDtypes } from "./dtype.ts";
import { DTypeError, IndexError, ShapeError } from "./errors.ts";
import { Generator } from "./generator.ts";
import { refuse, refuseCount, refuseKey } from "./refusal.ts";
import type { Slice } from "./slice.ts";
import { Tensor } from "./tensor.ts";

/** What one argument has to be. */
export interface Kind {
  /** PyTorch's word for it, after "must be". */
  readonly word: string;
  /** In our words, after "need". */
  readonly need: string;
  readonly ok: (value: unknown) => boolean;
  /** What is right at a glance: the sum of {@link TENSOR}, {@link NUMBER} and {@link WHOLE}. */
  readonly glance?: number;
  /** What is thrown; ValueError unless given. */
  readonly error?: new (
    message: string,
  ) => Error;
  /** What helps, for a value. */
  readonly hint?: (value: unknown) => string;
  readonly isOptional?: boolean;
  /** It stands for all arguments from here on, but options at the end. */
  readonly isRest?: boolean;
  /** Options: what each may be. */
  readonly options?: Takes;
}

/** Arguments, or options, by name and in order. */
export type Takes = Readonly<Record<string, Kind>>;

const TENSOR = 1;
const NUMBER = 2;
const WHOLE = 4;

/** The arguments of one operation. */
export interface Signature {
  readonly op: string;
  readonly names: readonly string[];
  readonly kinds: readonly Kind[];
  readonly glances: readonly number[];
  /** How many may not be left out. */
  readonly needed: number;
  /** Where the rest begins; −1 where there is none. */
  readonly rest: number;
}

/* @__NO_SIDE_EFFECTS__ */
export function signatureOf(op: string, takes: Takes): Signature {
  const kinds = Object.values(takes);
  const glances = kinds.map((kind) => kind.glance ?? 0);
  const needed = kinds.findLastIndex((kind) => !kind.isOptional) + 1;
  return { op, names: Object.keys(takes), kinds, glances, needed, rest: kinds.findIndex((kind) => kind.isRest) };
}

/**
 * Throws unless the arguments are what the operation takes. Arrays and options are replaced by copies: what the caller
 * does with his own afterwards changes nothing.
 */
export function check(signature: Signature, args: readonly unknown[]): void {
  const { kinds, glances, needed, rest } = signature;
  if (args.length >= needed && areRight(glances, args)) return;
  if (rest >= 0) {
    checkRest(signature, args);
    return;
  }
  const count = Math.max(args.length, needed);
  if (count > kinds.length && args.slice(kinds.length).some((extra) => extra !== undefined))
    refuseCount(signature, args);
  for (let i = 0; i < count && i < kinds.length; i++) {
    const value = args[i];
    if (!kinds[i]!.ok(value)) checkAt(signature, args, i);
    else if (Array.isArray(value)) own(args, i, value.slice());
  }
}

/** Whether all arguments are what most calls have: tensors and numbers where they belong. */
function areRight(glances: readonly number[], args: readonly unknown[]): boolean {
  if (args.length > glances.length) return false;
  for (let i = 0; i < args.length; i++) {
    const value = args[i];
    const right = glances[i]!;
    if (typeof value === "number") {
      if ((right & NUMBER) === 0 && ((right & WHOLE) === 0 || (value | 0) !== value)) return false;
    } else if ((right & TENSOR) === 0 || !(value instanceof Tensor)) return false;
  }
  return true;
}

const own = (args: readonly unknown[], i: number, value: unknown): void => {
  (args as unknown[])[i] = value;
};

/** One argument that is not simply right: left out, options, or wrong. */
function checkAt(signature: Signature, args: readonly unknown[], i: number, k: number = i): void {
  const { op, names, kinds } = signature;
  const value = args[i];
  const { isOptional, options } = kinds[k]!;
  if (value === undefined && isOptional) return;
  if (!options || !isPlain(value)) refuse(op, names[k]!, kinds[k]!, value, i + 1);
  const given = { ...value };
  for (const key of Object.keys(given)) {
    const kind = Object.hasOwn(options, key) ? options[key]! : refuseKey(op, key, options);
    const one = given[key];
    if (one === undefined) continue;
    if (!kind.ok(one)) refuse(op, key, kind, one);
    if (Array.isArray(one)) given[key] = one.slice();
  }
  for (const [key, kind] of Object.entries(options))
    if (given[key] === undefined && !kind.isOptional) refuse(op, key, kind, undefined);
  own(args, i, given);
}

/** The arguments before the rest, the rest (each, or one array of them), and options at the end. */
function checkRest(signature: Signature, args: readonly unknown[]): void {
  const { kinds, rest } = signature;
  const kind = kinds[rest]!;
  for (let i = 0; i < rest; i++) if (!kinds[i]!.ok(args[i])) checkAt(signature, args, i);
  const last = args[args.length - 1];
  const hasOptions =
    rest < kinds.length - 1 &&
    args.length > rest &&
    (last === undefined || (typeof last === "object" && !Array.isArray(last)));
  const end = hasOptions ? args.length - 1 : args.length;
  if (hasOptions) checkAt(signature, args, end, rest + 1);
  const first = args[rest];
  const isList = kind === theSizes && end === rest + 1 && Array.isArray(first);
  if (isList) own(args, rest, first.slice());
  for (const value of isList ? first : args.slice(rest, end))
    if (!kind.ok(value)) refuse(signature.op, signature.names[rest]!, kind, value, rest + 1);
}

/** Objects written as `{ … }`, whichever realm they come from. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

const isWhole = (x: unknown): boolean => Number.isSafeInteger(x);
const isScalar = (x: unknown): boolean => typeof x === "number" || typeof x === "boolean" || typeof x === "bigint";
const areWhole = (x: unknown): boolean => Array.isArray(x) && x.every(isWhole);

const tensorHint = (value: unknown): string =>
  Array.isArray(value) || isScalar(value) || ArrayBuffer.isView(value) ? "Make one: tensor(…)." : "";

export const aTensor: Kind = {
  word: "Tensor",
  need: "a tensor",
  ok: (x) => x instanceof Tensor,
  glance: TENSOR,
  hint: tensorHint,
};

/** A tensor, or a number that adapts to it. */
export const anOperand: Kind = {
  word: "Tensor or Number",
  need: "a tensor or a number",
  ok: (x) => x instanceof Tensor || isScalar(x),
  glance: TENSOR | NUMBER,
  hint: tensorHint,
};

export const someTensors: Kind = {
  word: "tuple of Tensors",
  need: "an array of tensors",
  ok: (x) => Array.isArray(x) && x.every((one) => one instanceof Tensor),
};

/** A number that takes the dtype of what it meets. */
export const aScalar: Kind = { word: "Number", need: "a number", ok: isScalar, glance: NUMBER };

export const aNumber: Kind = { word: "float", need: "a number", ok: (x) => typeof x === "number", glance: NUMBER };

export const aWhole: Kind = { word: "int", need: "a whole number", ok: isWhole, glance: WHOLE };

/** Whole numbers in an array. */
export const someWholes: Kind = {
  word: "tuple of ints",
  need: "an array of whole numbers",
  ok: areWhole,
};

/** One number for all dimensions, or one for each. */
export const extents: Kind = {
  word: "int or tuple of ints",
  need: "a whole number or an array of them",
  ok: (x) => isWhole(x) || areWhole(x),
  glance: WHOLE,
};

/** One dimension, several, or null for all of them. */
export const anyDims: Kind = { ...extents, word: "int, tuple of ints or None", ok: (x) => x === null || extents.ok(x) };

export const aShape: Kind = { ...someWholes, need: "sizes that are whole", error: ShapeError };

/** `2, 3` or `[2, 3]`: to the end of the arguments. */
export const theSizes: Kind = { ...aShape, ok: isWhole, isRest: true };

export const aFlag: Kind = { word: "bool", need: "true or false", ok: (x) => typeof x === "boolean" };

export const aDtype: Kind = {
  word: "torch.dtype",
  need: `one of ${allDtypes.join(", ")}`,
  ok: (x) => allDtypes.includes(x as DType),
  error: DTypeError,
};

export const aGenerator: Kind = {
  word: "Generator or None",
  need: "a Generator or null",
  ok: (x) => x === null || x instanceof Generator,
};

const isSlice = (x: unknown): x is Slice => isPlain(x) && x.kind === "slice";
const isEnd = (x: unknown): boolean => x === null || isWhole(x);

/** What `at` takes for one dimension. */
export const anIndex: Kind = {
  word: "integer, slice, ellipsis, None or Tensor",
  need: 'whole numbers, slice(…), "...", null, booleans or tensors',
  ok: (x) =>
    isWhole(x) ||
    x === null ||
    typeof x === "boolean" ||
    x === "..." ||
    x === "…" ||
    x instanceof Tensor ||
    (isSlice(x) && isEnd(x.start) && isEnd(x.end) && isWhole(x.step)),
  error: IndexError,
  hint: () =>
    "PyTorch: only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices.",
};

/* @__NO_SIDE_EFFECTS__ */
export const oneOf = (...words: readonly string[]): Kind => ({
  word: words.map((word) => `"${word}"`).join(" or "),
  need: words.map((word) => `"${word}"`).join(" or "),
  ok: (x) => words.includes(x as string),
});

export const aReduction: Kind = {
  .../* @__PURE__ */ oneOf("none", "mean", "sum"),
  hint: (x) => `${typeof x === "string" ? x : typeof x} is not a valid value for reduction.`,
};

export const aDevice: Kind = oneOf("cpu");

export const aFunction: Kind = { word: "callable", need: "a function", ok: (x) => typeof x === "function" };

export const aText: Kind = { word: "str", need: "a string", ok: (x) => typeof x === "string" };

/** It may be left out. */
/* @__NO_SIDE_EFFECTS__ */
export const optional = (kind: Kind): Kind => ({ ...kind, isOptional: true });

/** It may be null, or left out. */
/* @__NO_SIDE_EFFECTS__ */
export const nullable = (kind: Kind): Kind => ({
  ...kind,
  word: `${kind.word} or None`,
  need: `${kind.need}, or null`,
  ok: (x) => x === null || kind.ok(x),
  isOptional: true,
});

/** What the first says, or an object of options. */
/* @__NO_SIDE_EFFECTS__ */
export const either = (kind: Kind, { options, need }: Kind): Kind => ({
  ...kind,
  need: `${kind.need}, or ${need}`,
  options: options!,
});

/** It stands for all arguments from here on. */
/* @__NO_SIDE_EFFECTS__ */
export const variadic = (kind: Kind): Kind => ({ ...kind, isRest: true });

/** An object of options, each of which may be left out. */
/* @__NO_SIDE_EFFECTS__ */
export const someOptions = (of: Takes): Kind => {
  const each = Object.fromEntries(Object.entries(of).map(([key, kind]) => [key, optional(kind)]));
  return { ...requiredOptions(each), isOptional: true };
};

/** An object of options that has to be given; so have those of them that are not `optional`. */
/* @__NO_SIDE_EFFECTS__ */
export const requiredOptions = (of: Takes): Kind => ({
  word: "options",
  need: `an object of options (${Object.keys(of).join(", ")})`,
  ok: () => false,
  options: of,
});
