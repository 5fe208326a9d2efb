import { AutogradFunction, type Context } from "@ag/autograd";
import { slice, type Tensor, tensor } from "@ag/tensor";
import { describe, expect, test } from "vitest";

const leaf = (): Tensor => tensor([1, 2, 3], { requiresGrad: true });

class Double extends AutogradFunction {
  static forward(_: Context, x: Tensor): Tensor {
    return x.mul(2);
  }
  static backward(_: Context, grad: Tensor): Tensor {
    return grad.mul(2);
  }
}

/** Doubles in place, and keeps all that its backward has seen. */
class Keeping extends AutogradFunction {
  static kept: Tensor[] = [];
  static forward(ctx: Context, x: Tensor): Tensor {
    ctx.markDirty(x);
    return x.mul_(2);
  }
  static backward(_: Context, grad: Tensor): Tensor {
    Keeping.kept = [grad, grad.mul(3), grad.mul(2)];
    return Keeping.kept[2]!;
  }
}

// Expected numbers were given by PyTorch 2.13.
describe("a prehook that takes the gradient away", () => {
  const written = (x: Tensor, write: (view: Tensor) => unknown): Tensor => {
    const y = x.mul(1);
    write(y.at(slice(1)));
    return y;
  };
  test.each<[string, (x: Tensor) => Tensor]>([
    ["of one factor", (x) => x.mul(3)],
    ["that reads a saved result", (x) => x.exp()],
    ["of a view", (x) => x.at(slice(1))],
    ["of a write to a view", (x) => written(x, (view) => view.mul_(2))],
    ["of a write by a custom function", (x) => written(x, (view) => Keeping.apply(view))],
  ])("leaves nothing %s", (_, op) => {
    const x = leaf();
    const y = op(x);
    y.gradFn?.registerPrehook(() => [null]);
    y.sum().backward();
    expect(x.grad).toBe(null);
  });

  test("leaves zeros of a custom function", () => {
    const x = leaf();
    const y = Double.apply(x);
    y.gradFn?.registerPrehook(() => [null]);
    y.sum().backward();
    expect(x.grad?.tolist()).toEqual([0, 0, 0]);
  });
});

test("what the backward of a custom function keeps stays, also if it wrote to a view", () => {
  const x = leaf();
  const y = x.mul(1);
  Keeping.apply(y.at(slice(1)));
  y.sum().backward();
  expect(x.grad?.tolist()).toEqual([1, 2, 2]);
  expect(Keeping.kept.map((grad) => grad.tolist())).toEqual([
    [1, 1],
    [3, 3],
    [2, 2],
  ]);
});

test("a custom function that gives nothing for what it wrote to takes all of the base away", () => {
  class Nothing extends Keeping {
    static override backward(): never {
      return null as never;
    }
  }
  const x = leaf();
  const y = x.mul(1);
  Nothing.apply(y.at(slice(1)));
  y.sum().backward();
  expect(x.grad).toBe(null);
});
