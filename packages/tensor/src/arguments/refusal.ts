/** What is said of a wrong argument? PyTorch's fragment, what is needed, what came, and what was probably meant. */

import { ValueError } from "../core/errors.ts";
import { describeForeign } from "../core/foreign.ts";
import { showShape } from "../layout/shape.ts";
import type { Parameter, Signature } from "./signature.ts";

/** A value's type as messages name it. */
function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  const { name } = (value.constructor ?? {}) as { readonly name?: unknown };
  return typeof name === "string" && name !== "" ? name : "object";
}

/** A value as messages show it: short, and without running its code. */
export function shown(value: unknown): string {
  if (Array.isArray(value))
    return value.length > 8
      ? `an array of ${value.length}`
      : `[${value.map((x) => (Array.isArray(x) ? "[…]" : shown(x))).join(", ")}]`;
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (Object(value) !== value) return String(value);
  const { shape } = value as { readonly shape?: unknown };
  return Array.isArray(shape) && shape.every(Number.isInteger)
    ? `a tensor of shape ${showShape(shape)}`
    : typeOf(value);
}

export const namesOf = (parameters: readonly Parameter[]): string => parameters.map(({ name }) => name).join(", ");

const sentences = (op: string, ...parts: readonly (string | null | undefined)[]): string =>
  `${op}: ${op}()${parts.filter(Boolean).join(" ")}`;

/** What came as an argument, at a position, or as an option is not what it must be. */
export function refuse(op: string, { name, kinds }: Parameter, value: unknown, position: number): never {
  const words = kinds.map(({ word }) => word).join(" or ");
  const where = position > 0 ? ` (position ${position})` : "";
  throw new (kinds[0]!.error ?? ValueError)(
    sentences(
      op,
      `: argument '${name}'${where} must be ${words}, not ${typeOf(value)}: need ${words}; got ${shown(value)}.`,
      describeForeign(value),
      ...kinds.map(({ hint }) => hint?.(value)),
    ),
  );
}

/** More arguments than the operation takes. */
export function refuseCount({ op, parameters }: Signature, args: readonly unknown[]): never {
  throw new ValueError(
    sentences(
      op,
      ` takes ${parameters.length} positional argument${parameters.length === 1 ? "" : "s"} but ${args.length} were given: ` +
        `need ${namesOf(parameters)}; got ${args.map(shown).join(", ")}.`,
      ...(parameters.at(-1)?.kinds.map(({ options, hint }) => options && hint?.(0)) ?? []),
      Object.hasOwn(Object(args.at(-1)), "out") ? withoutOut : null,
    ),
  );
}

/** For those who bring `out=` from PyTorch. */
const withoutOut = "Write target.copy_(result), or use the method with an underscore.";

/** An option that does not exist. */
export function refuseOption(op: string, key: string, known: readonly Parameter[]): never {
  const [near] = nearest(
    key,
    known.map(({ name }) => name),
  );
  throw new ValueError(
    sentences(
      op,
      ` got an unexpected keyword argument '${key}': need ${namesOf(known) || "no options"}; got ${key}.`,
      key === "out" ? withoutOut : near && `Did you mean ${near}?`,
    ),
  );
}

/** What may have been meant, the nearest first. */
export const nearest = (word: string, known: readonly string[]): string[] =>
  known
    .filter((name) => difference(word, name) <= Math.min(3, name.length / 2))
    .sort((a, b) => difference(word, a) - difference(word, b));

const letters = (word: string): string => word.toLowerCase().replaceAll("_", "");

/** How many letters only one of two words has. */
function difference(a: string, b: string): number {
  let rest = letters(a);
  let alone = 0;
  for (const letter of letters(b)) {
    if (!rest.includes(letter)) alone++;
    rest = rest.replace(letter, "");
  }
  return alone + rest.length;
}
