/**
 * What may the arguments of an operation be? It says so as data, `takes: { x: aTensor, "dim?": anyDims, "options?": { keepdim:
 * aFlag } }`; here they are checked, in one place and before anything happens, for people who write JavaScript too.
 */

import { Tensor } from "../core/tensor.ts";
import { namesOf, refuse, refuseCount, refuseOption } from "./refusal.ts";

/** What one argument has to be. */
export interface Kind {
  /** After "must be"; PyTorch's word where it has one. */
  readonly word: string;
  readonly ok: (value: unknown) => boolean;
  /** What is right at a glance: the sum of {@link TENSOR}, {@link NUMBER} and {@link WHOLE}. */
  readonly glance?: number;
  /** What is thrown; ValueError unless given. */
  readonly error?: new (
    message: string,
  ) => Error;
  /** Of a rest: it may come as one array. */
  readonly mayBeList?: boolean;
  /** What helps, for a value. */
  readonly hint?: (value: unknown) => string;
  /** Of an object of options: what each may be. */
  readonly options?: readonly Parameter[];
}

/** A kind, null, options by name, or any of several. */
type Allowed = Kind | null | Takes | readonly (Kind | null | Takes)[];

/**
 * Arguments by name and in order: `"dim?"` may be left out, `"...sizes"` stands for all from there on but options at the end.
 * Options, by name in any order, may each be left out.
 */
export interface Takes {
  readonly [name: string]: Allowed;
}

export const TENSOR = 1;
export const NUMBER = 2;
export const WHOLE = 4;

/** One argument, or one option. */
export interface Parameter {
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly isOptional: boolean;
}

/** The arguments of one operation. */
export interface Signature {
  readonly op: string;
  readonly parameters: readonly Parameter[];
  readonly glances: readonly number[];
  /** How many may not be left out. */
  readonly needed: number;
  /** Where the rest begins; −1 where there is none. */
  readonly rest: number;
}

const none: Kind = { word: "None", ok: (x) => x === null };

const isKind = (x: Kind | Takes): x is Kind => typeof x.ok === "function";

function kindOf(allowed: Kind | null | Takes): Kind {
  if (allowed === null) return none;
  if (isKind(allowed)) return allowed;
  const options = parametersOf(allowed);
  return { word: "options", ok: isPlain, hint: () => `Options are { ${namesOf(options)} }.`, options };
}

const parametersOf = (takes: Takes): Parameter[] =>
  Object.entries(takes).map(([key, allowed]) => ({
    name: key.replace(/^\.\.\.|\?$/g, ""),
    kinds: [allowed].flat().map(kindOf),
    isOptional: key.endsWith("?"),
  }));

/* @__NO_SIDE_EFFECTS__ */
export function signatureOf(op: string, takes: Takes): Signature {
  const parameters = parametersOf(takes);
  return {
    op,
    parameters,
    glances: parameters.map(({ kinds }) => kinds.reduce((all, { glance = 0 }) => all | glance, 0)),
    needed: parameters.findLastIndex(({ isOptional }) => !isOptional) + 1,
    rest: Object.keys(takes).findIndex((key) => key.startsWith("...")),
  };
}

/**
 * Throws unless the arguments are what the operation takes. Arrays and options are replaced by copies: what the caller
 * does with his own afterwards changes nothing.
 */
export function check(signature: Signature, args: readonly unknown[]): void {
  const { op, parameters, glances, needed, rest } = signature;
  if (args.length >= needed && areRight(glances, args)) return;
  const own = args as unknown[];
  const count = rest < 0 ? parameters.length : rest;
  if (rest < 0 && args.slice(count).some((extra) => extra !== undefined)) refuseCount(signature, args);
  for (let i = 0; i < count; i++)
    if (i < args.length || !parameters[i]!.isOptional) own[i] = taken(op, parameters[i]!, args[i], i + 1);
  if (rest >= 0) checkRest(signature, own);
}

/** As {@link check}, for what is called seldom, such as the constructor of a layer. */
export function need(op: string, takes: Takes, ...args: readonly unknown[]): void {
  check(signatureOf(op, takes), args);
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

/** What the operation gets of a value: of arrays and options a copy. An option has no position. */
function taken(op: string, parameter: Parameter, value: unknown, position = 0): unknown {
  if (value === undefined && (parameter.isOptional || position === 0)) return value;
  const { options } = parameter.kinds.find(({ ok }) => ok(value)) ?? refuse(op, parameter, value, position);
  if (!options) return Array.isArray(value) ? value.slice() : value;
  const copy = { ...(value as Record<string, unknown>) };
  for (const key of Object.keys(copy)) {
    const option = options.find(({ name }) => name === key) ?? refuseOption(op, key, options);
    copy[key] = taken(op, option, copy[key]);
  }
  return copy;
}

/** The rest, each or one array of them, and options at the end. */
function checkRest({ op, parameters, rest }: Signature, args: unknown[]): void {
  const one = parameters[rest]!;
  const options = parameters[rest + 1];
  const last = args.at(-1);
  let end = args.length;
  if (options && end > rest && (last === undefined || (typeof last === "object" && !Array.isArray(last)))) {
    end--;
    args[end] = taken(op, options, last, end + 1);
  }
  const first = args[rest];
  const isList = end === rest + 1 && Array.isArray(first) && one.kinds.some(({ mayBeList }) => mayBeList);
  if (isList) args[rest] = first.slice();
  for (const value of isList ? first : args.slice(rest, end)) taken(op, one, value, rest + 1);
}

/** Objects written as `{ … }`, whichever realm they come from. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
