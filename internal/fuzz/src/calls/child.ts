/** A process that makes calls, one after the other. Before each it says which: should it stop, its parent knows where. */
import { openSync, writeSync } from "node:fs";
import { argv } from "node:process";
import { run } from "./run.ts";

const [seed, from, to] = argv.slice(2, 5).map(Number) as [number, number, number];
const place = openSync(argv[5]!, "w");
const at = new Float64Array(1);
console.warn = (): void => {}; // warnings of the library

for (let number = from; number < to; number++) {
  at[0] = number;
  writeSync(place, at, 0, 8, 0);
  const failure = await run(seed, number);
  if (failure) writeSync(1, `${JSON.stringify(failure)}\n`);
}
const collect = (globalThis as { gc?: () => void }).gc;
collect?.();
const { heapUsed, arrayBuffers } = process.memoryUsage();
writeSync(1, `${JSON.stringify({ held: heapUsed + arrayBuffers })}\n`);
