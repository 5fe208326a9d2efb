import { memory, rand, scope, setMemoryLimit, tensor } from "@ag/tensor";
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

test("a backward leaves no block behind", () => {
  step();
  const { blocks } = memory();
  for (let i = 0; i < 10; i++) step();
  expect(memory().blocks - blocks).toBeLessThanOrEqual(20); // the gradients that were dropped, not disposed
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
