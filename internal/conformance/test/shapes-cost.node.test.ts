import * as tensors from "@ag/tensor";
import { describe, expect, test } from "vitest";
import { hovers, said } from "../src/compiler.ts";

describe("a size that does not fit is named with its partner", () => {
  const imports = `
    import { BatchNorm2d, Conv2d, Linear, Sequential, ReLU } from "@ag/nn";
    import { addmm, conv2d, linear, matmul, ones, where } from "@ag/tensor";`;
  test.each([
    ["ones(2, 3).matmul(ones(4, 5))", "inner sizes 3 and 4 differ: [2, 3] · [4, 5]"],
    ["matmul(ones(7, 2, 3), ones(3).unsqueeze(0))", "inner sizes 3 and 1 differ: [7, 2, 3] · [1, 3]"],
    ["ones(2, 3).mm(ones(2, 3))", "inner sizes 3 and 2 differ: [2, 3] · [2, 3]"],
    ["ones(2, 3).add(ones(2, 4))", "sizes 3 and 4 do not broadcast: [2, 3] and [2, 4]"],
    ["ones(2, 3).max(ones(2))", "sizes 3 and 2 do not broadcast: [2, 3] and [2]"],
    ["linear(ones(1, 8), ones(2, 9))", "features 8 and 9 differ: the input is [1, 8]"],
    ["linear(ones(1, 8), ones(2, 8), ones(3))", "sizes 2 and 3 do not broadcast: [1, 2] and [3]"],
    ["addmm(ones(3), ones(1, 8), ones(8, 2))", "sizes 2 and 3 do not broadcast: [1, 2] and [3]"],
    ["ones(2, 3).reshape(4, 2)", "6 elements do not fit [4, 2]: they are [2, 3]"],
    ["conv2d(ones(1, 3, 8, 8), ones(6, 4, 3, 3))", "channels 3 and 4 differ: the input is [1, 3, 8, 8]"],
    ["new Linear(784, 10).forward(ones(1, 512))", "features 512 and 784 differ: the input is [1, 512]"],
    ["new Conv2d(4, 4, 3).forward(ones(1, 3, 8, 8))", "channels 3 and 4 differ: the input is [1, 3, 8, 8]"],
    ["new BatchNorm2d(4).forward(ones(1, 3, 8, 8))", "channels 3 and 4 differ: the input is [1, 3, 8, 8]"],
    [
      "new Sequential(new Linear(8, 4), new ReLU(), new Linear(5, 2)).forward(ones(1, 8))",
      "features 4 and 5 differ: the input is [1, 4]",
    ],
  ])("%s", (expression, reason) => {
    const { complaints } = said(`${imports}\n${expression};`);
    expect(complaints.map(({ text }) => text)).toEqual([expect.stringContaining(reason)]);
  });
});

describe("editors show", () => {
  const methods = Object.getOwnPropertyNames(tensors.Tensor.prototype).filter((name) => name in tensors);
  const text = `import type { Tensor } from "@ag/tensor";\ndeclare const x: Tensor<[2, 3]>;\n${methods
    .map((name) => `x.${name}/*?*/;`)
    .join("\n")}`;
  const shown = new Map(hovers(text).map((hover, i) => [methods[i]!, hover]));

  test("the documentation of every method", () => {
    expect(methods.length).toBeGreaterThan(100);
    expect(methods.filter((name) => shown.get(name)!.documentation === "")).toEqual([]);
  });

  test("its words", () => {
    expect(shown.get("add")!.documentation).toContain("Sum of two tensors");
    expect(shown.get("relu")!.documentation).toContain("max(x, 0)");
    expect(shown.get("matmul")!.documentation).toContain("Product");
  });

  test("one signature", () => {
    for (const [name, { signature }] of shown)
      expect([name, signature]).toEqual([name, expect.not.stringContaining("overload")]);
  });
});

