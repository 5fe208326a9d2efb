/** Programs with PyTorch beside us, or against what it once answered. */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { pythonWithTorch } from "@ag/goldens/python";
import { type Difference, differenceOf } from "./compare.ts";
import { programOf, type Written } from "./generate.ts";
import { answerOf } from "./interpret.ts";
import type { Program } from "./program.ts";

const script = fileURLToPath(new URL("../../../goldens/python/programs.py", import.meta.url));
const golden = new URL("../../../goldens/answers/programs.json", import.meta.url);

/** Kept answers: of the programs 0, 1, … of a seed. */
interface Answers {
  readonly seed: number;
  /** Of the programs' text: another generator writes other programs. */
  readonly programs: number;
  readonly answers: readonly string[];
}

/** A number for a text (FNV-1a). */
const digestOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193) >>> 0;
  return hash;
};

const written = (seed: number, count: number): Written[] =>
  Array.from({ length: count }, (_, number) => programOf(seed, number));

const digest = (list: readonly Written[]): number => digestOf(JSON.stringify(list.map(({ program }) => program)));

/** PyTorch's answers, from the Python that AG_PYTHON names, or one that is installed. */
async function askPyTorch(programs: readonly Program[]): Promise<string[]> {
  const python = spawn(pythonWithTorch(), [script], { stdio: ["pipe", "pipe", "inherit"] });
  python.stdin.end(JSON.stringify(programs));
  const answers: string[] = [];
  for await (const line of createInterface({ input: python.stdout })) answers.push(line);
  if (answers.length < programs.length)
    throw new Error(`fuzz: need an answer to each program; got ${answers.length} answers.`);
  return answers;
}

/** A program whose answers differ. */
export interface Mismatch extends Difference {
  readonly number: number;
  readonly program: Program;
  /** What it does that is known to differ. */
  readonly gaps: readonly string[];
}

function mismatchesOf(list: readonly Written[], answers: readonly string[], from = 0): Mismatch[] {
  return list.flatMap(({ program, gaps }, i) => {
    const difference = differenceOf(program, answerOf(program), answers[i]!.split(" "));
    return difference ? [{ ...difference, number: from + i, program, gaps: [...gaps] }] : [];
  });
}

/** How a mismatch reads, and what makes this program alone. */
export const lineOf = (seed: number, { number, program, step, ours, theirs }: Mismatch): string =>
  `${step < 0 ? "a gradient" : JSON.stringify(program[step])} is ${ours}, PyTorch's ${theirs}: ` +
  `pnpm fuzz programs --seed ${seed} --only ${number}`;

/** Differences from the kept answers, and how many programs were compared. */
export function keptMismatches(): { readonly seed: number; readonly count: number; readonly found: Mismatch[] } {
  const { seed, programs, answers } = JSON.parse(readFileSync(golden, "utf8")) as Answers;
  const list = written(seed, answers.length);
  if (digest(list) !== programs)
    throw new Error(
      "programs: need the programs that PyTorch answered; got others. Run pnpm fuzz programs --keep 300.",
    );
  return { seed, count: answers.length, found: mismatchesOf(list, answers) };
}

/** Lets PyTorch answer the first programs of a seed, for the tests. */
export async function keepAnswers(seed: number, count: number): Promise<boolean> {
  const list = written(seed, count);
  const answers = await askPyTorch(list.map(({ program }) => program));
  const kept: Answers = { seed, programs: digest(list), answers };
  writeFileSync(golden, `${JSON.stringify(kept, null, 0).replaceAll('","', '",\n"')}\n`);
  return true;
}

const CHUNK = 1000;

function print(seed: number, mismatches: readonly Mismatch[], isAlone: boolean): void {
  for (const mismatch of mismatches) {
    if (mismatch.gaps.length === 0 || isAlone) console.log(lineOf(seed, mismatch));
    if (isAlone) console.log(mismatch.program.map((step, i) => `  $${i} ${JSON.stringify(step)}`).join("\n"));
  }
}

/** Runs programs here and with PyTorch; prints what differs, and gives whether nothing does. */
export async function fuzzPrograms(seed: number, count: number, only: number | null): Promise<boolean> {
  const [first, end] = only === null ? [0, count] : [only, only + 1];
  let [wrong, known] = [0, 0];
  for (let from = first; from < end; from += CHUNK) {
    const list = Array.from({ length: Math.min(CHUNK, end - from) }, (_, i) => programOf(seed, from + i));
    const answers = await askPyTorch(list.map(({ program }) => program));
    const mismatches = mismatchesOf(list, answers, from);
    print(seed, mismatches, only !== null);
    wrong += mismatches.filter(({ gaps }) => gaps.length === 0).length;
    known += mismatches.filter(({ gaps }) => gaps.length > 0).length;
  }
  console.log(`${end - first} programs: ${wrong} differ from PyTorch, ${known} in known ways.`);
  return wrong === 0;
}
