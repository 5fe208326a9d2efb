/** Small trainings whose results must have the same bits everywhere: what they compute is given as SHA-256. */
import "@ag/autograd";
import { resnet18 } from "@ag/models";
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  crossEntropy,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
} from "@ag/nn";
import { SGD } from "@ag/optim";
import { manualSeed, rand, randint, type Tensor } from "@ag/tensor";

/** A NaN's sign and payload are left open by WebAssembly: all count as one. */
function bytesOf(x: Tensor): Uint8Array<ArrayBuffer> {
  const elements = x.data();
  const canonical =
    elements instanceof Float32Array ? elements.map((v) => (Number.isNaN(v) ? Number.NaN : v)) : elements;
  return new Uint8Array(canonical.buffer);
}

/** A hash over the hashes of the tensors. */
async function hashOf(tensors: readonly Tensor[]): Promise<string> {
  const sha = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hashes = await Promise.all(tensors.map((x) => sha(bytesOf(x))));
  return Array.from(await sha(Uint8Array.from(hashes.flatMap((h) => [...h]))), (b) =>
    b.toString(16).padStart(2, "0"),
  ).join("");
}

/** Steps with random labels; then what the last one left: output, gradients, weights and buffers. */
async function train(
  model: Module & { forward(x: Tensor): Tensor },
  x: Tensor,
  classes: number,
  steps: number,
): Promise<string> {
  const optimizer = new SGD(model.parameters(), { lr: 1e-2, momentum: 0.9 });
  let out = x;
  for (let i = 0; i < steps; i++) {
    out = model.forward(x);
    const loss = crossEntropy(out, randint(0, classes, [x.shape[0]!]));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
  const grads = [...model.parameters()].map(({ grad }) => grad!);
  return hashOf([out.detach(), ...grads, ...model.stateDict().values()]);
}

/** Large enough that threads share products, activations and dropout. */
export function trainPerceptron(steps: number): Promise<string> {
  manualSeed(0);
  const model = new Sequential(new Linear(784, 512), new ReLU(), new Dropout(0.2), new Linear(512, 10));
  return train(model, rand(128, 784), 10, steps);
}

/** Every kind of convolution, batch normalisation and pooling, small. */
export function trainConvolutional(steps: number): Promise<string> {
  manualSeed(0);
  const model = new Sequential(
    new Conv2d(3, 16, 7, { stride: 2, padding: 3 }),
    new BatchNorm2d(16),
    new ReLU(),
    new MaxPool2d(3, { stride: 2, padding: 1 }),
    new Conv2d(16, 32, 3, { padding: 1 }),
    new BatchNorm2d(32),
    new ReLU(),
    new Conv2d(32, 32, 3, { stride: 2, padding: 1, groups: 2 }),
    new Conv2d(32, 64, 1),
    new AdaptiveAvgPool2d(1),
    new Flatten(),
    new Linear(64, 10),
  );
  return train(model, rand(8, 3, 64, 64), 10, steps);
}

export function trainResnet(steps: number): Promise<string> {
  manualSeed(0);
  return train(resnet18(), rand(1, 3, 64, 64), 1000, steps);
}
