import { cat, full, memory, rand, scope, setMemoryLimit, type Tensor, tensor, zeros } from "@ag/tensor";
import "@ag/autograd";
import { expect, test } from "vitest";

const step = (): void => {
  const w = rand([32, 32], { requiresGrad: true });
  const x = rand(8, 32);
  scope(() => {
    x.matmul(w).relu().matmul(w).sum().backward();
  });
  w.grad = null;
  w.dispose();
  x.dispose();
};

test("what a backward has read is moved out before what one still waits for", () => {
  const pageInsOf = (x: Tensor): number => {
    const { pageIns } = memory();
    x.rawBytes();
    return memory().pageIns - pageIns;
  };
  setMemoryLimit({ soft: 8 << 20 });
  for (const x of Array.from({ length: 500 }, () => zeros(4096))) x.dispose(); // the heap is large before anything waits
  const leaf = rand([4096], { requiresGrad: true });
  const [waiting, read] = [leaf.exp(), leaf.exp()];
  read.sum().backward();
  const { spills } = memory();
  const held: Tensor[] = [];
  while (memory().spills < spills + 8) held.push(full([4096], held.length)); // older than these: the leaf and its gradient
  expect([pageInsOf(waiting), pageInsOf(read)]).toEqual([0, 1]);
  expect(held.map((x) => x.at(7).item())).toEqual(held.map((_, i) => i));
  setMemoryLimit({ soft: 128 << 20 });
});

test("a backward leaves no block behind", () => {
  step();
  const { blocks } = memory();
  for (let i = 0; i < 10; i++) step();
  expect(memory().blocks - blocks).toBeLessThanOrEqual(20); // the gradients that were dropped, not disposed
});

test("nor does a gradient that nobody needs, beside one that somebody does", () => {
  const [x, constant] = [rand([100], { requiresGrad: true }), rand(100)];
  const step = (): void => {
    const joined = cat([x, constant]);
    const doubled = joined.mul(2);
    const total = doubled.sum();
    total.backward();
    for (const x of [joined, doubled, total]) x.dispose(); // what the backward made is left to itself
  };
  step();
  const { blocks } = memory();
  for (let i = 0; i < 10; i++) step();
  expect(memory().blocks).toBe(blocks);
});

test("a loop that disposes nothing stays within its limit, and what is held stays right", () => {
  setMemoryLimit({ soft: 1 << 20 });
  const held = [];
  for (let i = 0; i < 300; i++) {
    const x = tensor(new Float32Array(4096).fill(i), { requiresGrad: true });
    const y = x.mul(2).add(1);
    y.sum().backward();
    if (i % 50 === 0) held.push([i, y] as const);
  }
  expect(memory().spills).toBeGreaterThan(0);
  for (const [i, y] of held) expect(y.detach().sum().item()).toBe(4096 * (2 * i + 1));
  setMemoryLimit({ soft: 128 << 20 });
});
