/** `pnpm mutate`: plants faults one at a time and says which of them no test sees. See CONTRIBUTING.md. */
import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { copyOfTree } from "./copy.ts";
import { type Fault, faultsIn } from "./faults.ts";
import { Runner } from "./runner.ts";
import { type Stages, stagesFor, standsAlone } from "./stages.ts";
import { type Seconds, tried, type Verdict } from "./trial.ts";

const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"), // pnpm hands it on
  allowPositionals: true,
  options: {
    workers: { type: "string", default: String(availableParallelism()) },
    list: { type: "string" }, // of faults, instead of those in faults/
    near: { type: "boolean", default: false }, // only the tests of the package and the tables
  },
});
const faults = faultsIn(positionals, values.list);
const stages = new Map(faults.map(({ file }): [string, Stages] => [file, stagesFor(file, values.near)]));
const count = Math.min(Number(values.workers), faults.length);
if (!(Number.isInteger(count) && count > 0))
  throw new RangeError(`mutate: need a whole number of --workers; got ${values.workers}.`);

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));
const runners = Array.from({ length: count }, () => new Runner(copyOfTree()));
process.on("exit", () => {
  for (const { copy } of runners) rmSync(copy, { recursive: true, force: true, maxRetries: 5 });
});

/** Gives each runner the next task as soon as it is free. */
async function shared<T>(tasks: Iterable<T>, work: (runner: Runner, task: T) => Promise<void>): Promise<void> {
  const rest = tasks[Symbol.iterator]();
  const all = runners.map(async (runner) => {
    for (let next = rest.next(); !next.done; next = rest.next()) await work(runner, next.value);
  });
  await Promise.all(all);
}

/** How long each test file takes without a fault: all must pass. */
async function durations(): Promise<Seconds> {
  const groups = [...new Set(faults.map(({ file }) => file.split("/")[1]!))].flatMap((name) => {
    const own = faults.filter(({ file }) => file.startsWith(`packages/${name}/`));
    const all = own.flatMap(({ file }) => stages.get(file) ?? []);
    const shared = all.filter((files) => files.length > 1).flat();
    const together = new Set(shared.filter((file) => !standsAlone(file)));
    const alone = new Set(all.flat().filter((file) => !together.has(file)));
    return [[...together], ...[...alone].map((file) => [file])].filter((files) => files.length > 0);
  });
  const found = new Map<string, number>();
  await shared(groups, async (runner, files) => {
    const { failed, errors, seconds = {} } = await runner.run({ files, changed: "" }, 1800);
    const failure = failed ?? errors[0];
    if (failure) throw new Error(`mutate: need tests that pass without a fault; got ${failure}.`);
    for (const [file, one] of Object.entries(seconds)) found.set(file, one);
  });
  return found;
}

const placeOf = ({ file, old, new: replacement }: Fault): string => `${file}\n      - ${old}\n      + ${replacement}`;

function printed({ fault, result, by, seconds }: Verdict): string {
  const { file, why, explained } = fault;
  const time = `${seconds.toFixed(1).padStart(5)} s`;
  if (result === "broken") return `${time} BROKEN   ${placeOf(fault)}\n      ${by}\n      Plant a fault that loads.`;
  if (result === "caught") return `${time} caught   ${file}: ${why} — ${by}${explained ? " (no longer unseen)" : ""}`;
  return `${time} ${explained ? "unseen   " : "SURVIVED "}${placeOf(fault)}\n      ${why}${explained ? `: ${explained}` : ""}`;
}

const usual = await durations();
const verdicts: Verdict[] = [];
await shared(faults, async (runner, fault) => {
  const verdict = await tried(runner, fault, stages.get(fault.file) ?? [], usual);
  verdicts.push(verdict);
  console.log(printed(verdict));
});
const caught = verdicts.filter(({ result }) => result === "caught").length;
const isWell = verdicts.every(({ result, fault }) => result === "caught" || (result === "survived" && fault.explained));
console.log(`${caught} of ${faults.length} planted faults caught`);
process.exit(isWell ? 0 : 1);
