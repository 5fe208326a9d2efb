/** Are two answers to a program the same? Exact in dtypes, shapes, strides, flags, nodes and refusals; numbers within a tolerance. */
import type { Program } from "./program.ts";
import { crashed } from "./pytorch.ts";

/** Relative, for the coarsest dtype of a program: what was computed in it may go on in a finer one. */
const tolerances: readonly (readonly [dtype: string, tolerance: number])[] = [
  ["float32", 5e-5],
  ["float64", 2e-7],
];

const toleranceOf = (program: Program): number => {
  const text = JSON.stringify(program);
  return tolerances.find(([dtype]) => text.includes(dtype))?.[1] ?? 2e-7;
};

/** How answers differ, from the worst: `silent` are wrong numbers, `state` flags and nodes. */
export const kinds = ["silent", "state", "throws", "accepts", "text", "strides"] as const;
export type Kind = (typeof kinds)[number];

export interface Difference {
  readonly kind: Kind;
  /** The step, or in which section. */
  readonly where: string;
  readonly step: number | null;
  readonly ours: string;
  readonly theirs: string;
}

const isRefusal = (word: string): boolean => word.startsWith("!");

function sameNumbers(a: readonly string[], b: readonly string[], tolerance: number): boolean {
  const [total, size, odd] = b;
  const near = (i: number, slack: number): boolean =>
    Math.abs(Number(a[i]) - Number(b[i])) <= slack * (1 + Number(size));
  return a[2] === odd && (a[0] === total || near(0, tolerance)) && (a[1] === size || near(1, tolerance + 0.011));
}

/** Nodes of views: one that is made anew may be that of a view of any kind. */
const anew = "AsStrided0";
const viewNodes =
  /^(View|Slice|Select|Transpose|T|Permute|Expand|Unsqueeze|Squeeze|Diagonal|Alias|AsStrided|UnsafeView|ReshapeAlias|Narrow|Detach|Split|Unbind|Chunk)\d?$/;
const isSameNode = (a: string, b: string): boolean =>
  a === b || ([a, b].includes(anew) && viewNodes.test(a) && viewNodes.test(b));

/** The parts of a word, with flags before the numbers. */
type Parts = readonly [
  dtype: string,
  shape: string,
  strides: string,
  flags: string,
  node: string,
  ...numbers: string[],
];

/** How two words for a tensor differ; of a gradient neither strides nor node count: a formula may be a kernel there. */
function differenceOfWords(ours: string, theirs: string, tolerance: number, isGradient: boolean): Kind | null {
  if (ours === theirs) return null;
  if (theirs === "?") return null; // nobody may ask PyTorch what this view is
  if (isRefusal(ours) && isRefusal(theirs)) return "text";
  if (isRefusal(ours)) return "throws";
  if (isRefusal(theirs)) return "accepts";
  const [a, b] = [ours.split(":"), theirs.split(":")] as unknown as [Parts, Parts];
  if (a.length !== b.length || a.length < 8) return "silent";
  if (a[0] !== b[0] || a[1] !== b[1] || !sameNumbers(a.slice(5), b.slice(5), tolerance)) return "silent";
  if (a[3] !== b[3] || !(isGradient || isSameNode(a[4], b[4]))) return "state";
  return isGradient || a[2] === b[2] ? null : "strides";
}

const listOf = (section: string | undefined): string[] => (section ? section.split(" ") : []);
const named = (section: string | undefined): Map<string, string> =>
  new Map(listOf(section).map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)]));

/** Numbers so large that rounding decides them. */
const isChaotic = (answer: string): boolean =>
  answer.split(/[ |;]/).some((word) => Number(word.split(":").at(-2) ?? 0) > 1e6);

/** A gradient, or what a backward gave: its strides and node are its own. */
const isGradientStep = (program: Program, step: number): boolean => program[step]?.[0] === "grad";

/** Differences that are known, whatever the program: here less is saved, so that less is found overwritten. */
export const isKnown = ({ kind, theirs }: Difference): boolean => kind === "accepts" && theirs === "!modified";

function firstOfSteps(program: Program, ours: string, theirs: string, tolerance: number): Difference | null {
  const [a, b] = [listOf(ours), listOf(theirs)];
  for (let step = 0; step < program.length; step++) {
    const [x, y] = [(a[step] ?? "").split(";"), (b[step] ?? "").split(";")];
    for (let part = 0; part < Math.max(x.length, y.length); part++) {
      const [mine, other] = [x[part] ?? "", y[part] ?? ""];
      const kind = differenceOfWords(mine, other, tolerance, isGradientStep(program, step));
      if (kind) return { kind, where: JSON.stringify(program[step]), step, ours: mine, theirs: other };
    }
  }
  return null;
}

