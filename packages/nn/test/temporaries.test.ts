import { noGrad } from "@ag/autograd";
import { Flatten, giveBack, Identity, Linear, Module, ReLU, Sequential } from "@ag/nn";
import { memory, ones, type Tensor, zeros } from "@ag/tensor";
import { describe, expect, test } from "vitest";

describe("what a model makes on its way", () => {
  const isLive = (x: Tensor): boolean => {
    try {
      x.tolist();
      return true;
    } catch {
      return false;
    }
  };
  class Keeper extends Module {
    readonly seen: Tensor[] = [];
    forward(x: Tensor): Tensor {
      const out = x.mul(2);
      this.seen.push(x, out);
      return out;
    }
  }
  class KeepingLinear extends Linear {
    last: Tensor | null = null;
    override forward(x: Tensor): Tensor {
      this.last = super.forward(x);
      return this.last;
    }
  }

  test("is given back once it was used, and gradients come all the same", () => {
    const net = new Sequential(new Linear(3, 3), new Sequential(new ReLU(), new Linear(3, 3)), new Linear(3, 2));
    const x = ones([2, 3]);
    const { blocks } = memory();
    const out = noGrad(() => net.forward(x));
    expect(memory().blocks - blocks).toBe(1);
    expect([x, out].every(isLive)).toBe(true);
    net.forward(x).sum().backward();
    expect(net.parameters().every((p) => p.grad !== null)).toBe(true);
  });

  test("stays when a module of one's own, a subclass, or a hook may hold it", () => {
    const [keeper, linear] = [new Keeper(), new KeepingLinear(3, 3)];
    const hooked = new Linear(3, 3);
    const seen: Tensor[] = [];
    hooked.registerForwardHook((_, [x], out) => void seen.push(x as Tensor, out as Tensor));
    const net = new Sequential(new Linear(3, 3), keeper, linear, new Sequential(hooked, new ReLU()), new Linear(3, 1));
    net.forward(ones([2, 3]));
    expect([...keeper.seen, linear.last as Tensor, ...seen].map(isLive)).toEqual(new Array(5).fill(true));
  });

  test("is never the input, also when a layer hands that on", () => {
    const net = new Sequential(new Linear(3, 3), new Identity(), new ReLU({ inplace: true }));
    const tail = new Sequential(new Identity(), new Flatten(), new Linear(3, 1));
    const middle = noGrad(() => net.forward(ones([2, 3])));
    tail.forward(middle);
    expect(isLive(middle)).toBe(true);
  });
});

test("what a module of somebody else keeps is left to it", () => {
  class Keeper extends Module {
    readonly linear: Linear = new Linear(2, 2);
    readonly kept: Tensor[] = [];

    forward(x: Tensor): Tensor {
      const out = this.linear.forward(x);
      this.kept.push(out);
      return out;
    }
  }
  const keeper = new Keeper();
  new Sequential(keeper, new ReLU()).forward(zeros([1, 2]));
  expect(keeper.kept[0]!.shape).toEqual([1, 2]);
  expect(() => keeper.kept[0]!.tolist()).not.toThrow();
});

test("what passes through a layer is not given back", () => {
  const x = zeros([2]);
  giveBack(new Identity().forward(x));
  expect(x.tolist()).toEqual([0, 0]);
});
