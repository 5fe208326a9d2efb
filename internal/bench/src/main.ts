/** Ours and PyTorch's times side by side, in one run, as ratios: each workload in processes of its own, one after the other. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { pythonWithTorch } from "./pytorch.ts";
import { workloads } from "./workloads.ts";

interface Timed {
  readonly median: number;
}

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    only: { type: "string" },
    json: { type: "boolean", default: false },
    narrow: { type: "boolean", default: false },
  },
});

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const resnet = path("../../conformance/");
const python = pythonWithTorch();
const THREADS = "1";

function jsonOf(command: string, args: readonly string[]): Record<string, number> {
  const { stdout, stderr, status } = spawnSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, OMP_NUM_THREADS: THREADS },
  });
  if (status !== 0) throw new Error(`bench: ${args[0]} ended with ${status}.\n${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, number>;
}

/** Milliseconds from the start of a process to its first step's end, without the building of the model. */
function firstStep(command: string, args: readonly string[]): number {
  const times = Array.from({ length: 3 }, () => {
    const start = Date.now();
    const { end, building } = jsonOf(command, args);
    return end! - start - building!;
  });
  return times.sort((a, b) => a - b)[1]!;
}

interface Row {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly torch: number;
}

function timed(name: string, unit: string, per: number): Row {
  const scale = (unit === "us" ? 1000 : 1) / per;
  const ours = (
    jsonOf(process.execPath, [path("ours.ts"), name, values.narrow ? "narrow" : "wide"]) as unknown as Timed
  ).median;
  const torch = (jsonOf(python, [path("workloads.py"), THREADS, name, resnet]) as unknown as Timed).median;
  return { name, unit, ours: ours * scale, torch: torch * scale };
}

function show({ name, unit, ours, torch }: Row): void {
  const number = (x: number): string => `${x.toFixed(x < 10 ? 2 : 1)} ${unit}`.padStart(11);
  console.log(`${name.padEnd(46)}${number(ours)}${number(torch)}${(ours / torch).toFixed(2).padStart(8)}`);
}

const isWanted = (name: string): boolean => !values.only || name.includes(values.only);
console.log(`${"one thread".padEnd(46)}${"ours".padStart(11)}${"PyTorch".padStart(11)}${"ratio".padStart(8)}`);
const rows: Row[] = [];
for (const { name, unit, per = 1 } of workloads) {
  if (!isWanted(name)) continue;
  rows.push(timed(name, unit, per));
  show(rows.at(-1)!);
}
const first = "library load + first step";
if (isWanted(first)) {
  const ours = firstStep(process.execPath, [path("first-step.ts")]);
  rows.push({ name: first, unit: "ms", ours, torch: firstStep(python, [path("first_step.py"), THREADS, resnet]) });
  show(rows.at(-1)!);
}
if (values.json) console.log(JSON.stringify({ node: process.version, rows }));
