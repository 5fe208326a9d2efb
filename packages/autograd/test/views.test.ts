import { grad, noGrad } from "@ag/autograd";
import { ones, slice, type Tensor, tensor, zeros } from "@ag/tensor";
import { describe, expect, test } from "vitest";

const leaf = (data: number | number[] | number[][]): Tensor => tensor(data, { requiresGrad: true });

// Expected numbers, names and texts were given by PyTorch 2.13.
describe("a write to a view", () => {
  test("goes into the history of the base", () => {
    const x = leaf([1, 2, 3]);
    const y = x.mul(1);
    y.at(slice(1)).mul_(10);
    expect(y.gradFn?.name).toBe("CopySlices");
    y.sum().backward();
    expect(x.grad?.tolist()).toEqual([1, 10, 10]);
  });

  test("makes what was written to differentiable", () => {
    const [w, base] = [leaf([3]), ones(2)];
    const view = base.at(slice(0, 1));
    view.mul_(w);
    expect([base.requiresGrad, view.requiresGrad]).toEqual([true, true]);
    base
      .mul(tensor([5, 7]))
      .sum()
      .backward();
    expect(w.grad?.tolist()).toEqual([5]);
  });

  test("of a view, whose operand is a part of the same leaf", () => {
    const x = leaf([
      [1, 2],
      [3, 4],
    ]);
    const y = x.mul(1);
    const turned = y.t();
    turned.at(0).mul_(x.at(1));
    turned.mul(turned).sum().backward();
    expect(x.grad?.tolist()).toEqual([
      [18, 4],
      [102, 80],
    ]);
  });

  test("can be differentiated twice, also where the result is read", () => {
    const x = leaf([1, 2, 3]);
    const y = x.mul(x);
    y.at(slice(1)).sigmoid_();
    const [slope] = grad(y.sum(), [x], { createGraph: true });
    const [second] = grad(slope.sum(), [x]);
    const same = leaf([1, 2, 3]);
    const whole = same.mul(same);
    const [expected] = grad(whole.at(0).add(whole.at(slice(1)).sigmoid().sum()), [same], { createGraph: true });
    expect(slope.tolist()).toEqual(expected.tolist());
    expect(second.tolist()).toEqual(grad(expected.sum(), [same])[0].tolist());
  });

  test("by index", () => {
    const [x, value] = [leaf([1, 2, 3]), leaf(5)];
    const y = x.mul(1);
    y.setAt_(value, 1);
    y.mul(tensor([1, 2, 3]))
      .sum()
      .backward();
    expect([x.grad?.tolist(), value.grad?.tolist()]).toEqual([[1, 0, 3], 2]);
  });
});

describe("a view taken before", () => {
  test.each<[string, (y: Tensor) => Tensor, number[]]>([
    ["view", (y) => y.view(2, 1), [3, 3]],
    ["at", (y) => y.at(slice(1)), [0, 3]],
    ["narrow", (y) => y.narrow(0, 0, 1), [3, 0]],
    ["flatten", (y) => y.flatten(), [3, 3]],
    ["expand", (y) => y.expand(3, 2), [9, 9]],
    ["overlapping windows", (y) => y.asStrided([2, 1, 2], [1, 0, 0]), [6, 6]],
    ["a view of a view", (y) => y.view(1, 2).t().at(1), [0, 3]],
  ])("%s: follows its base", (_, view, expected) => {
    const x = leaf([1, 2]);
    const y = x.mul(1);
    const v = view(y);
    y.mul_(3);
    v.sum().backward();
    expect(x.grad?.tolist()).toEqual(expected);
  });

  test("of a base that had no gradient", () => {
    const base = ones(2);
    const view = base.at(slice(0, 1));
    base.mul_(leaf([1, 2]));
    expect([view.requiresGrad, view.isLeaf, view.gradFn?.name]).toEqual([true, false, "AsStridedBackward0"]);
  });

  test("is not changed by a write to a detached handle", () => {
    const x = leaf([1, 2]);
    const y = x.mul(1);
    const detached = y.view(2).detach();
    detached.mul_(2);
    expect([detached.base, detached.requiresGrad, y.version]).toEqual([null, false, 1]);
    y.sum().backward();
    expect(x.grad?.tolist()).toEqual([1, 1]);
  });
});

