/** The fused rules against the same rules in operations of tensors: this would catch a wrong table of samples. */
import "@ag/autograd";
import { AdamW, SGD } from "@ag/optim";
import { type Tensor, tensor } from "@ag/tensor";
import { describe, expect, test } from "vitest";

const leaf = (): Tensor =>
  tensor(
    [
      [1, -2],
      [0.5, 3],
    ],
    { requiresGrad: true },
  );

describe("the rule as ordinary operations", () => {
  test("SGD with momentum and decay gives the same bits", () => {
    const a = leaf();
    const start = a.detach().clone();
    const optimizer = new SGD([a], { lr: 0.05, momentum: 0.9, weightDecay: 0.1, dampening: 0.25 });
    let buffer: Tensor | null = null;
    let p: Tensor = start;
    for (let step = 0; step < 3; step++) {
      const grad = p.mul(3).add(p.mul(0.1));
      a.grad = a.detach().mul(3);
      optimizer.step();
      buffer = buffer === null ? grad : buffer.mul(0.9).add(grad.mul(0.75));
      p = p.add(buffer.mul(-0.05));
    }
    expect(a.tolist()).toEqual(p.tolist());
  });

  test("AdamW gives the same bits", () => {
    const a = leaf();
    let p = a.detach().clone();
    const optimizer = new AdamW([a], { lr: 0.05 });
    let [mean, square] = [p.mul(0), p.mul(0)];
    let [power1, power2] = [1, 1];
    for (let step = 0; step < 3; step++) {
      const grad = p.mul(3);
      a.grad = a.detach().mul(3);
      optimizer.step();
      power1 *= 0.9;
      power2 *= 0.999;
      mean = mean.add(grad.sub(mean).mul(1 - 0.9));
      square = square.mul(0.999).add(grad.mul(1 - 0.999).mul(grad));
      const spread = square
        .sqrt()
        .div(Math.sqrt(1 - power2))
        .add(1e-8);
      p = p.mul(1 - 0.05 * 0.01).add(mean.mul(-(0.05 / (1 - power1))).div(spread));
    }
    expect(a.tolist()).toEqual(p.tolist());
  });
});
