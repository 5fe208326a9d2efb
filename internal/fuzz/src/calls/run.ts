/** One call: made of its numbers alone, run with guards armed, judged. */
import { debugMemory } from "@ag/kernels";
import { manualSeed, numerics, scope, setMemoryLimit, setNumThreads, setPrintOptions } from "@ag/tensor";
import { Random } from "../random.ts";
import { remember, tensorsIn } from "./held.ts";
import { broken, differentiate, notOurs, unsound } from "./judge.ts";
import { type Change, mutate } from "./mutate.ts";
import { show } from "./show.ts";
import type { Subject } from "./subject.ts";
import { subjects } from "./subjects.ts";

export interface Failure {
  readonly number: number;
  /** What went wrong, without the arguments: failures of one kind have the same. */
  readonly kind: string;
  /** The call as text. */
  readonly call: string;
}

const MOST_CHANGES = 3;

/** What a call is made of: a subject, and which of its changes are applied. */
interface Plan {
  readonly seed: number;
  readonly number: number;
  readonly subject: Subject;
  readonly changes: readonly number[];
}

function planOf(seed: number, number: number): Plan {
  const random = new Random(seed, number);
  const count = [0, 1, 1, 1, 2, 2, MOST_CHANGES][random.whole(0, 7)]!;
  return { seed, number, subject: random.pick(subjects), changes: Array.from({ length: count }, (_, k) => k) };
}

/** The arguments, changed. A change that cannot be made of what is there is left out. */
function changedArguments({ seed, number, subject, changes }: Plan): Change {
  let args = subject.args(new Random(seed, number, 1));
  let forbidden: string | undefined;
  for (const k of changes)
    try {
      const change = mutate(args, new Random(seed, number, 2 + k), subject.receiver ?? false);
      args = change.args;
      forbidden = change.forbidden;
    } catch {}
  return { args, ...(forbidden && changes.length === 1 ? { forbidden } : {}) };
}

const limitMemory = (): void => setMemoryLimit({ soft: 2 ** 22, hard: 2 ** 26 });

/** What earlier calls may have set is as at the start. */
function reset(): void {
  debugMemory(false);
  limitMemory();
  setPrintOptions({ precision: 4, threshold: 1000, edgeItems: 3, lineWidth: 80, sciMode: null });
  setNumThreads(1);
  numerics("reproducible");
  manualSeed(0);
  debugMemory(true);
}

const isThenable = (x: unknown): boolean => typeof (x as PromiseLike<unknown> | null)?.then === "function";
const isGuard = (x: unknown): x is Disposable => typeof x === "object" && x !== null && Symbol.dispose in x;

function judge({ seed, number, subject }: Plan, { args, forbidden }: Change, value: unknown): string | null {
  if (forbidden && subject.strict) return `accepts ${forbidden}`;
  const wrong = unsound(value, subject.blank ?? false);
  if (wrong !== null) return `gives ${wrong}`;
  const random = new Random(seed, number, 9);
  if (random.chance(0.5))
    try {
      differentiate(args, value, random);
    } catch (error) {
      const wrong = notOurs(error);
      if (wrong !== null) return `backward: ${wrong}`;
    }
  return null;
}

async function answer(plan: Plan, change: Change): Promise<string | null> {
  const { args } = change;
  const before = args.map(show).join(", ");
  const changed = remember(args);
  const { call, writes } = plan.subject;
  try {
    const given = call(...args);
    const value = isThenable(given) ? await given : given;
    if (isGuard(value) && tensorsIn(value).size === 0) value[Symbol.dispose]();
    const difference = writes === "any" ? null : changed(writes === "first" ? args[0] : undefined);
    if (difference !== null) return `changes its input: ${difference}`;
    return judge(plan, change, value);
  } catch (error) {
    const wrong = notOurs(error);
    if (wrong !== null) return wrong;
    const difference = changed();
    if (difference !== null) return `throws and changes its input: ${difference}`;
    const after = args.map(show).join(", ");
    return after === before ? null : `throws and changes its arguments: (${before}) became (${after})`;
  }
}

const textOf = ({ subject }: Plan, args: readonly unknown[]): string => `${subject.name}(${args.map(show).join(", ")})`;

/** A call as text, without making it. */
export function callOf(seed: number, number: number): string {
  const plan = planOf(seed, number);
  reset();
  return textOf(plan, changedArguments(plan).args);
}

async function failureOf(plan: Plan): Promise<Failure | null> {
  reset();
  const open = scope();
  const change = changedArguments(plan);
  const call = textOf(plan, change.args);
  const wrong = await answer(plan, change);
  limitMemory();
  const kind = wrong ?? broken();
  open[Symbol.dispose]();
  for (const x of tensorsIn(change.args)) x.dispose();
  return kind === null ? null : { number: plan.number, kind: `${plan.subject.name}: ${kind}`, call };
}

/** The failure of a call, with as few changes as show it; null when all is well. */
export async function run(seed: number, number: number): Promise<Failure | null> {
  const plan = planOf(seed, number);
  let failure = await failureOf(plan);
  if (failure === null) return null;
  let { changes } = plan;
  for (const k of plan.changes) {
    const fewer = changes.filter((other) => other !== k);
    const same = await failureOf({ ...plan, changes: fewer });
    if (same?.kind === failure.kind) [failure, changes] = [same, fewer];
  }
  return failure;
}
