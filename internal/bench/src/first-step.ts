/**
 * From the start of the process: load the library, build the model, take one step. Prints the milliseconds without the
 * building. Arguments: mode, threads, the clock at the start. The threads start as they do unless told: at the first
 * large work.
 */
import { argv } from "node:process";
import { load } from "./start.ts";

const [mode, threads, begin] = argv.slice(2);
const library = await load(mode!);
library.setNumThreads(Number(threads));
await import("@ag/autograd");
const { resnet18 } = await import("@ag/models");
const { SGD } = await import("@ag/optim");
const { manualSeed, rand } = await import("@ag/tensor");

manualSeed(0);
const before = performance.now();
const model = resnet18();
const building = performance.now() - before;
const optimizer = new SGD(model.parameters(), { lr: 1e-2, momentum: 0.9 });
model
  .forward(rand(1, 3, 64, 64))
  .sub(rand(1, 1000))
  .sum()
  .backward();
optimizer.step();
console.log(Date.now() - Number(begin) - building);
