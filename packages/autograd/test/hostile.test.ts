/** What is written by mistake where no type stands in the way. */
import { detectAnomaly, grad, graphOf, savedTensorsHooks, toDot } from "@ag/autograd";
import { conv2d, lerp, ones, sum, tensor, ValueError } from "@ag/tensor";
import { expect, test } from "vitest";

test("a weight that is a bigint or a bool is a number, in the gradient too", () => {
  for (const [given, number] of [
    [1n, 1],
    [true, 1],
    [0n, 0],
  ] as const) {
    // biome-ignore format: pairs
    const gradients = [given as unknown as number, number].map((weight) => {
      const [a, b] = [tensor([1, 2], { requiresGrad: true }), tensor([3, 5], { requiresGrad: true })];
      const y = lerp(a, b, weight);
      y.sum().backward();
      return [y.tolist(), a.grad?.tolist(), b.grad?.tolist(), a.detach().lerp_(b.detach(), weight).tolist()];
    });
    expect(gradients[0]).toEqual(gradients[1]);
  }
});

test("a picture is of a graph", () => {
  const graph = graphOf(tensor([1, 2], { requiresGrad: true }).exp());
  const [first, ...rest] = graph.nodes;
  for (const node of [{}, null, { name: "a" }, { ...first, name: new Map() }, { ...first, label: Symbol("s") }])
    expect(() => toDot({ ...graph, nodes: [node, ...rest] as never })).toThrow(ValueError);
  for (const edges of [[null], [1], null]) expect(() => toDot({ ...graph, edges: edges as never })).toThrow(ValueError);
  expect(toDot(graph)).toContain("ExpBackward0");
});

test("lists that the caller changes before the backward change no gradient", () => {
  const gradient = (change: boolean): unknown => {
    const [image, weight] = [ones([1, 1, 6, 6]), ones([1, 1, 2, 2], { requiresGrad: true })];
    const stride: [number, number] = [2, 2];
    const y = conv2d(image, weight, null, { stride });
    if (change) stride.fill(1);
    y.sum().backward();
    return weight.grad?.tolist();
  };
  expect(gradient(true)).toEqual(gradient(false));
  const [x, dims] = [ones([2, 3], { requiresGrad: true }), [0]];
  const y = sum(x, dims);
  dims[0] = 1;
  y.sum().backward();
  expect(x.grad?.tolist()).toEqual([[1, 1, 1], [1, 1, 1]]); // biome-ignore format: a matrix
});

test("lists with holes are refused", () => {
  const x = tensor(1, { requiresGrad: true });
  const outputs = [x.mul(2)];
  outputs.length = 2;
  expect(() => grad(outputs, x)).toThrow("argument 'outputs' (position 1) must be Tensor or tuple of Tensors");
});

test("anomaly mode leaves an error that cannot be changed as it is", () => {
  const error = Object.freeze(new Error("frozen"));
  const x = tensor(1, { requiresGrad: true });
  expect(() =>
    detectAnomaly(() => {
      const z = savedTensorsHooks(
        (saved) => saved,
        () => {
          throw error;
        },
        () => x.exp(),
      );
      z.backward();
    }),
  ).toThrow(error);
});