describe("what inference costs", () => {
  test("60 lines of a user", () => {
    const { complaints, instantiations } = said(user);
    expect(complaints).toEqual([]);
    expect(user.split("\n").length).toBeGreaterThan(60);
    expect(instantiations).toBeLessThanOrEqual(12_000);
  });

  test("21 convolutions in nested containers", () => {
    const block = (from: number, to: number, stride: number): string =>
      `new Sequential(new Conv2d(${from}, ${to}, 3, { stride: ${stride}, padding: 1 }), new BatchNorm2d(${to}), new ReLU(),` +
      ` new Conv2d(${to}, ${to}, 3, { padding: 1 }), new BatchNorm2d(${to}))`;
    const stage = (from: number, to: number): string =>
      `new Sequential(${block(from, to, from === to ? 1 : 2)}, ${block(to, to, 1)}, new Conv2d(${to}, ${to}, 1))`;
    const text = `
      import { AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential } from "@ag/nn";
      import { rand } from "@ag/tensor";
      const net = new Sequential(
        new Sequential(new Conv2d(3, 64, 7, { stride: 2, padding: 3 }), new BatchNorm2d(64), new MaxPool2d(3, { stride: 2, padding: 1 })),
        ${stage(64, 64)}, ${stage(64, 128)}, ${stage(128, 256)}, ${stage(256, 512)},
        new AdaptiveAvgPool2d(1), new Flatten(), new Linear(512, 1000),
      );
      const out = net.forward(rand(1, 3, 224, 224));`;
    const { types, instantiations } = said(text);
    expect([...text.matchAll(/new Conv2d/g)].length).toBe(21);
    expect(types.get("out")).toBe("Tensor<[1, 1000]>");
    expect(instantiations).toBeLessThanOrEqual(30_000);
  });
});

/** A program as users write it. */
const user = `
import { noGrad } from "@ag/autograd";
import { resnet18 } from "@ag/models";
import { Conv2d, CrossEntropyLoss, Dropout, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential } from "@ag/nn";
import { SGD } from "@ag/optim";
import { cat, manualSeed, matmul, ones, rand, randint, randn, stack, tensor, type Tensor, zeros } from "@ag/tensor";

manualSeed(0);
const a = tensor([[1, 2], [3, 4]]);
const b = ones(2, 2);
const c = matmul(a, b).add(1).relu();
const d = c.sum(1, { keepdim: true });
const e = c.div(d);
const list = e.tolist();
const first = list[0]![0]!;

class Mlp extends Module {
  readonly first: Linear;
  readonly second: Linear;
  readonly dropout: Dropout;

  constructor(inputs: number, hidden: number, outputs: number) {
    super();
    this.first = new Linear(inputs, hidden);
    this.second = new Linear(hidden, outputs);
    this.dropout = new Dropout(0.2);
  }

  forward(x: Tensor): Tensor {
    const h = this.first.forward(x).relu();
    return this.second.forward(this.dropout.forward(h));
  }
}

const net = new Sequential(
  new Conv2d(1, 6, 5, { padding: 2 }),
  new ReLU(),
  new MaxPool2d(2),
  new Conv2d(6, 16, 5),
  new ReLU(),
  new MaxPool2d(2),
  new Flatten(),
  new Linear(400, 120),
  new ReLU(),
  new Linear(120, 10),
);
const images = rand(64, 1, 28, 28);
const labels = randint(0, 10, [64]);
const loss = new CrossEntropyLoss();
const optimizer = new SGD(net.parameters(), { lr: 0.01, momentum: 0.9 });
for (let step = 0; step < 3; step++) {
  const out = loss.forward(net.forward(images), labels);
  optimizer.zeroGrad();
  out.backward();
  optimizer.step();
}
const accuracy = noGrad(() => net.forward(images).argmax(1).eq(labels).float().mean().item());
const logits = new Mlp(4, 8, 3).forward(randn(5, 4));
const best = logits.max(1).indices;
const both = cat([a, b]).transpose(0, 1).reshape(-1);
const pile = stack([zeros(3), ones(3)]).softmax(0);
const classes = resnet18().eval().forward(rand(1, 3, 224, 224));
export { accuracy, best, both, classes, first, pile };
`;
