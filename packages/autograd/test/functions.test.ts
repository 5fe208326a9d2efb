import { AutogradFunction, backward, type Context, enableGrad, grad } from "@ag/autograd";
import { ones, type Tensor, tensor } from "@ag/tensor";
import { describe, expect, test } from "vitest";

const doubles = (...values: number[]): Tensor => tensor(values, { dtype: "float64", requiresGrad: true });

/** A copy, its floor without a derivative, and what became of both gradients. */
class Parts extends AutogradFunction {
  static seen: readonly unknown[] = [];
  static forward(ctx: Context, x: Tensor, scale: Tensor, materialize: boolean): readonly Tensor[] {
    const floor = x.floor();
    ctx.markNonDifferentiable(floor);
    ctx.setMaterializeGrads(materialize);
    Parts.seen = ctx.needsInputGrad;
    return [x.mul(scale), floor, x.add(1)];
  }
  static backward(_: Context, ...grads: readonly (Tensor | null)[]): readonly (Tensor | null)[] {
    Parts.seen = grads.map((grad) => grad?.tolist() ?? null);
    return [grads[0]!.clone(), null, null];
  }
}

/** Hands its input through. */
class Through extends AutogradFunction {
  static forward(_: Context, x: Tensor): Tensor {
    return x;
  }
  static backward(_: Context, grad: Tensor): Tensor {
    return grad.mul(5);
  }
}

/** Fails in its first backward. */
class FailsOnce extends AutogradFunction {
  static failures = 0;
  static forward(_: Context, x: Tensor): Tensor {
    return x.mul(1);
  }
  static backward(_: Context, grad: Tensor): Tensor {
    if (FailsOnce.failures++ === 0) throw new Error("once");
    return grad.clone();
  }
}

/** Times a weight of its own; its backward runs another backward, as checkpoints do. */
class Weighted extends AutogradFunction {
  static weight = doubles(2);
  static forward(ctx: Context, x: Tensor): Tensor {
    ctx.saveForBackward(x);
    return x.mul(Weighted.weight);
  }
  static backward(ctx: Context, grad: Tensor): Tensor | null {
    const x = ctx.savedTensors[0]!.detach().requiresGrad_();
    enableGrad(() => backward(x.mul(Weighted.weight), grad));
    return x.grad;
  }
}

/** Keeps the gradient it got, and the one it gave. */
class Keeps extends AutogradFunction {
  static kept: readonly Tensor[] = [];
  static forward(_: Context, x: Tensor): Tensor {
    return x.mul(2);
  }
  static backward(_: Context, grad: Tensor): Tensor {
    const given = grad.mul(2);
    Keeps.kept = [grad, given];
    return given;
  }
}

