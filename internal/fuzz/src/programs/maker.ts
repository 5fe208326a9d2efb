/** What makers of steps have in common. */
import type { Random } from "../random.ts";
import type { Known, Step } from "./program.ts";

/** A step, and what is known of its value; `storage`: of whom it is a view. */
export interface Made {
  readonly step: Step;
  readonly out: Pick<Known, "shape" | "dtype" | "low" | "high">;
  readonly view?: Known;
  /** Where a step gives a list: what is known of each. */
  readonly parts?: readonly Made["out"][];
  /** Never recorded. */
  readonly untracked?: boolean;
}

export type Maker = (x: Known, pick: (fits?: (other: Known) => boolean) => Known | null, random: Random) => Made | null;

export const ref = ({ step, part }: Known): string => (part === undefined ? `$${step}` : `$${step}.${part}`);
export const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
export const widest = ({ low, high }: Pick<Known, "low" | "high">): number => Math.max(Math.abs(low), Math.abs(high));
export const dimOf = (x: Known, random: Random): number | null =>
  x.shape.length === 0 ? null : random.whole(0, x.shape.length);
export const signed = (dim: number, x: Known, random: Random): number =>
  random.chance(0.3) ? dim - x.shape.length : dim;

/** The shape that both stretch to, if there is one. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] | null {
  const length = Math.max(a.length, b.length);
  const sizeAt = (s: readonly number[], i: number): number => s[i - length + s.length] ?? 1;
  const pairs = Array.from({ length }, (_, i) => [sizeAt(a, i), sizeAt(b, i)] as const);
  return pairs.every(([m, n]) => m === n || m === 1 || n === 1) ? pairs.map(([m, n]) => (m === 1 ? n : m)) : null;
}
