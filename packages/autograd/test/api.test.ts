import { backward, GradientEdge, grad, gradientEdge } from "@ag/autograd";
import { ones, type Tensor, tensor } from "@ag/tensor";
import { describe, expect, test } from "vitest";

const leaf = (data: number[]): Tensor => tensor(data, { requiresGrad: true });

// Expected numbers, and which of them are refused, were given by PyTorch 2.13.
describe("grad", () => {
  test("takes one input, gives those that are the same once, and fills in zeros", () => {
    const [x, other] = [leaf([2]), leaf([1, 1])];
    const [one] = grad(x.mul(3), x);
    expect(one.tolist()).toEqual([3]);
    const [first, second] = grad(x.mul(3), [x, x]);
    expect(first).toBe(second);
    const [, zeros] = grad(x.mul(3), [x, other], { materializeGrads: true, createGraph: true });
    expect([zeros!.tolist(), zeros!.requiresGrad]).toEqual([[0, 0], true]);
  });

  test.each<[string, (x: Tensor) => unknown, string]>([
    ["no inputs", (x) => grad(x.mul(2), []), "`inputs` argument to `grad()` cannot be empty"],
    [
      "an input that requires none",
      (x) => grad(x.mul(2), ones(1)),
      "One of the differentiated Tensors does not require grad",
    ],
    [
      "zeros that are not allowed",
      (x) => grad(x, x, { materializeGrads: true, allowUnused: false }),
      "Expected allow_unused",
    ],
    [
      "a root of several elements",
      (x) => grad(x.expand(3), x),
      "grad: grad can be implicitly created only for scalar outputs",
    ],
    [
      "a weight of another shape",
      (x) => grad(x, x, { gradOutputs: ones(2) }),
      "grad: Mismatch in shape: grad_output[0]",
    ],
    [
      "no inputs of backward",
      (x) => backward(x, null, { inputs: [] }),
      "`inputs` argument to `backward()` cannot be empty",
    ],
    ["backward to what requires none", (x) => backward(x, null, { inputs: ones(1) }), "can't retain_grad on Tensor"],
  ])("refuses %s", (_, call, text) => {
    expect(() => call(leaf([1]))).toThrow(text);
  });
});

describe("an edge stands for a tensor", () => {
  test("as an output, with the shape that it had, and as an input", () => {
    const x = leaf([2]);
    const y = x.pow(3);
    const edge = gradientEdge(y);
    expect(edge).toBeInstanceOf(GradientEdge);
    expect([edge.sizes, edge.node.name, edge.output]).toEqual([[1], "PowBackward0", 0]);
    expect(grad(edge, gradientEdge(x), { retainGraph: true })[0].tolist()).toEqual([12]);
    expect(grad(y.mul(5), [edge, x]).map((g) => g.tolist())).toEqual([[5], [60]]);
  });

  test("unless that requires no grad", () => {
    expect(() => gradientEdge(ones(1))).toThrow("does not require gradients");
    expect(() => gradientEdge(3 as never)).toThrow("does not require gradients");
  });
});

test("backward fills chosen inputs alone, leaves and results", () => {
  const [a, b] = [leaf([2]), leaf([3])];
  const y = a.mul(b);
  backward(y.mul(2), null, { inputs: [a, y] });
  expect([a.grad?.tolist(), b.grad, y.grad?.tolist()]).toEqual([[6], null, [2]]);
});
