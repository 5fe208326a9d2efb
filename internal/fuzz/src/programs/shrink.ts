/** The smallest part of a program that differs in the same way. */
import { type Difference, differenceOf, groupOf } from "./compare.ts";
import { answerOf } from "./interpret.ts";
import type { Argument, Program, Step } from "./program.ts";
import type { PyTorch } from "./pytorch.ts";

/** A program that differs, with both answers. */
export interface Case {
  readonly program: Program;
  readonly difference: Difference;
  readonly ours: string;
  readonly theirs: string;
}

const stepOf = (text: string): number => Number(text.slice(1).split(".")[0]);
const isReference = (x: Argument): x is string => typeof x === "string" && x.startsWith("$");

function mapReferences(x: Argument, change: (text: string) => string): Argument {
  if (isReference(x)) return change(x);
  if (Array.isArray(x)) return x.map((item: Argument) => mapReferences(item, change));
  if (typeof x !== "object" || x === null) return x;
  return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, mapReferences(value, change)]));
}

function refersTo(step: Step, gone: ReadonlySet<number>): boolean {
  let found = false;
  mapReferences(step.slice(1), (text) => {
    found ||= gone.has(stepOf(text));
    return text;
  });
  return found;
}

/** Without a step, and without all that needs what it gives. */
function without(program: Program, index: number): Program {
  const gone = new Set([index]);
  program.forEach((step, i) => {
    if (i > index && refersTo(step, gone)) gone.add(i);
  });
  const place = new Map(
    program
      .map((_, i) => i)
      .filter((i) => !gone.has(i))
      .map((i, at) => [i, at]),
  );
  const moved = (text: string): string => text.replace(/\d+/, (step) => String(place.get(Number(step))));
  return program.filter((_, i) => !gone.has(i)).map((step) => mapReferences(step, moved) as unknown as Step);
}

/** Every program that is one step, or one root or input of a pass, smaller. */
function smaller(program: Program): Program[] {
  const steps = program.map((_, i) => without(program, program.length - 1 - i));
  const recorded = program.flatMap((step, i) =>
    step[0].startsWith("~") ? [program.with(i, [step[0].slice(1), ...step.slice(1)] as unknown as Step)] : [],
  );
  return [...steps, ...recorded].filter((one) => one.length > 0);
}

export async function shrink(start: Case, pytorch: PyTorch): Promise<Case> {
  let best = start;
  const group = groupOf(start.difference, start.program);
  for (;;) {
    const candidates = smaller(best.program);
    const answers = await pytorch.ask(candidates);
    const found = candidates.flatMap((program, i) => {
      const [ours, theirs] = [answerOf(program), answers[i]!];
      const difference = differenceOf(program, ours, theirs);
      return difference && groupOf(difference, program) === group ? [{ program, difference, ours, theirs }] : [];
    });
    const next = found.reduce<Case | null>(
      (least, one) => (least && least.program.length <= one.program.length ? least : one),
      null,
    );
    if (!next) return best;
    best = next;
  }
}
