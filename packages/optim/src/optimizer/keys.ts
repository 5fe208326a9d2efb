/** How do options read? camelCase on objects; PyTorch's names, in PyTorch's nesting, in state dicts and printed text. */

export const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const camel = (name: string): string =>
  name.replace(/(?<=[a-z0-9])_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Fields under PyTorch's names. */
export const keyed = (fields: object): Map<string, unknown> =>
  new Map(Object.entries(fields).map(([name, value]) => [snake(name), value]));

/** The fields of a Map with PyTorch's names. */
export const unkeyed = (map: ReadonlyMap<unknown, unknown>): Record<string, unknown> =>
  Object.fromEntries([...map].map(([key, value]) => [camel(String(key)), value]));

function numberText(x: number): string {
  if (!Number.isFinite(x)) return String(x).replace("Infinity", "inf").toLowerCase();
  if (x !== 0 && Math.abs(x) < 1e-4) return x.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  return String(x);
}

/** As Python prints an option. */
export function optionText(x: unknown): string {
  if (x === null || x === undefined) return "None";
  if (typeof x === "boolean") return x ? "True" : "False";
  if (typeof x === "number") return numberText(x);
  if (typeof x === "string") return x;
  return Array.isArray(x) ? `(${x.map(optionText).join(", ")})` : JSON.stringify(x);
}