describe("refused before anything is written", () => {
  const expectUntouched = (x: Tensor, write: () => unknown, text: string): void => {
    const before = x.tolist();
    expect(write).toThrow(text);
    expect(x.tolist()).toEqual(before);
  };

  test("a view of a leaf, made before it became one", () => {
    const base = ones(2);
    const view = base.view(2);
    base.requiresGrad_();
    expectUntouched(base.detach(), () => view.add_(1), "a view of a leaf Variable that requires grad");
    expect([view.requiresGrad, view.isLeaf]).toEqual([true, true]);
  });

  test("a view made without recording", () => {
    const x = leaf([1, 2]);
    const view = noGrad(() => x.at(slice(0, 1)));
    expectUntouched(x.detach(), () => view.mul_(2), "A view was created in no_grad mode and is being modified inplace");
    expectUntouched(
      x.detach(),
      () => view.view(1).mul_(2),
      "A view was created in no_grad mode and is being modified inplace",
    );
    noGrad(() => view.mul_(2));
    expect(x.tolist()).toEqual([2, 2]);
  });

  test.each([
    ["split", "Split", (y: Tensor) => y.split(2)],
    ["chunk", "Split", (y: Tensor) => y.chunk(2)],
    ["unbind", "Unbind", (y: Tensor) => y.unbind()],
  ] as const)("one of several views: %s", (_, name, views) => {
    const y = leaf([1, 2, 3, 4]).mul(1);
    const [first] = views(y);
    expectUntouched(y.detach(), () => first!.mul_(2), `Output 0 of ${name} is a view and is being modified inplace`);
    y.mul_(2);
    expect(() => first!.sum()).toThrow("its base or another view of its base has been modified inplace");
  });
});

test("what a write to a part has saved is freed with the graph", () => {
  const [x, w] = [leaf([1, 2]), leaf(3)];
  const y = x.mul(1);
  y.at(0).mul_(w);
  y.sum().backward();
  expect([x.grad?.tolist(), w.grad?.tolist()]).toEqual([[3, 1], 1]);
  expect(() => y.sum().backward()).toThrow("second time");
});

test("a view gets its history anew once for each write", () => {
  const y = leaf([1, 2]).mul(1);
  const view = y.view(2);
  y.mul_(2);
  const first = view.gradFn;
  expect(view.gradFn).toBe(first);
  y.mul_(2);
  expect(view.gradFn).not.toBe(first);
});

test("a write whose base wants no gradient", () => {
  const [w, base] = [leaf([3]), ones(2)];
  base.at(slice(0, 1)).mul_(w);
  expect(grad(base.sum(), w)[0].tolist()).toEqual([1]);
});

test("detach_ takes out of the graph, but for views", () => {
  const x = leaf([1, 2]);
  const y = x.mul(2);
  expect(() => y.view(2).detach_()).toThrow("Can't detach views in-place");
  y.detach_();
  expect([y.requiresGrad, y.isLeaf, x.detach_().requiresGrad]).toEqual([false, true, false]);
});

test("a flag taken back and set again belongs to the same leaf", () => {
  const x = leaf([1, 2]);
  const y = x.mul(2);
  x.requiresGrad = false;
  x.requiresGrad = true;
  expect(grad(y.sum(), [x])[0].tolist()).toEqual([2, 2]);
});

test("a retained gradient is that of the newest version", () => {
  const x = leaf([1, 2]);
  const y = x.mul(2);
  const view = y.view(2, 1);
  y.retainGrad();
  view.retainGrad();
  y.mul_(3);
  view.mul(5).sum().backward();
  expect([y.grad?.tolist(), view.grad?.tolist()]).toEqual([
    [5, 5],
    [[5], [5]],
  ]);
});

test("asStrided shares what is given to elements that lie in one place", () => {
  const x = leaf([1, 2, 3]);
  x.asStrided([2, 2], [1, 1]).asStrided([3], [1], { storageOffset: 0 }).sum().backward();
  expect(x.grad?.tolist()).toEqual([1, 1, 1]);
});

test("the gradient of a write to a part of what was expanded is refused", () => {
  const w = leaf([3]);
  const expanded = ones(2).expand(3, 2).detach();
  expanded.at(0).mul_(w);
  expect(() => expanded.sum().backward()).toThrow("more than one element of the written-to tensor refers to a single");
  const one = ones(2).expand(1, 2).detach();
  one.at(0).mul_(w);
  one.sum().backward();
  expect(w.grad?.tolist()).toEqual([2]);
});

test("zeros written over are forgotten", () => {
  const x = leaf([1, 2]);
  const y = x.mul(2);
  y.at(0).zero_();
  zeros(2).add(y).sum().backward();
  expect(x.grad?.tolist()).toEqual([0, 2]);
});
