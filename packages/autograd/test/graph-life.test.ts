import { AutogradFunction, type Context, grad, graphOf, noGrad, toDot } from "@ag/autograd";
import { type GradFn, ones, type Tensor, tensor } from "@ag/tensor";
import { describe, expect, test } from "vitest";

const leaf = (data: number[]): Tensor => tensor(data, { requiresGrad: true });

describe("saved values", () => {
  test("are freed by a backward", () => {
    const x = leaf([1, 2]);
    const y = x.exp().sum();
    y.backward();
    expect(() => y.backward()).toThrow("Trying to backward through the graph a second time");
  });

  test("stay with retainGraph", () => {
    const x = leaf([1, 2]);
    const y = x.mul(x).sum();
    y.backward(null, { retainGraph: true });
    y.backward();
    expect(x.grad?.tolist()).toEqual([4, 8]);
  });

  test("a graph that saved nothing runs twice", () => {
    const x = leaf([1, 2]);
    const y = x.add(1).sum();
    y.backward();
    y.backward();
    expect(x.grad?.tolist()).toEqual([2, 2]);
  });

  test.each<[string, (x: Tensor) => Tensor]>([
    ["product with", (x) => x.mul(3)],
    ["quotient by", (x) => x.div(4)],
    [
      "recurrence with",
      (x) =>
        x
          .mul(0.5)
          .add(leaf([1, 1]))
          .mul(0.5),
    ],
  ])("are numbers too: the %s a number runs once", (_, of) => {
    const x = leaf([1, 2]);
    const y = of(x).sum();
    y.backward();
    const before = x.grad?.tolist();
    expect(() => y.backward()).toThrow("Trying to backward through the graph a second time");
    expect(x.grad?.tolist()).toEqual(before);
  });

  test("are shared by the losses of one part: the second must be told", () => {
    const x = leaf([1, 2]);
    const h = x.div(2);
    h.sum().backward(null, { retainGraph: true });
    h.add(1).sum().backward();
    expect(x.grad?.tolist()).toEqual([1, 1]);
    expect(() => h.sum().backward()).toThrow("a second time");
  });

  test("are gone where a backward came by before it failed", () => {
    class Fails extends AutogradFunction {
      static forward(_ctx: Context, x: Tensor): Tensor {
        return x.mul(1);
      }
      static backward(): never {
        throw new Error("half way");
      }
    }
    const x = leaf([1, 2]);
    const y = (Fails.apply(x) as Tensor).mul(2).sum();
    expect(() => y.backward()).toThrow("half way");
    expect(() => y.backward()).toThrow("a second time");
    expect(x.grad).toBeNull();
  });

  test("are not the caller's own lists: what becomes of those changes no gradient", () => {
    const x = tensor([[1, 2], [3, 4]], { requiresGrad: true }); // biome-ignore format: a matrix
    const dims = [0];
    const options = { keepdim: true };
    const y = x.flip(dims).mul(tensor([[1, 2], [3, 4]])).sum(dims, options); // biome-ignore format: a matrix
    dims[0] = 1;
    options.keepdim = false;
    y.sum().backward();
    expect(x.grad?.tolist()).toEqual([[3, 4], [1, 2]]); // biome-ignore format: a matrix
  });

  test("outlive the handles of their tensors", () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    const z = y.mul(y).sum();
    y.dispose();
    z.backward();
    expect(x.grad?.tolist()).toEqual([18, 36]);
    expect(() => y.add(1)).toThrow("tensor was disposed");
  });
});

describe("grad", () => {
  test("of an unused input is refused, or null", () => {
    const [x, y] = [leaf([1]), leaf([1])];
    expect(() => grad(x.mul(2), [y])).toThrow("appears to not have been used in the graph");
    expect(grad(x.mul(2), [x, y], { allowUnused: true })[1]).toBeNull();
  });

  test("twice gives second derivatives", () => {
    const x = leaf([2, 3]);
    const [first] = grad(x.pow(3).sum(), [x], { createGraph: true });
    const [second] = grad(first.sum(), [x], { createGraph: true });
    const [third] = grad(second.sum(), [x]);
    expect([first.tolist(), second.tolist(), third.tolist()]).toEqual([
      [12, 27],
      [12, 18],
      [6, 6],
    ]);
  });

  test("with createGraph keeps the graph", () => {
    const x = leaf([2, 3]);
    const y = x.pow(3).sum();
    const [first] = grad(y, [x], { createGraph: true });
    expect(grad(y, [x])[0].tolist()).toEqual(first.tolist());
    expect(() => grad(y, [x])).toThrow("a second time");
  });

  test("of results in the middle of a graph", () => {
    const x = leaf([2]);
    const y = x.mul(3);
    const [gx, gy] = grad(y.mul(y), [x, y]) as [Tensor, Tensor];
    expect([gx.item(), gy.item()]).toEqual([36, 12]);
  });

  test("of a result in the middle frees nothing below it", () => {
    const x = leaf([2, 3]);
    const middle = x.mul(x);
    const y = middle.sum();
    expect(grad(y, [middle])[0].tolist()).toEqual([1, 1]);
    y.backward();
    expect(x.grad?.tolist()).toEqual([4, 6]);
  });
});

