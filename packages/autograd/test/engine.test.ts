import { grad, noGrad } from "@ag/autograd";
import { tensor } from "@ag/tensor";
import { expect, test } from "vitest";
import { Heap } from "#src/heap";
import { Node, nowhere } from "#src/node";

class Numbered extends Node {
  readonly name = "numbered";
  readonly nextFunctions = [nowhere];
  override readonly sequence: number;
  constructor(sequence: number) {
    super();
    this.sequence = sequence;
  }
  apply(): readonly null[] {
    return [null];
  }
}

test("of the nodes that can run the youngest is first, whatever the order they came in", () => {
  for (let count = 1; count < 40; count++) {
    const heap = new Heap();
    for (let i = 0; i < count; i++) heap.push(new Numbered((i * 17) % count)); // 17 is prime: with repeats only for 17, 34
    const order = Array.from({ length: count }, () => heap.pop()!.sequence);
    expect(order).toEqual([...order].sort((a, b) => b - a));
    expect(heap.pop()).toBeUndefined();
  }
});

test("what is computed only for gradients that nobody wants is not read", () => {
  const a = tensor([2, 3], { requiresGrad: true });
  const b = tensor([5, 7], { requiresGrad: true });
  const product = a.mul(b).sum();
  noGrad(() => a.mul_(2)); // the gradient of b would read it
  expect(grad(product, [a])[0].tolist()).toEqual([5, 7]);
});

test("whole results beside floating ones have no history", () => {
  const { values, indices } = tensor([[1, 3, 2]], { requiresGrad: true }).max(1);
  expect([values.requiresGrad, values.gradFn?.name]).toEqual([true, "MaxBackward0"]);
  expect([indices.requiresGrad, indices.gradFn, indices.isLeaf]).toEqual([false, null, true]);
});

test("a leaf that was used has no gradFn", () => {
  const x = tensor([1], { requiresGrad: true });
  expect(x.mul(2).gradFn?.nextFunctions[0]?.[0]?.name).toBe("AccumulateGrad");
  expect([x.gradFn, x.isLeaf]).toEqual([null, true]);
});
