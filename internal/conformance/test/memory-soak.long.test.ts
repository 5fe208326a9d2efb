import "@ag/autograd";
import { crossEntropy, Dropout, Linear, Module, ReLU, Sequential } from "@ag/nn";
import { SGD } from "@ag/optim";
import { manualSeed, memory, randint, randn, scope, setMemoryLimit, type Tensor } from "@ag/tensor";
import { afterEach, describe, expect, test } from "vitest";

const MIB = 2 ** 20;

/** As users write it: what it makes on its way nobody gives back. */
class Net extends Module {
  readonly first: Linear = new Linear(64, 128);
  readonly dropout: Dropout = new Dropout(0.2);
  readonly second: Linear = new Linear(128, 10);

  forward(x: Tensor): Tensor {
    return this.second.forward(this.dropout.forward(this.first.forward(x).relu()));
  }
}

/** A function that takes one step, and gives its prediction and its loss. */
function trainer(): () => readonly [Tensor, number] {
  manualSeed(0);
  const model = new Net();
  const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  return () => {
    const out = model.forward(randn(32, 64));
    const loss = crossEntropy(out, randint(0, 10, [32]));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return [out, loss.item()];
  };
}

describe("a loop that disposes nothing", () => {
  afterEach(() => setMemoryLimit({ soft: 128 * MIB }));

  test("stays flat, keeps what is held, and learns the same as one that gives everything back", () => {
    setMemoryLimit({ soft: 2 * MIB });
    const step = trainer();
    const losses: number[] = [];
    const held: (readonly [Tensor, string])[] = [];
    const heap: number[] = [];
    for (let i = 0; i < 500; i++) {
      const [out, loss] = step();
      losses.push(loss);
      heap.push(memory().heap);
      if (i % 50 === 0) held.push([out, String(out.detach().rawBytes())]);
    }
    expect(heap.at(-1)).toBe(heap[50]);
    expect(heap.at(-1)).toBeLessThan(5 * MIB); // scratch space, too
    expect(memory().spilled).toBeGreaterThan(20 * MIB);
    for (const [out, bytes] of held) expect(String(out.detach().rawBytes())).toBe(bytes);

    setMemoryLimit({ soft: 128 * MIB });
    const { blocks } = memory();
    const tidy = trainer();
    expect(losses).toEqual(losses.map(() => scope(() => tidy()[1])));
    expect(memory().blocks - blocks).toBeLessThan(20); // another model and its gradients
  });

  test("that only predicts stays flat too, though its graphs wait for a backward", () => {
    const x = randn(256, 256);
    const model = new Sequential(new Linear(256, 256), new ReLU(), new Linear(256, 256));
    for (let i = 0; i < 600; i++) model.forward(x);
    expect(memory().heap).toBeLessThan(200 * MIB);
  });
});
