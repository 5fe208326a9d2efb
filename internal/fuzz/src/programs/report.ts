/** Programs with PyTorch beside us, or against what it once answered. */
import { readFileSync, writeFileSync } from "node:fs";
import { compareWords, differenceOf, groupOf, isKnown, kinds } from "./compare.ts";
import { existing, type Features } from "./features.ts";
import { programOf } from "./generate.ts";
import { answerOf } from "./interpret.ts";
import type { Program } from "./program.ts";
import { crashed, PyTorch } from "./pytorch.ts";
import { type Case, shrink } from "./shrink.ts";

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

const written = (seed: number, count: number, features: Features, from = 0): Program[] =>
  Array.from({ length: count }, (_, i) => programOf(seed, from + i, features));

/** A program whose answers differ. */
export interface Mismatch extends Case {
  readonly number: number;
}

function mismatchesOf(programs: readonly Program[], answers: readonly string[], from = 0): Mismatch[] {
  return programs.flatMap((program, i) => {
    const [ours, theirs] = [answerOf(program), answers[i]!];
    const difference = differenceOf(program, ours, theirs);
    return difference ? [{ number: from + i, program, difference, ours, theirs }] : [];
  });
}

/** How a mismatch reads, and what makes this program alone. */
export const lineOf = (seed: number, { number, difference }: Mismatch): string =>
  `${difference.kind}: ${difference.where} is ${difference.ours}, PyTorch's ${difference.theirs}: ` +
  `pnpm fuzz programs --seed ${seed} --only ${number}`;

/** Differences from the kept answers, and how many programs were compared. */
export function keptMismatches(): { readonly seed: number; readonly count: number; readonly found: Mismatch[] } {
  const { seed, programs, answers } = JSON.parse(readFileSync(golden, "utf8")) as Answers;
  const list = written(seed, answers.length, existing);
  if (digestOf(JSON.stringify(list)) !== programs)
    throw new Error(
      "programs: need the programs that PyTorch answered; got others. Run pnpm fuzz programs --keep 300.",
    );
  return { seed, count: answers.length, found: mismatchesOf(list, answers).filter((one) => !isKnown(one.difference)) };
}

/** Lets PyTorch answer the first programs of a seed, for the tests. */
export async function keepAnswers(seed: number, count: number): Promise<boolean> {
  const list = written(seed, count, existing);
  const pytorch = new PyTorch();
  const answers = await pytorch.ask(list);
  pytorch.end();
  const kept: Answers = { seed, programs: digestOf(JSON.stringify(list)), answers };
  writeFileSync(golden, `${JSON.stringify(kept, null, 0).replaceAll('","', '",\n"')}\n`);
  return true;
}

const CHUNK = 1000;
/** Of each group the shortest programs are shrunk, and shown where what remains is not alike. */
const SHRUNK = 5;

/** A line of each side; one, if they are the same but for rounding. */
function both(program: Program, ours: string, theirs: string): string {
  const isSame = ours === theirs || compareWords(program, ours, theirs);
  return isSame ? `      ${theirs}` : `      ours   ${ours}\n      theirs ${theirs}`;
}

/** Both sides of a program, step by step. */
function show({ program, ours, theirs, difference }: Case): void {
  const [a, b] = [ours.split("|"), theirs.split("|")];
  const [mine, other] = [a[0]!.split(" "), b[0]!.split(" ")];
  for (const [i, step] of program.entries())
    console.log(`  $${i} ${JSON.stringify(step)}\n${both(program, mine[i]!, other[i]!)}`);
  for (const [section, name] of ["", "at the end", "gradients", "hooks"].entries())
    if (section > 0 && (a[section] || b[section])) console.log(`  ${name}\n${both(program, a[section]!, b[section]!)}`);
  console.log(`  → ${difference.where}: ${difference.ours}, PyTorch's ${difference.theirs}\n`);
}

const namesOf = (program: Program): string =>
  [...new Set(program.map(([name]) => name))].filter((name) => name !== "leaf").join(" ");

/** Shows the smallest programs of a group that are not alike. */
async function showGroup(list: readonly Mismatch[], pytorch: PyTorch): Promise<void> {
  const shortest = list.toSorted((a, b) => a.program.length - b.program.length).slice(0, SHRUNK);
  const seen = new Set<string>();
  for (const one of shortest) {
    const small = await shrink(one, pytorch);
    const names = namesOf(small.program);
    if (!seen.has(names)) show(small);
    seen.add(names);
  }
}

async function summarise(seed: number, mismatches: readonly Mismatch[], pytorch: PyTorch): Promise<void> {
  const groups = Map.groupBy(mismatches, ({ difference, program }) => groupOf(difference, program));
  const rank = ([name]: readonly [string, readonly Mismatch[]]): number =>
    kinds.findIndex((kind) => name.startsWith(kind));
  for (const [name, list] of [...groups].sort((a, b) => rank(a) - rank(b) || b[1].length - a[1].length)) {
    console.log(`${list.length} × ${name}: pnpm fuzz programs --seed ${seed} --only ${list[0]!.number}`);
    await showGroup(list, pytorch);
  }
}

/** Runs programs here and with PyTorch; prints what differs, and gives whether nothing does. */
export async function fuzzPrograms(
  seed: number,
  count: number,
  only: number | null,
  features: Features,
): Promise<boolean> {
  const [first, end] = only === null ? [0, count] : [only, only + 1];
  const pytorch = new PyTorch();
  const mismatches: Mismatch[] = [];
  let crashes = 0;
  for (let from = first; from < end; from += CHUNK) {
    const list = written(seed, Math.min(CHUNK, end - from), features, from);
    const answers = await pytorch.ask(list);
    crashes += answers.filter((answer) => answer === crashed).length;
    mismatches.push(...mismatchesOf(list, answers, from));
  }
  const wrong = mismatches.filter((one) => !isKnown(one.difference));
  await summarise(seed, wrong, pytorch);
  pytorch.end();
  const byKind = kinds.map((kind) => `${wrong.filter((one) => one.difference.kind === kind).length} ${kind}`);
  console.log(
    `${end - first} programs: ${wrong.length} differ from PyTorch (${byKind.join(", ")}), ` +
      `${mismatches.length - wrong.length} in known ways; ${crashes} end PyTorch.`,
  );
  return wrong.length === 0;
}
