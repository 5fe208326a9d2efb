/** What is compared with PyTorch? Workloads, the first step of a process, and the memory of many. */
import type { Program } from "./apart.ts";
import { type Workload, workloads } from "./workloads.ts";

export interface Measure {
  readonly name: string;
  readonly unit: "ms" | "us" | "MiB";
  /** What a program's figure is multiplied by. */
  readonly scale: number;
  readonly program: Program;
  /** Replaces the number of rounds that was asked for. */
  readonly rounds?: number;
}

const STEPS = 200;

const workload = ({ name, unit, per = 1 }: Workload, seconds: number): Measure => ({
  name,
  unit,
  scale: (unit === "us" ? 1000 : 1) / per,
  program: { ours: "workload.ts", torch: "workload.py", args: () => [name, String(seconds)] },
});

const firstStep: Measure = {
  name: "library load + first step",
  unit: "ms",
  scale: 1,
  program: { ours: "first-step.ts", torch: "first_step.py", args: () => [String(Date.now())] },
  rounds: 3, // the first finds files that are not in memory yet
};

const peakMemory: Measure = {
  name: `peak memory of ${STEPS} tutorial steps`,
  unit: "MiB",
  scale: 1,
  program: { ours: "peak-memory.ts", torch: "peak_memory.py", args: () => [String(STEPS)] },
  rounds: 1,
};

/** Everything; workloads are measured for `seconds`. */
export const measures = (seconds: number): readonly Measure[] => [
  ...workloads.map((one) => workload(one, seconds)),
  firstStep,
  peakMemory,
];