/** The first difference of what is there at the end: of values, or of their gradients. */
function firstOfEnd(
  program: Program,
  answers: readonly [string[], string[]],
  section: 1 | 2,
): Omit<Difference, "step"> | null {
  const tolerance = toleranceOf(program);
  const [a, b] = answers.map((one) => named(one[section])) as [Map<string, string>, Map<string, string>];
  const madeIn = (answer: string[], name: string): string => {
    const [step, part] = name.split(".").map(Number) as [number, number];
    return section === 1 ? (listOf(answer[0])[step] ?? "").split(";")[part]! : "none";
  };
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const [mine, other] = [a.get(name) ?? madeIn(answers[0], name), b.get(name) ?? madeIn(answers[1], name)];
    const isGradient = section === 2 || isGradientStep(program, Number(name.split(".")[0]));
    const kind = differenceOfWords(mine, other, tolerance, isGradient);
    if (kind)
      return {
        kind,
        where: `${section === 1 ? "" : "the gradient of "}$${name} at the end`,
        ours: mine,
        theirs: other,
      };
  }
  return null;
}

function firstOfHooks(program: Program, ours: string, theirs: string): Omit<Difference, "step"> | null {
  const [a, b] = [listOf(ours), listOf(theirs)];
  const tolerance = toleranceOf(program);
  const at = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => i).find(
    (i) => a[i] !== b[i] && (!a[i] || !b[i] || !sameNumbers(a[i]!.split(":"), b[i]!.split(":"), tolerance)),
  );
  if (at === undefined) return null;
  return { kind: "silent", where: `call ${at} of a hook`, ours: a[at] ?? "none", theirs: b[at] ?? "none" };
}

/** The first difference between our answer and PyTorch's. */
export function differenceOf(program: Program, ours: string, theirs: string): Difference | null {
  if (theirs === crashed || isChaotic(theirs)) return null;
  const answers = [ours.split("|"), theirs.split("|")] as [string[], string[]];
  const [a, b] = answers;
  const inSteps = firstOfSteps(program, a[0]!, b[0]!, toleranceOf(program));
  if (inSteps) return inSteps;
  const atEnd =
    firstOfEnd(program, answers, 1) ?? firstOfEnd(program, answers, 2) ?? firstOfHooks(program, a[3] ?? "", b[3] ?? "");
  return atEnd && { ...atEnd, kind: isCutShort(program, a[0]!) ? "text" : atEnd.kind, step: null };
}

/** Whether a pass was refused half way: how far it had come by then depends on which of two independent nodes runs first. */
const isCutShort = (program: Program, words: string): boolean =>
  listOf(words).some((word, step) => isRefusal(word) && ["grad", "backward"].includes(program[step]![0]));

/** Whether two lists of words are the same but for rounding. */
export function compareWords(program: Program, ours: string, theirs: string): boolean {
  const [a, b] = [ours.split(/[ ;]/), theirs.split(/[ ;]/)];
  const tolerance = toleranceOf(program);
  const bare = (word: string | undefined): string => (word ?? "").replace(/^[\d.]+=/, "");
  return (
    a.length === b.length && a.every((word, i) => differenceOfWords(bare(word), bare(b[i]), tolerance, false) === null)
  );
}

/** What differs at the end. */
function endOf({ where, ours, theirs }: Difference): string {
  if (where.startsWith("call")) return "what a hook saw";
  if (!where.startsWith("the gradient")) return "a value at the end";
  return ours === "none" ? "a gradient that is missing" : theirs === "none" ? "a gradient too many" : "a gradient";
}

/** Differences of a group have one cause, likely. */
export function groupOf(difference: Difference, program: Program): string {
  const { kind, ours, theirs, step } = difference;
  const stateOf = (word: string): string => word.split(":").slice(3, 5).join(" ").trim() || "plain";
  const refusalOf = (word: string): string => (word.startsWith("!") ? word : "a value");
  if (kind === "strides") return kind;
  if (kind === "state") return `${kind} ${stateOf(ours)} / ${stateOf(theirs)}`;
  const name = step === null ? endOf(difference) : program[step]![0];
  if (kind === "silent") return `${kind} ${name}`;
  const refused = `${refusalOf(ours)} / ${refusalOf(theirs)}`;
  return kind === "text" ? `${kind} ${refused}` : `${kind} ${name} ${refused}`;
}
