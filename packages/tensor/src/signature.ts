/**
 * What may the arguments of an operation be? It says so as data, `takes: { x: aTensor, "dim?": anyDims, "options?": { keepdim:
 * aFlag } }`; here they are checked, in one place and before anything happens, for people who write JavaScript too.
 */
import { refuse, refuseCount, refuseKey } from "./refusal.ts";
import { Tensor } from "./tensor.ts";

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

/** One argument. */
export interface Parameter {
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly takesNull: boolean;
  /** What each option may be, where an object of options is right. */
  readonly options: ReadonlyMap<string, Parameter> | null;
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

const isKind = (x: Kind | Takes): x is Kind => typeof x.ok === "function";

function parameterOf(key: string, allowed: Allowed): Parameter {
  const all: readonly (Kind | null | Takes)[] = Array.isArray(allowed) ? allowed : [allowed];
  const some = all.filter((one) => one !== null);
  const options = some.find((one) => !isKind(one));
  return {
    name: key.replace(/^\.\.\.|\?$/g, ""),
    kinds: some.filter(isKind),
    takesNull: some.length < all.length,
    options: options ? new Map(parametersOf(options as Takes).map((one) => [one.name, one])) : null,
    isOptional: key.endsWith("?"),
  };
}

const parametersOf = (takes: Takes): Parameter[] =>
  Object.entries(takes).map(([key, allowed]) => parameterOf(key, allowed));

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
  const { parameters, glances, needed, rest } = signature;
  if (args.length >= needed && areRight(glances, args)) return;
  if (rest >= 0) {
    checkRest(signature, args);
    return;
  }
  if (args.slice(parameters.length).some((extra) => extra !== undefined)) refuseCount(signature, args);
  for (let i = 0; i < parameters.length; i++) checkAt(signature, args, i);
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

const isRight = ({ kinds, takesNull }: Parameter, value: unknown): boolean =>
  (value === null && takesNull) || kinds.some((kind) => kind.ok(value));

/** Argument `i`, which is parameter `p`. */
function checkAt({ op, parameters }: Signature, args: readonly unknown[], i: number, p: number = i): void {
  const parameter = parameters[p]!;
  const value = args[i];
  if (value === undefined && parameter.isOptional) return;
  if (isRight(parameter, value)) {
    if (Array.isArray(value)) own(args, i, value.slice());
  } else if (parameter.options && isPlain(value)) own(args, i, checkedOptions(op, parameter.options, value));
  else refuse(op, parameter, value, i + 1);
}

/** A copy of options of which each exists and is right. */
function checkedOptions(op: string, known: ReadonlyMap<string, Parameter>, given: Record<string, unknown>): object {
  const copy = { ...given };
  for (const key of Object.keys(copy)) {
    const parameter = known.get(key) ?? refuseKey(op, key, [...known.keys()]);
    const value = copy[key];
    if (value === undefined) continue;
    if (!isRight(parameter, value)) refuse(op, parameter, value);
    if (Array.isArray(value)) copy[key] = value.slice();
  }
  return copy;
}

const own = (args: readonly unknown[], i: number, value: unknown): void => {
  (args as unknown[])[i] = value;
};

/** The arguments before the rest, the rest (each, or one array of them), and options at the end. */
function checkRest(signature: Signature, args: readonly unknown[]): void {
  const { op, parameters, rest } = signature;
  for (let i = 0; i < rest; i++) checkAt(signature, args, i);
  const last = args[args.length - 1];
  const mayBeOptions = last === undefined || (typeof last === "object" && !Array.isArray(last));
  const hasOptions = rest < parameters.length - 1 && args.length > rest && mayBeOptions;
  const end = hasOptions ? args.length - 1 : args.length;
  if (hasOptions) checkAt(signature, args, end, rest + 1);
  const first = args[rest];
  const isList = end === rest + 1 && Array.isArray(first) && parameters[rest]!.kinds.some((kind) => kind.mayBeList);
  if (isList) own(args, rest, first.slice());
  for (const value of isList ? first : args.slice(rest, end))
    if (!isRight(parameters[rest]!, value)) refuse(op, parameters[rest]!, value, rest + 1);
}

/** Objects written as `{ … }`, whichever realm they come from. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
