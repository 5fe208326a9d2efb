import { ValueError } from "@ag/tensor/fn";
import { aFlag, aNumber, type Kind, need, type Takes } from "@ag/tensor/internal";

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

/** Throws unless a number is at least 0; NaN is not. */
export function needNonNegative(rule: string, fragment: string, value: number): void {
  if (!(typeof value === "number" && value >= 0))
    throw new ValueError(`${rule}: Invalid ${fragment}: need a number >= 0; got ${String(value)}.`);
}

/** Throws unless what is a number by default still is one: options of a group are fields that anybody may set. */
export function needNumbers(defaults: object, group: object): void {
  for (const [name, value] of Object.entries(defaults)) {
    const now = (group as Record<string, unknown>)[name];
    if (typeof value === "number" && typeof now !== "number")
      throw new ValueError(`step: need a number as ${name}; got ${typeof now}.`);
  }
}
