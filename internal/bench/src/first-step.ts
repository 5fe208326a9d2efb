/** From the start of the process: load the library, build the model, take one step. Prints the clock at the end, and what building took. */
import "@ag/kernels/wide";
import "@ag/autograd";
import { resnet18 } from "@ag/models";
import { SGD } from "@ag/optim";
import { manualSeed, rand } from "@ag/tensor";

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
console.log(JSON.stringify({ end: Date.now(), building }));
