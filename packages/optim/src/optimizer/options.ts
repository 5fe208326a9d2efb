import { ValueError } from "@ag/tensor/fn";
import { aFlag, aNumber, type Kind, need, type Takes } from "@ag/tensor/internal";
import { snake } from "./keys.ts";

const aList: Kind = { word: "tuple", ok: Array.isArray };

/** What an option may be follows from what it is by default. */
function kindLike(value: unknown): Kind | readonly [Kind, null] {
  if (typeof value === "number") return aNumber;
  if (Array.isArray(value)) return aList;
  return value === null ? [aFlag, null] : aFlag;
}

/** Throws for options that are not among the defaults, or of another kind; `more`: others that may be given. */
export function needOptions(rule: string, defaults: object, options: unknown, more: Takes = {}): void {
  const kinds = Object.entries(defaults).map(([name, value]) => [name, kindLike(value)] as const);
  need(rule, { options: { ...Object.fromEntries(kinds), ...more } }, options);
}

/** Throws for a value that an option cannot have. */
export type Check = (rule: string, name: string, value: unknown) => void;

/** Where an option may be something else than a number from 0, or a flag. */
export type Checks<O> = { readonly [N in keyof O]?: Check };
export type AnyChecks = Readonly<Record<string, Check | undefined>>;

/** PyTorch's words; of others, such as `weight_decay value`, they follow from the name. */
const words: Readonly<Record<string, string>> = { lr: "learning rate", eps: "epsilon value" };

/** A value in a message: anything may stand where a number should, also what cannot be made text. */
export const shown = (value: unknown): string => (typeof value === "number" ? String(value) : typeof value);

/** NaN is not at least 0. */
const nonNegative: Check = (rule, name, value) => {
  if (!(typeof value === "number" && value >= 0))
    throw new ValueError(
      `${rule}: Invalid ${words[name] ?? `${snake(name)} value`}: need a number >= 0; got ${shown(value)}.`,
    );
};

/** Any number will do. */
export const anything: Check = () => {};

/** A flag that changes what is not there to be changed. */
export const notBuilt: Check = (rule, name, value) => {
  if (value === true) throw new ValueError(`${rule}: ${name} is not built yet: need false; got true.`);
};

/** Two shares of old values in running means. */
export const shares: Check = (rule, _, value) => {
  if (!Array.isArray(value) || value.length !== 2)
    throw new ValueError(
      `${rule}: Invalid betas: need two numbers; got ${Array.isArray(value) ? `${value.length} values` : typeof value}.`,
    );
  for (const [i, beta] of value.entries())
    if (!(typeof beta === "number" && beta >= 0 && beta < 1))
      throw new ValueError(
        `${rule}: Invalid beta parameter at index ${i}: need a number in [0, 1); got ${shown(beta)}.`,
      );
};

/** Throws unless each option is in its range. */
export function checkRanges(rule: string, defaults: object, checks: AnyChecks, options: object): void {
  const own: AnyChecks = { differentiable: notBuilt, ...checks };
  for (const [name, usual] of Object.entries(defaults)) {
    const check = own[name] ?? (typeof usual === "number" ? nonNegative : anything);
    check(rule, name, (options as Record<string, unknown>)[name]);
  }
}

/** Throws unless what is a number by default still is one: options of a group are fields that anybody may set. */
export function needNumbers(defaults: object, group: object): void {
  const [usual, now] = [defaults, group] as Readonly<Record<string, unknown>>[];
  for (const name in usual)
    if (typeof usual[name] === "number" && typeof now![name] !== "number")
      throw new ValueError(`step: need a number as ${name}; got ${typeof now![name]}.`);
}
