/** Times one workload in this process and prints milliseconds. Arguments: mode, threads, workload, seconds of measuring. */
import { argv } from "node:process";
import { start } from "./start.ts";
import { medianTime } from "./timing.ts";

const [mode, threads, name, seconds] = argv.slice(2);
await start(mode!, Number(threads));
const { prepared, workloads } = await import("./workloads.ts");

const workload = workloads.find((workload) => workload.name === name);
if (!workload) throw new Error(`need one of ${workloads.map(({ name }) => `"${name}"`).join(", ")}; got "${name}"`);
console.log(medianTime(prepared(workload), { warmUp: 1000, run: 1000 * Number(seconds) }));
