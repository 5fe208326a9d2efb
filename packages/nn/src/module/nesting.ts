import { ValueError } from "@ag/tensor/fn";
import type { Module } from "./module.ts";

/** More than any model has, and few enough for every walk that recurses. Python's stack ends earlier. */
export const MOST_LEVELS = 500;

/** The error of an operation that meets more levels. */
export const tooDeep = (op: string): ValueError =>
  new ValueError(`${op}: need at most ${MOST_LEVELS} modules inside of each other; got more, or one in itself.`);

/** Throws for a module that is inside of itself, and for more levels than the stack bears: before a walk begins. */
export function checkNesting(op: string, root: Module): void {
  const heights = new Map<Module, number>(); // 0 while its parts are looked at
  const heightOf = (module: Module, level: number): number => {
    const known = heights.get(module);
    if (known === 0)
      throw new ValueError(`${op}: need a tree of modules; got a ${module.constructor.name} inside of itself.`);
    if (level + (known ?? 0) > MOST_LEVELS) throw tooDeep(op);
    if (known !== undefined) return known;
    heights.set(module, 0);
    const height = 1 + module.children().reduce((most, child) => Math.max(most, heightOf(child, level + 1)), 0);
    heights.set(module, height);
    return height;
  };
  heightOf(root, 1);
}
