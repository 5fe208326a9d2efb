/** What is said of a wrong argument? PyTorch's fragment, what is needed, what came, and what was probably meant. */

import { ValueError } from "./errors.ts";
import { describeForeign } from "./foreign.ts";
import { showShape } from "./shape.ts";
import type { Parameter, Signature } from "./signature.ts";

/** A value's type as messages name it. */
function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  const { name } = (value.constructor ?? {}) as { readonly name?: unknown };
  return typeof name === "string" && name !== "" ? name : "object";
}

/** A value as messages show it: short, and without running its code. */
function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value))
    return value.length > 8 ? `an array of ${value.length}` : `[${value.map(shownWithin).join(", ")}]`;
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) {
    const { shape } = value as { readonly shape?: unknown };
    return Array.isArray(shape) && shape.every(Number.isInteger)
      ? `a tensor of shape ${showShape(shape)}`
      : `an object (${typeOf(value)})`;
  }
  return String(value);
}

const shownWithin = (value: unknown): string => (Array.isArray(value) ? "[…]" : shown(value));

const sentences = (...parts: readonly (string | null | undefined)[]): string => parts.filter(Boolean).join(" ");

/** What came as an argument, at a position, or as an option is not what it must be. */
export function refuse(
  op: string,
  { name, kinds, takesNull, options }: Parameter,
  value: unknown,
  position = 0,
): never {
  const words = [...kinds.map(({ word }) => word), takesNull && "None", options && "options"]
    .filter(Boolean)
    .join(" or ");
  const where = position > 0 ? ` (position ${position})` : "";
  const { error = ValueError, hint } = kinds[0] ?? {};
  throw new error(
    sentences(
      `${op}: ${op}(): argument '${name}'${where} must be ${words}, not ${typeOf(value)}: need ${words}; got ${shown(value)}.`,
      describeForeign(value) ?? hint?.(value),
      options && `Options are { ${[...options.keys()].join(", ")} }.`,
    ),
  );
}

/** More arguments than the operation takes. */
export function refuseCount({ op, parameters }: Signature, args: readonly unknown[]): never {
  const options = parameters.at(-1)?.options;
  throw new ValueError(
    sentences(
      `${op}: ${op}() takes ${parameters.length} positional argument${parameters.length === 1 ? "" : "s"} but ` +
        `${args.length} were given: need ${parameters.map(({ name }) => name).join(", ")}; got ${args.map(shown).join(", ")}.`,
      options && `Options are { ${[...options.keys()].join(", ")} }.`,
    ),
  );
}

/** An option that does not exist. */
export function refuseKey(op: string, key: string, known: readonly string[]): never {
  const near = nearest(key, known);
  throw new ValueError(
    sentences(
      `${op}: ${op}() got an unexpected keyword argument '${key}': need ${known.join(", ") || "no options"}; got ${key}.`,
      near && `Did you mean ${near}?`,
    ),
  );
}

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

/** The known word that differs by the fewest letters, if they are few. */
const nearest = (key: string, known: readonly string[]): string | undefined =>
  known
    .filter((word) => difference(key, word) <= Math.min(3, word.length / 2))
    .sort((a, b) => difference(key, a) - difference(key, b))[0];
