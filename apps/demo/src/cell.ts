/** What is a cell? A step of the tutorial: some words, and a function whose code is shown before it runs. */

import type { Module } from "@ag/nn";
import type { Tensor } from "@ag/tensor";

export type Printable = string | number | boolean | null | undefined | Tensor | Module | readonly Printable[];

/** Prints values as Python's print does: separated by spaces, tensors as PyTorch shows them. */
export type Print = (...values: readonly Printable[]) => void;

export interface Cell {
  /** As the tutorial numbers it; null for what we add. */
  readonly number: number | null;
  readonly title: string;
  /** Gets what earlier cells returned; what it returns is there for later ones. */
  readonly run: (session: never) => object | undefined | Promise<object | undefined>;
}

/** What a cell may always use besides what others returned. */
export interface Tools {
  readonly print: Print;
}

/** The blanks that types leave when they are stripped. */
const tidy = (line: string): string => line.replaceAll(/(\S) {2,}(?=\S)/g, "$1 ").replaceAll(/ ([,)])/g, "$1");

/** The body of a cell's function, without what only hands values on. */
export function codeOf({ run }: Cell): string {
  const source = String(run);
  const body = source.slice(source.indexOf("{", source.indexOf("=>")) + 1, source.lastIndexOf("}"));
  const isShown = (line: string): boolean => line.trim() !== "" && !/^\s*return (\{[^}]*\}|undefined);$/.test(line);
  const lines = body.split("\n").filter(isShown).map(tidy);
  const indent = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(indent).trimEnd()).join("\n");
}
