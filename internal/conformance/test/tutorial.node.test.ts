import { createHash } from "node:crypto";
import { type Graph, graphOf } from "@ag/autograd";
import golden from "@ag/goldens/answers/tutorial.json" with { type: "json" };
import { type ResNet, resnet18 } from "@ag/models";
import { Linear } from "@ag/nn";
import { SGD } from "@ag/optim";
import { manualSeed, rand, type Tensor } from "@ag/tensor";
import { beforeAll, describe, expect, test } from "vitest";

const sha = (x: Tensor): string => createHash("sha256").update(x.detach().rawBytes()).digest("hex");
const counts = ({ nodes }: Graph): Record<string, number> =>
  Object.fromEntries(
    [...new Set(nodes.map(({ name }) => name))]
      .sort()
      .map((name) => [name, nodes.filter((n) => n.name === name).length]),
  );
const values = (x: Tensor): number[] => Array.from(x.detach().data() as ArrayLike<number | bigint>, Number);
const norm = (x: readonly number[]): number => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));

/** The largest distance from a golden, as a part of its size (at least 1). */
const error = (got: number, expected: number): number => Math.abs(got - expected) / Math.max(1, Math.abs(expected));

let model: ResNet;
let data: Tensor;
let labels: Tensor;
let graph: Graph;
let prediction: number[];
const hashes = new Map<string, string>();
const gradNorms = new Map<string, number>();
const afterStep = new Map<string, { sum: number; norm: number; count: number }>();
const losses: number[] = [];

beforeAll(() => {
  manualSeed(0);
  model = resnet18();
  data = rand(1, 3, 64, 64);
  labels = rand(1, 1000);
  for (const [key, value] of model.stateDict()) hashes.set(key, sha(value));
  const optim = new SGD(model.parameters(), { lr: 1e-2, momentum: 0.9 });
  for (let i = 0; i < 5; i++) {
    const out = model.forward(data);
    const loss = out.sub(labels).sum();
    if (i === 0) {
      prediction = values(out);
      graph = graphOf(loss);
    }
    losses.push(loss.item());
    optim.zeroGrad();
    loss.backward();
    if (i === 0) for (const [name, p] of model.namedParameters()) gradNorms.set(name, norm(values(p.grad!)));
    optim.step();
    if (i === 0)
      for (const [key, value] of model.stateDict()) {
        const numbers = values(value);
        afterStep.set(key, { sum: numbers.reduce((a, b) => a + b, 0), norm: norm(numbers), count: numbers.length });
      }
  }
}, 120_000);

describe("seed 0", () => {
  test("all entries of resnet18(), and what is drawn next, are PyTorch's to the bit", () => {
    expect(Object.fromEntries(hashes)).toEqual(golden.initial);
    expect(sha(data)).toBe(golden.data);
    expect(sha(labels)).toBe(golden.labels);
  });

  test("prediction", () => {
    expect(Math.max(...prediction.map((x, i) => error(x, golden.prediction[i]!)))).toBeLessThan(1e-4);
  });

  test("the graph has PyTorch's nodes", () => {
    expect(graph.nodes.length).toBe(134);
    expect(counts(graph)).toEqual(golden.graph);
  });

  test("gradient norms", () => {
    expect([...gradNorms.keys()]).toEqual(Object.keys(golden.gradNorms));
    for (const [name, expected] of Object.entries(golden.gradNorms))
      expect(error(gradNorms.get(name)!, expected), name).toBeLessThan(2e-3);
  });

  test("every entry after the first step", () => {
    expect([...afterStep.keys()]).toEqual(Object.keys(golden.afterStep));
    for (const [key, expected] of Object.entries(golden.afterStep)) {
      const got = afterStep.get(key)!;
      expect(got.count, key).toBe(expected.count);
      expect(error(got.norm, expected.norm), key).toBeLessThan(2e-3);
      expect(Math.abs(got.sum - expected.sum) / Math.max(1, expected.norm), key).toBeLessThan(2e-3);
    }
  });

  test("five losses", () => {
    const tolerances = [1e-5, 1e-4, 3e-3, 3e-3, 3e-3];
    losses.forEach((loss, i) => {
      expect(error(loss, golden.losses[i]!)).toBeLessThan(tolerances[i]!);
    });
  });
});

test("frozen, with a new head: five nodes, two gradients", () => {
  const optim = new SGD(model.parameters(), { lr: 1e-2, momentum: 0.9 });
  for (const p of model.parameters()) {
    p.requiresGrad = false;
    p.grad = null;
  }
  model.fc = new Linear(512, 10);
  const total = model.forward(data).sum();
  expect(
    graphOf(total)
      .nodes.map(({ name }) => name)
      .sort(),
  ).toEqual(golden.frozenGraph);
  total.backward();
  expect(model.namedParameters().flatMap(([name, p]) => (p.grad ? [name] : []))).toEqual(["fc.weight", "fc.bias"]);
  expect(optim.state.size).toBe(0);
});
