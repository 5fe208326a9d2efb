import { backward, grad } from "@ag/autograd";
import { cat, type Tensor, tensor } from "@ag/tensor";
import type { Entry, Source } from "@ag/tensor/internal";
import { expect, test } from "vitest";
import { OperationNode } from "#operation-node";

type Derivative = (grad: Tensor, source: Source) => readonly [readonly Tensor[], Tensor];

/** Σ of the list and `x`, as if its gradients were `derivative`, which reads the list. */
function recorded(tensors: readonly Tensor[], x: Tensor, derivative: Derivative): Tensor {
  const entry: Entry = {
    ...cat.entries![0]!,
    inputs: ["tensors", "x"],
    gradients: [
      { input: 0, reads: ["tensors"] },
      { input: 1, reads: [] },
    ],
    slots: [{ name: "tensors", input: 0, output: -1, readers: 1 }],
    derivative: (gradient, source) => [...derivative(gradient as Tensor, source)],
  };
  const node = new OperationNode(entry, [tensors, x]);
  const out = tensor(1);
  node.produce(out, 0);
  return out;
}

const list = (): Tensor[] => [2, 3].map((value) => tensor(value, { requiresGrad: true }).mul(1));

test("a list is saved tensor by tensor, and each input has its own shape", () => {
  const [tensors, x] = [list(), tensor([[5, 6]], { requiresGrad: true })];
  const shapes: unknown[] = [];
  const out = recorded(tensors, x, (gradient, source) => {
    shapes.push(source.shapesOf(0), source.shapeOf(0), source.shapeOf(1), source.dtypeOf(1));
    return [source.value(0) as Tensor[], gradient.expand(1, 2)];
  });
  expect(tensors.map(({ storage }) => storage.isSole)).toEqual([false, false]);
  const found = grad(out, [...tensors, x], { retainGraph: true });
  expect(found.map((g) => g.tolist())).toEqual([2, 3, [[1, 1]]]);
  expect(shapes).toEqual([[[], []], [], [1, 2], "float32"]);
  for (const item of tensors) item.dispose();
  expect(grad(out, [x], { retainGraph: true })[0].tolist()).toEqual([[1, 1]]);
  backward(out);
  expect(() => grad(out, [x])).toThrow("backward through the graph a second time");
});

test("a list of which one tensor was overwritten is not read", () => {
  const tensors = [tensor(2), ...list()]; // the first is not tracked
  const out = recorded(tensors, tensor(1), (_, source) => [source.value(0) as Tensor[], tensor(0)]);
  tensors[1]!.detach().add_(1);
  expect(() => out.backward()).toThrow("modified by an inplace operation");
});