test("a chain of a hundred thousand operations", () => {
  const x = leaf([1]);
  let y: Tensor = x;
  for (let i = 0; i < 100_000; i++) y = y.add(0);
  y.backward();
  expect(x.grad?.tolist()).toEqual([1]);
}, 60_000);

describe("the graph", () => {
  test("names and edges are PyTorch's", () => {
    const [a, b] = [leaf([2, 3]), leaf([6, 4])];
    const Q = a.pow(3).mul(3).sub(b.pow(2));
    const tree = (fn: GradFn | null): unknown => fn && [fn.name, fn.nextFunctions.map(([next]) => tree(next))];
    const leafNode = ["AccumulateGrad", []];
    expect(tree(Q.gradFn)).toEqual([
      "SubBackward0",
      [
        ["MulBackward0", [["PowBackward0", [leafNode]], null]],
        ["PowBackward0", [leafNode]],
      ],
    ]);
    expect(Q.gradFn?.nextFunctions[0]?.[0]).toBe(Q.gradFn?.nextFunctions[0]?.[0]);
  });

  test("has levels by the longest way", () => {
    const x = leaf([1, 2]);
    const { nodes } = graphOf(x.mul(2).mul(3).add(x));
    expect(nodes.map(({ name, level }) => [name, level])).toEqual([
      ["AddBackward0", 3],
      ["MulBackward0", 2],
      ["AccumulateGrad", 0],
      ["MulBackward0", 1],
    ]);
  });

  test("in DOT has arrows from inputs to results, and quotes names", () => {
    const x = leaf([1]);
    const dot = toDot(graphOf(x.mul(2), { names: new Map([[x, 'a "b\\']]) }));
    expect(dot).toContain("  n1 -> n0;");
    expect(dot).toContain('n1 [label="a \\"b\\\\ (1)", fillcolor=lightblue];');
  });

  test("exports as data and as DOT", () => {
    const x = leaf([1, 2]);
    const graph = graphOf(x.mul(x).sum(), { names: new Map([[x, "x"]]) });
    expect(graph.nodes.map(({ name, level }) => [name, level])).toEqual([
      ["SumBackward0", 2],
      ["MulBackward0", 1],
      ["AccumulateGrad", 0],
    ]);
    expect(graph.edges.length).toBe(3);
    expect(toDot(graph)).toContain('[label="x (2)", fillcolor=lightblue]');
    expect(() => graphOf(tensor([1]))).toThrow("graphOf: need");
  });
});

class Scale extends AutogradFunction {
  static forward(ctx: Context, x: Tensor, factor: number): Tensor {
    ctx.saveForBackward(x);
    ctx.factor = factor;
    return x.mul(factor);
  }
  static backward(ctx: Context, g: Tensor): readonly (Tensor | null)[] {
    return [g.mul(ctx.factor as number), null];
  }
}

class Wrong extends AutogradFunction {
  static forward(_ctx: Context, x: Tensor, how: string): Tensor {
    _ctx.how = how;
    return x.mul(2);
  }
  static backward(ctx: Context, g: Tensor): readonly (Tensor | null)[] {
    if (ctx.how === "count") return [g];
    return ctx.how === "shape" ? [ones(5), null] : [g, g];
  }
}

class Both extends AutogradFunction {
  static forward(ctx: Context, x: Tensor): [Tensor, Tensor] {
    ctx.saveForBackward(x);
    return [x.mul(2), x.mul(x)];
  }
  static backward(ctx: Context, first: Tensor, second: Tensor): Tensor {
    const [x] = ctx.savedTensors as [Tensor];
    return first.mul(2).add(second.mul(x).mul(2));
  }
}

describe("custom functions", () => {
  test("give their own gradients", () => {
    const x = leaf([1, 2]);
    const y = Scale.apply(x, 3);
    expect(y.gradFn?.name).toBe("ScaleBackward");
    y.sum().backward();
    expect(x.grad?.tolist()).toEqual([3, 3]);
    expect(noGrad(() => Scale.apply(x, 3)).requiresGrad).toBe(false);
  });

  test("have the number and shapes of their gradients checked", () => {
    const x = leaf([1, 2]);
    expect(() => Wrong.apply(x, "count").sum().backward()).toThrow("returned an incorrect number of gradients");
    expect(() => Wrong.apply(x, "shape").sum().backward()).toThrow("returned an invalid gradient at index 0");
    expect(() => Wrong.apply(x, "extra").sum().backward()).toThrow("not a Tensor");
    expect(x.grad).toBeNull();
  });

  test("with two results get zeros for the one that was not used", () => {
    const x = leaf([3]);
    const [, square] = Both.apply(x) as [Tensor, Tensor];
    square.backward();
    expect(x.grad?.tolist()).toEqual([6]);
  });

  test("free what they saved", () => {
    const x = leaf([3]);
    const [, square] = Both.apply(x) as [Tensor, Tensor];
    square.backward();
    expect(() => square.backward()).toThrow("second time");
  });
});