describe("custom functions", () => {
  test("know which inputs want gradients, and mark results that have none", () => {
    const [copy, floor] = Parts.apply(doubles(1.5), tensor([2], { dtype: "float64" }), true) as [Tensor, Tensor];
    expect(Parts.seen).toEqual([true, false, false]);
    expect([copy.requiresGrad, floor.requiresGrad]).toEqual([true, false]);
  });

  test.each<[boolean, unknown]>([
    [true, [0]],
    [false, null],
  ])("get zeros for results that were not used, or null: %s", (materialize, unused) => {
    const [copy] = Parts.apply(doubles(1.5), tensor([2], { dtype: "float64" }), materialize) as [Tensor];
    copy.sum().backward();
    expect(Parts.seen).toEqual([[1], unused, unused]);
  });

  test("that fail leave no gradients behind for the next backward", () => {
    const x = doubles(1, 2);
    const y = x.mul(2).add(FailsOnce.apply(x));
    expect(() => y.backward(tensor([1, 1]))).toThrow("once");
    y.backward(tensor([1, 1]));
    expect(x.grad?.tolist()).toEqual([3, 3]);
  });

  test("do not run where nobody wants their gradients", () => {
    FailsOnce.failures = 0;
    const [x, z] = [doubles(1), doubles(1)];
    const y = x.mul(2).add(FailsOnce.apply(z).mul(1));
    expect(grad(y, [x])[0].tolist()).toEqual([2]);
    expect(FailsOnce.failures).toBe(0);
  });

  test("may run a backward of their own: what waits outside of it is not lost", () => {
    const { weight } = Weighted;
    weight.grad = null;
    const x = doubles(3);
    const y = Weighted.apply(x.mul(weight)).add(weight.mul(5)); // the gradient of the last product waits at the weight
    y.backward();
    expect([x.grad?.tolist(), weight.grad]).toEqual([[4], expect.anything()]);
    expect((weight.grad as Tensor | null)?.tolist()).toEqual([17]);
    const z = doubles(3);
    expect(grad(Weighted.apply(z.mul(weight)).add(weight.mul(5)), [z, weight]).map((g) => g.tolist())).toEqual([
      [4],
      [11],
    ]);
  });

  test("may run several, through nodes at which gradients of the outer one wait", () => {
    const [x, weight] = [doubles(3), doubles(2)];
    const shared = weight.mul(7);
    class Both extends AutogradFunction {
      static forward(_: Context, x: Tensor): Tensor {
        return x.mul(2);
      }
      static backward(_: Context, grad: Tensor): Tensor {
        for (let i = 0; i < 2; i++) enableGrad(() => backward(shared.mul(3), null, { retainGraph: true }));
        return grad.mul(2);
      }
    }
    Both.apply(x).add(shared.mul(5)).backward();
    expect([x.grad?.tolist(), weight.grad?.tolist()]).toEqual([[2], [77]]); // PyTorch's
  });

  test("get gradients of the shape and dtype of their inputs, whatever their backward gives", () => {
    class Wide extends AutogradFunction {
      static forward(_: Context, x: Tensor): Tensor {
        return x.to("float64").mul(2);
      }
      static backward(_: Context, gradient: Tensor): Tensor {
        return gradient.mul(2);
      }
    }
    const x = tensor([0.1, -0.2, 0.3, 0.4], { requiresGrad: true });
    Wide.apply(x.softmax(0))
      .mul(tensor([1, 2, 3, 4]))
      .sum()
      .backward();
    expect(x.grad?.dtype).toBe("float32");
    const expected = [-0.778, -0.2328, 0.1827, 0.828]; // PyTorch's, here and below
    expect(x.grad!.sub(tensor(expected)).abs().max().item()).toBeLessThan(1e-4);
    class Rows extends AutogradFunction {
      static forward(_: Context, x: Tensor): Tensor {
        return x.mul(2);
      }
      static backward(): Tensor {
        return ones(3, 2);
      }
    }
    const y = doubles(1, 2);
    Rows.apply(y).sum().backward();
    expect(y.grad?.tolist()).toEqual([3, 3]);
  });

  test("keep what they saved for others: two backwards free it once, and what was overwritten is not read", () => {
    class Scaled extends AutogradFunction {
      static forward(ctx: Context, x: Tensor, weight: Tensor): Tensor {
        ctx.saveForBackward(weight);
        return x.mul(weight);
      }
      static backward(ctx: Context, gradient: Tensor): (Tensor | null)[] {
        return [gradient.mul(ctx.savedTensors[0]!), null];
      }
    }
    const [x, weight] = [doubles(1, 2), doubles(3)];
    const y = Scaled.apply(x, weight).sum();
    y.backward();
    for (let i = 0; i < 2; i++) expect(() => y.backward()).toThrow("a second time");
    expect([x.grad?.tolist(), weight.mul(2).tolist()]).toEqual([[3, 3], [6]]);
    class Unread extends Scaled {
      static override backward(_: Context, gradient: Tensor): (Tensor | null)[] {
        return [gradient.mul(2), null];
      }
    }
    const twice = Unread.apply(x, weight).sum();
    for (let i = 0; i < 2; i++) twice.backward(); // nothing that was freed is read
    expect(weight.mul(2).tolist()).toEqual([6]);
    const h = x.mul(2);
    const z = Scaled.apply(x, h);
    h.mul_(3);
    expect(() => z.sum().backward()).toThrow("modified by an inplace operation");
  });

  test.each<[string, (ctx: Context, x: Tensor) => unknown, () => unknown, string]>([
    [
      "nothing",
      () => undefined,
      () => null,
      "Wrong: need a forward that returns a Tensor, or a list with one; got undefined",
    ],
    ["a number", () => 3, () => null, "Wrong: need a forward that returns a Tensor, or a list with one; got number"],
    ["a gradient that is a number", (_, x) => x.mul(2), () => 3, "need a Tensor or null; got number"],
    ["a saved number", (ctx, x) => [x.mul(2), ctx.saveForBackward(5 as never)][0], () => null, "saveForBackward: "],
  ])("say what they need: %s", (_, forward, run, message) => {
    class Wrong extends AutogradFunction {
      static forward = forward as (ctx: Context, x: Tensor) => Tensor;
      static backward = run as () => Tensor;
    }
    expect(() => Wrong.apply(doubles(1)).sum().backward()).toThrow(message);
  });

  test("may ask for gradients several times, through nodes at which gradients of the outer one wait", () => {
    const [x, weight] = [doubles(3), doubles(2)];
    const shared = weight.mul(7);
    const found: unknown[] = [];
    class Asks extends AutogradFunction {
      static forward(_: Context, x: Tensor): Tensor {
        return x.mul(2);
      }
      static backward(_: Context, gradient: Tensor): Tensor {
        for (let i = 0; i < 2; i++)
          found.push(enableGrad(() => grad(shared.mul(3), [weight], { retainGraph: true }))[0].tolist());
        return gradient.mul(2);
      }
    }
    Asks.apply(x).add(shared.mul(5)).backward();
    expect([x.grad?.tolist(), weight.grad?.tolist(), ...found]).toEqual([[2], [35], [21], [21]]); // PyTorch's
  });

  test("keep the gradients that they got and gave", () => {
    const x = doubles(1, 2);
    Keeps.apply(x.mul(3)).sum().backward();
    x.grad!.mul_(10);
    expect(Keeps.kept.map((grad) => grad.tolist())).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test("get a leaf as a leaf", () => {
    const weight = doubles(1);
    const x = doubles(3);
    grad(Keeps.apply(x), [x], { gradOutputs: weight, createGraph: true });
    const [got, given] = Keeps.kept as [Tensor, Tensor];
    expect([got.isLeaf, got.requiresGrad, got.gradFn]).toEqual([true, true, null]);
    expect([given.isLeaf, given.gradFn?.name]).toEqual([false, "MulBackward0"]);
    expect(grad(given, [weight])[0].tolist()).toEqual([2]);
  });

  test("hand an input through as another tensor", () => {
    const x = doubles(1, 2);
    const y = Through.apply(x);
    expect([y === x, x.isLeaf, y.isLeaf]).toEqual([false, true, false]);
    y.sum().backward();
    expect(x.grad?.tolist()).toEqual([5, 5]);
  });
});

describe("views among the results refuse writes, and say why", () => {
  class One extends AutogradFunction {
    static forward = (_: Context, x: Tensor): Tensor => x.view(2, 1);
    static backward = (_: Context, grad: Tensor): Tensor => grad.view(2);
  }
  class Two extends AutogradFunction {
    static forward = (_: Context, x: Tensor): readonly Tensor[] => [x.view(2, 1), x.view(1, 2)];
    static backward = (_: Context, grad: Tensor): Tensor => grad.view(2);
  }
  const result = (): Tensor => tensor([1, 2], { requiresGrad: true }).mul(1);

  test("one, and a view of it", () => {
    const out = One.apply(result());
    expect(() => out.mul_(2)).toThrow("This view was created inside a custom Function");
    expect(() => out.view(2).mul_(2)).toThrow("This view was created inside a custom Function");
  });

  test("several", () => {
    expect(() => Two.apply(result())[0]!.mul_(2)).toThrow("the output of a function that returns multiple views");
  });
});
