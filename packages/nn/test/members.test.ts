import "@ag/autograd";
import { Linear, Module, type Parameter } from "@ag/nn";
import { type Tensor, tensor, zeros } from "@ag/tensor";
import { expect, test } from "vitest";

class Net extends Module {
  readonly head: Linear = new Linear(4, 2);

  constructor() {
    super();
    this.registerBuffer("mask", zeros([3]), { persistent: false });
  }

  forward(x: Tensor): Tensor {
    return this.head.forward(x);
  }
}

test("a buffer takes no name of a field, and keeps whether it is saved", () => {
  const net = new Net();
  expect(() => net.registerBuffer("head", zeros([1]))).toThrow("attribute 'head' already exists");
  expect(() => net.setBuffer("head", zeros([1]))).toThrow("need a registered buffer");
  net.setBuffer("mask", zeros([4]));
  expect([net.getBuffer("mask")?.shape, net.stateDict().has("mask")]).toEqual([[4], false]);
});

test("what stands in two places counts once, under its first name", () => {
  class Tied extends Module {
    readonly first: Linear = new Linear(2, 2);
    readonly second: Linear = this.first;
    readonly scale: Parameter = this.first.weight;

    forward(): never {
      throw new Error("not called");
    }
  }
  const tied = new Tied();
  expect(tied.children()).toEqual([tied.first]);
  expect(tied.modules()).toEqual([tied, tied.first]);
  expect(tied.namedParameters().map(([name]) => name)).toEqual(["scale", "first.bias"]);
});

test("a hook that is registered twice runs twice, until each is removed", () => {
  const layer = new Linear(1, 1);
  let calls = 0;
  const count = (): void => {
    calls++;
  };
  const [first] = [layer.registerForwardHook(count), layer.registerForwardHook(count)];
  layer.forward(zeros([1, 1]));
  first.remove();
  layer.forward(zeros([1, 1]));
  expect(calls).toBe(3);
});

test("an array from a hook before forward replaces all inputs", () => {
  class Sum extends Module {
    forward(a: Tensor, b: Tensor): Tensor {
      return a.add(b);
    }
  }
  const sum = new Sum();
  sum.registerForwardPreHook(() => [tensor([1]), tensor([2])]);
  expect(sum.forward(zeros([1]), zeros([1])).tolist()).toEqual([3]);
});

test("a part of another copy of the library is refused", () => {
  class Holder extends Module {
    readonly part = { namedModules: (): never[] => [] };

    forward(): never {
      throw new Error("not called");
    }
  }
  for (const use of [(holder: Holder): unknown => holder.stateDict(), (holder: Holder): unknown => holder.parameters()])
    expect(() => use(new Holder())).toThrow('Holder: need a part of this copy of @ag/nn in field "part"');
});
