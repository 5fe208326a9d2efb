import type { Module } from "./module.ts";

const indented = (text: string): string => text.replaceAll("\n", "\n  ");

/** `Name(extra)` on one line, or the children below each other: as PyTorch prints a module. */
export function printModule(name: string, extra: string, children: readonly (readonly [string, string])[]): string {
  const head = extra === "" ? [] : extra.split("\n");
  if (children.length === 0 && head.length <= 1) return `${name}(${extra})`;
  const lines = [...head, ...children.map(([key, text]) => `(${key}): ${indented(text)}`)];
  return `${name}(\n  ${lines.join("\n  ")}\n)`;
}

/** Runs of equal modules become one line, `(0-2): 3 x Linear(…)`. */
export function printList(name: string, modules: readonly Module[]): string {
  const runs: { first: number; count: number; text: string }[] = [];
  modules.forEach((module, i) => {
    const text = String(module);
    const last = runs.at(-1);
    if (last?.text === text) last.count++;
    else runs.push({ first: i, count: 1, text });
  });
  const children = runs.map(({ first, count, text }) =>
    count === 1 ? ([`${first}`, text] as const) : ([`${first}-${first + count - 1}`, `${count} x ${text}`] as const),
  );
  return printModule(name, "", children);
}

/** A number as Python's `repr` writes it in a module's text. */
export function numberText(x: number): string {
  if (!Number.isFinite(x)) return String(x).replace("Infinity", "inf").toLowerCase();
  if (x !== 0 && Math.abs(x) < 1e-4) return x.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  return String(x);
}

type Value = number | boolean | string | null | readonly Value[];

/** `None`, `True` and tuples are data: the text of a module is PyTorch's. */
export function valueText(x: Value): string {
  if (x === null) return "None";
  if (typeof x === "boolean") return x ? "True" : "False";
  if (typeof x === "string") return x;
  return typeof x === "number" ? numberText(x) : `(${x.map(valueText).join(", ")})`;
}

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Fields of a layer under Python's names: `kernel_size=3, ceil_mode=False`. */
export const optionsText = (layer: Module, ...fields: readonly string[]): string =>
  fields
    .map((field) => {
      const value = (layer as unknown as Record<string, Value>)[field]!;
      return `${snake(field)}=${typeof value === "string" ? `'${value}'` : valueText(value)}`;
    })
    .join(", ");
