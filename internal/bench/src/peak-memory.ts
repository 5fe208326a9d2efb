/** Takes tutorial steps and prints the most memory that the process ever held, in MiB. Arguments: mode, threads, steps. */
import { argv } from "node:process";
import { start } from "./start.ts";

const [mode, threads, steps] = argv.slice(2);
await start(mode!, Number(threads));
const { residualStep } = await import("./workloads.ts");

const step = residualStep(1, 64);
for (let i = 0; i < Number(steps); i++) step();
console.log(process.resourceUsage().maxRSS / 1024);
