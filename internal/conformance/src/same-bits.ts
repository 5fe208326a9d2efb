/**
 * Which bits do weights have after training? Arguments: `soft=<bytes>` limits the memory, `wide` allows 256-bit vectors,
 * `steps=<n>` is how many steps resnet18 takes. Prints a SHA-256 of each model, and what was spilled on the way.
 */
import { createHash } from "node:crypto";
import { argv } from "node:process";
import { resnet18 } from "@ag/models";
import { crossEntropy, Dropout, Linear, type Module, ReLU, Sequential } from "@ag/nn";
import { SGD } from "@ag/optim";
import { manualSeed, memory, rand, randint, setMemoryLimit, type Tensor } from "@ag/tensor";

if (argv.includes("wide")) await import("@ag/kernels/wide");
/** The number in an argument such as `steps=3`. */
function numberIn(name: string): number | undefined {
  const text = argv.find((arg) => arg.startsWith(`${name}=`));
  return text === undefined ? undefined : Number(text.slice(name.length + 1));
}
const soft = numberIn("soft");
if (soft !== undefined) setMemoryLimit({ soft });

/** A NaN's sign and payload are left open by WebAssembly: all count as one. */
function hashOf(model: Module): string {
  const hash = createHash("sha256");
  for (const x of model.stateDict().values()) {
    const elements = x.data();
    hash.update(elements instanceof Float32Array ? elements.map((v) => (Number.isNaN(v) ? Number.NaN : v)) : elements);
  }
  return hash.digest("hex");
}

function train(model: Module & { forward(x: Tensor): Tensor }, x: Tensor, classes: number, steps: number): string {
  const optimizer = new SGD(model.parameters(), { lr: 1e-2, momentum: 0.9 });
  for (let i = 0; i < steps; i++) {
    const loss = crossEntropy(model.forward(x), randint(0, classes, [x.shape[0]!]));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
  return hashOf(model);
}

manualSeed(0);
const perceptron = new Sequential(new Linear(64, 128), new ReLU(), new Dropout(0.2), new Linear(128, 10));
const hashes = { mlp: train(perceptron, rand(32, 64), 10, 200), resnet18: "" };
hashes.resnet18 = train(resnet18(), rand(1, 3, 64, 64), 1000, numberIn("steps") ?? 3);
console.log(JSON.stringify({ ...hashes, spilled: memory().spilled }));
