import type { Random } from "../random.ts";

/** Something that can be called, and good arguments for it. */
export interface Subject {
  /** As it reads in code: `relu`, `x.relu_`, `new Linear`. */
  readonly name: string;
  readonly args: (random: Random) => readonly unknown[];
  readonly call: (...args: readonly unknown[]) => unknown;
  /** The first argument is what a method is called on. */
  readonly receiver?: boolean;
  /** What a successful call may change: nothing, what its first argument shares, or anything. */
  readonly writes?: "first" | "any";
  /** Its answers may be NaN, and hold elements that were never written. */
  readonly blank?: boolean;
  /** Nobody may hand it a foreign value: it takes tensors, numbers, lists and options only. */
  readonly strict?: boolean;
}

export type Method = (...args: readonly unknown[]) => unknown;

/** A method of what its first argument is. */
export const method =
  (name: string): Method =>
  (on, ...rest) =>
    (on as Readonly<Record<string, Method>>)[name]!.call(on, ...rest);
