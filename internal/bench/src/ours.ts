/** Times one workload in this process. Prints one JSON line: medians in milliseconds. */
import { argv } from "node:process";

if (argv[3] === "wide") await import("@ag/kernels/wide");
const { prepared, workloads } = await import("./workloads.ts");

const WARM_UP_MS = 1000;
const RUN_MS = 2000;

const workload = workloads.find(({ name }) => name === argv[2]);
if (!workload) throw new Error(`need one of ${workloads.map(({ name }) => `"${name}"`).join(", ")}; got "${argv[2]}"`);
const step = prepared(workload);

for (const start = performance.now(); performance.now() - start < WARM_UP_MS; ) step();
const times: number[] = [];
for (const start = performance.now(); times.length < 5 || performance.now() - start < RUN_MS; ) {
  const before = performance.now();
  step();
  times.push(performance.now() - before);
}
times.sort((a, b) => a - b);
console.log(JSON.stringify({ median: times[times.length >> 1], best: times[0], runs: times.length }));
