/** Are two answers to a program the same? Exact in dtypes, shapes, flags, nodes and refusals; numbers within a tolerance. */
import type { Program, Step } from "./program.ts";

/** Relative, for the coarsest dtype of a program: what was computed in it may go on in a finer one. */
const tolerances: readonly (readonly [dtype: string, tolerance: number])[] = [
  ["float32", 5e-5],
  ["float64", 2e-7],
];

const toleranceOf = (program: Program): number => {
  const text = JSON.stringify(program);
  return tolerances.find(([dtype]) => text.includes(dtype))?.[1] ?? 2e-7;
};

function sameWord(ours: string, theirs: string, tolerance: number, exact: readonly number[]): boolean {
  if (ours === theirs) return true;
  const [a, b] = [ours.split(":"), theirs.split(":")];
  if (a.length !== 7 || b.length !== 7) return false;
  if (exact.some((i) => a[i] !== b[i])) return false;
  const near = (i: number): boolean => Math.abs(Number(a[i]) - Number(b[i])) <= tolerance * (1 + Number(b[5]));
  return near(4) && Math.abs(Number(a[5]) - Number(b[5])) <= (tolerance + 0.005) * (1 + Number(b[5]));
}

/** Parts of a word that must be equal. The node of a gradient is another: a formula of ours may be a kernel of theirs. */
const named = [0, 1, 2, 3, 6];
const bare = [0, 1, 2, 6];
const isGradient = (step: Step | undefined): boolean => step === undefined || step[0] === "grad";

/** Numbers so large that rounding decides them. */
const isChaotic = (words: readonly string[]): boolean => words.some((word) => Number(word.split(":")[5] ?? 0) > 1e6);

export interface Difference {
  /** The first step that differs; −1: the gradient of a leaf. */
  readonly step: number;
  readonly ours: string;
  readonly theirs: string;
}

const isWrite = ([name]: Step): boolean => name.endsWith("_");

/** Differences that are known, whatever the program. */
function isKnown(program: Program, at: number, ours: string, theirs: string): boolean {
  const [name] = program[at] ?? [];
  // An overwritten value that this gradient does not read: only PyTorch refuses.
  const isBackward = name === "grad" || name === "backward";
  return isBackward && theirs === "!" && ours !== "-" && program.slice(0, at).some(isWrite);
}

/** The first difference between our answer and PyTorch's. */
export function differenceOf(program: Program, ours: readonly string[], theirs: readonly string[]): Difference | null {
  if (isChaotic(theirs)) return null;
  const tolerance = toleranceOf(program);
  const at = Array.from({ length: Math.max(ours.length, theirs.length) }, (_, i) => i).find(
    (i) => !sameWord(ours[i] ?? "", theirs[i] ?? "", tolerance, isGradient(program[i]) ? bare : named),
  );
  if (at === undefined || isKnown(program, at, ours[at] ?? "", theirs[at] ?? "")) return null;
  return { step: at < program.length ? at : -1, ours: ours[at] ?? "nothing", theirs: theirs[at] ?? "nothing" };
}
