import { enableGrad, grad, isGradEnabled, noGrad, registerMultiGradHook, savedTensorsHooks } from "@ag/autograd";
import { ones, type Tensor, tensor } from "@ag/tensor";
import { describe, expect, test } from "vitest";

const leaf = (data: number[]): Tensor => tensor(data, { requiresGrad: true });

describe("what a hook leaves open ends with it", () => {
  const modes: boolean[] = [];
  const look = (): void => void modes.push(isGradEnabled());

  test.each<[string, (x: Tensor, y: Tensor, leave: () => void) => unknown]>([
    ["of a tensor", (_, y, leave) => y.registerHook(leave)],
    ["before a node", (_, y, leave) => y.gradFn!.registerPrehook(leave)],
    ["after a node", (_, y, leave) => y.gradFn!.registerHook(leave)],
    ["of a leaf's gradient", (x, _, leave) => x.registerPostAccumulateGradHook(leave)],
    ["of several", (x, y, leave) => registerMultiGradHook([x, y], leave)],
  ])("%s", (_, hang) => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    modes.length = 0;
    hang(x, y, () => void enableGrad());
    y.registerHook(look);
    x.registerHook(look);
    x.registerPostAccumulateGradHook(look);
    y.sum().backward();
    expect(modes).toEqual([false, false, false]);
    expect(isGradEnabled()).toBe(true);
  });

  test("nor what unpack leaves open", () => {
    const x = leaf([1, 2]);
    const y = savedTensorsHooks(
      (t) => t,
      (t) => {
        enableGrad();
        return t;
      },
      () => x.pow(2),
    );
    x.registerPostAccumulateGradHook(() => expect(isGradEnabled()).toBe(false));
    y.sum().backward();
    expect(x.grad?.tolist()).toEqual([2, 4]);
  });
});

describe("what comes too late, or is nothing, is refused", () => {
  test("an async hook", () => {
    const x = leaf([1]);
    x.registerHook((async (g: Tensor) => g) as never);
    expect(() => x.mul(2).backward()).toThrow("need a synchronous callback");
    expect(x.grad).toBe(null);
  });

  test("no function", () => {
    const x = leaf([1]);
    expect(() => x.registerHook(3 as never)).toThrow("registerHook: need a function; got number");
    expect(() => x.mul(2).gradFn!.registerHook(null as never)).toThrow("need a function");
    expect(() => x.mul(2).gradFn!.saved("nothing")).toThrow("need the name of a value");
    expect(() => ones(1).registerHook(() => {})).toThrow("doesn't require gradient");
  });
});

test("an error of a hook leaves nothing behind: the next pass is as the first", () => {
  const x = leaf([1, 2]);
  const y = x.mul(3);
  const hook = y.registerHook(() => {
    throw new Error("mine");
  });
  expect(() => y.sum().backward()).toThrow("mine");
  expect([x.grad, isGradEnabled()]).toEqual([null, true]);
  hook.remove();
  x.mul(3).sum().backward();
  expect(x.grad?.tolist()).toEqual([3, 3]);
});

test("a hook that runs a pass of its own, through the same leaf", () => {
  const x = leaf([2]);
  const y = x.mul(x);
  y.registerHook((g) => {
    enableGrad(() => x.pow(3)).backward();
    return g;
  });
  y.backward();
  expect(x.grad?.tolist()).toEqual([16]); // PyTorch's
});

test("a pass inside of a pass, between the gradients of one leaf", () => {
  const w = leaf([2]);
  const seen: unknown[] = [];
  w.registerPostAccumulateGradHook((leaf) => void seen.push(leaf.grad!.tolist()));
  const [a, b, c] = [w.mul(3), w.mul(5), w.mul(7)];
  b.registerHook(() => {
    enableGrad(() => w.mul(w)).backward();
  });
  a.add(b).add(c).backward();
  expect(seen).toEqual([[4], [19]]); // PyTorch's: the leaf waits for all three
});

test("a retained gradient that somebody holds stays as it was", () => {
  const y = leaf([1]).mul(2);
  y.retainGrad();
  y.backward(null, { retainGraph: true });
  const first = y.grad!;
  y.backward();
  expect([first.tolist(), y.grad!.tolist()]).toEqual([[1], [2]]);
});

test("a root that leads to no input shows its hooks what it starts with, if it is the only one", () => {
  const [r, n] = [leaf([1]), leaf([1]).mul(3)];
  const m = leaf([1]).mul(2);
  let count = 0;
  m.registerHook(() => void count++);
  grad([m, n], r, { allowUnused: true });
  expect(count).toBe(0);
  grad(m, r, { allowUnused: true });
  expect(count).toBe(1);
});

test.each([
  ["shape", () => ones(3), "has changed the size of value"],
  ["dtype", (g: Tensor) => g.double(), "has changed the type of value"],
])("a gradient of another %s is refused", (_, change, text) => {
  const x = leaf([1, 2]);
  x.registerHook(change);
  expect(() => x.mul(2).sum().backward()).toThrow(text);
  const y = leaf([1, 2]).mul(2);
  y.gradFn!.registerPrehook(([g]) => [change(g!)]);
  expect(() => y.sum().backward()).toThrow(text);
});

test("a hook that was removed does not run, and may be removed again", () => {
  const y = leaf([1]).mul(2);
  let count = 0;
  const hook = y.registerHook(() => void count++);
  hook.remove();
  hook.remove();
  y.backward();
  expect(count).toBe(0);
});

test("a hook of several waits for those that are reached, or for the first", () => {
  const [a, b] = [leaf([2]), leaf([3])];
  const seen: unknown[] = [];
  registerMultiGradHook([a, b], (grads) => void seen.push(grads.map((g) => g?.item() ?? null)));
  registerMultiGradHook([a, b], (g) => void seen.push(g.item()), { mode: "any" });
  a.mul(5).backward();
  a.mul(b).backward();
  expect(seen).toHaveLength(4);
  expect(seen).toContainEqual([5, null]);
  expect(seen).toContainEqual([3, 2]);
});

test("hooks of a node see null for results that no gradient reached, and give one for each", () => {
  const [first] = leaf([1, 2]).mul(2).split(1);
  const node = first!.gradFn!;
  const seen: unknown[] = [];
  const hook = node.registerPrehook((grads) => void seen.push(grads.map((g) => g?.tolist() ?? null)));
  first!.backward(null, { retainGraph: true });
  expect(seen).toEqual([[[1], null]]);
  hook.remove();
  node.registerPrehook(([g]) => [g!, g!, g!]);
  expect(() => first!.backward()).toThrow("incorrect number of values (got 3, but expected 2)");
});

test("a hook sees second derivatives when they are recorded", () => {
  const x = leaf([2]);
  const seen: boolean[] = [];
  x.registerHook((g) => void seen.push(g.requiresGrad));
  const [slope] = grad(x.pow(3), x, { createGraph: true });
  noGrad(() => slope.tolist());
  grad(slope, x);
  expect(seen).toEqual([true, false]);
});
