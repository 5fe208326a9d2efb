/** What is written by mistake where no type stands in the way. */
import { graphOf, toDot } from "@ag/autograd";
import { lerp, tensor, ValueError } from "@ag/tensor";
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
