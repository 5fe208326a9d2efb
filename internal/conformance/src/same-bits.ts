/**
 * Which bits do results have after training? Arguments: `threads=<n>` compute, `soft=<bytes>` limits the memory, `wide`
 * allows 256-bit vectors, `mlp=<n>` and `resnet=<n>` are how many steps the models take. Prints a SHA-256 of each, and
 * what was spilled on the way.
 */
import { argv } from "node:process";
import { getNumThreads, memory, setMemoryLimit, startThreads } from "@ag/tensor";
import { trainPerceptron, trainResnet } from "./training.ts";

if (argv.includes("wide")) await import("@ag/kernels/wide");
/** The number in an argument such as `threads=3`. */
function numberIn(name: string): number | undefined {
  const text = argv.find((arg) => arg.startsWith(`${name}=`));
  return text === undefined ? undefined : Number(text.slice(name.length + 1));
}
const soft = numberIn("soft");
if (soft !== undefined) setMemoryLimit({ soft });
const threads = numberIn("threads") ?? getNumThreads();
while ((await startThreads({ threads })) < threads); // machines are shared

const mlp = await trainPerceptron(numberIn("mlp") ?? 20);
const resnet18 = await trainResnet(numberIn("resnet") ?? 2);
console.log(JSON.stringify({ mlp, resnet18, spilled: memory().spilled }));
