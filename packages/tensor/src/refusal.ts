/** What is said of a wrong argument? PyTorch's fragment, what is needed, what came, and what was probably meant. */
import type { Kind, Signature, Takes } from "./arguments.ts";
import { ValueError } from "./errors.ts";
import { describeForeign } from "./foreign.ts";
import { showShape } from "./shape.ts";

/** A value's type as messages name it. */
function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  return (value.constructor as { readonly name?: string } | undefined)?.name || "object";
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
    return Array.isArray(shape) ? `a tensor of shape ${showShape(shape)}` : `an object (${typeOf(value)})`;
  }
  return String(value);
}

const shownWithin = (value: unknown): string => (Array.isArray(value) ? "[…]" : shown(value));

const sentences = (...parts: readonly (string | null | undefined)[]): string => parts.filter(Boolean).join(" ");

/** What came as `name`, an argument or an option, is not what it must be. */
export function refuse(op: string, name: string, kind: Kind, value: unknown, position?: number): never {
  const { word, need, options, hint, error = ValueError } = kind;
  const where = position === undefined ? "" : ` (position ${position})`;
  throw new error(
    sentences(
      `${op}: ${op}(): argument '${name}'${where} must be ${word}, not ${typeOf(value)}: need ${need}; got ${shown(value)}.`,
      describeForeign(value) ?? hint?.(value),
      options && `Write { ${Object.keys(options)[0]}: … }.`,
    ),
  );
}

/** More arguments than the operation takes. */
export function refuseCount({ op, names, kinds }: Signature, args: readonly unknown[]): never {
  const options = kinds.at(-1)?.options;
  throw new ValueError(
    sentences(
      `${op}: ${op}() takes ${names.length} positional argument${names.length === 1 ? "" : "s"} but ${args.length} were ` +
        `given: need ${names.join(", ")}; got ${args.map(shown).join(", ")}.`,
      options && `Options are one object: ${Object.keys(options).join(", ")}.`,
    ),
  );
}

/** An option that does not exist. */
export function refuseKey(op: string, key: string, options: Takes): never {
  const known = Object.keys(options);
  const near = nearest(key, known);
  throw new ValueError(
    sentences(
      `${op}: ${op}() got an unexpected keyword argument '${key}': need ${known.join(", ") || "no options"}; got ${key}.`,
      near && `Did you mean ${near}?`,
    ),
  );
}

const plain = (key: string): string => key.toLowerCase().replaceAll("_", "");

/** The known word that takes the fewest changes of a letter, if they are few. */
function nearest(key: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((word) => ({ word, steps: distance(plain(key), plain(word)) }))
    .sort((a, b) => a.steps - b.steps);
  const best = ranked[0];
  return best && best.steps <= Math.max(2, best.word.length / 3) && best.steps < best.word.length
    ? best.word
    : undefined;
}

/** Letters to insert, delete or replace (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + Number(a[i - 1] !== b[j - 1])));
    row = next;
  }
  return row[b.length]!;
}
