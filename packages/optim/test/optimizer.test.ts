import { isGradEnabled } from "@ag/autograd";
import { Adam, AdamW, SGD } from "@ag/optim";
import { memory, type Tensor, tensor, zeros } from "@ag/tensor";
import { gradAt, placeOf } from "@ag/tensor/internal";
import { expect, test, vi } from "vitest";

const leaf = (...values: number[]): Tensor => tensor(values, { requiresGrad: true });

test("what an optimizer refuses", () => {
  const p = leaf(1, 2);
  expect(() => new SGD([])).toThrow("optimizer got an empty parameter list");
  expect(() => new SGD([p.mul(2)])).toThrow("can't optimize a non-leaf Tensor");
  expect(() => new SGD(p as never)).toThrow("params argument given to the optimizer should be an iterable");
  expect(() => new SGD([1] as never)).toThrow("optimizer can only optimize Tensors, but one of the params is number");
  expect(() => new SGD([{ params: new Set([p]) }])).toThrow("ordered collections");
  expect(() => new SGD([{ params: [p] }, { params: [p] }])).toThrow(
    "some parameters appear in more than one parameter group",
  );
  expect(() => new SGD([p], { lr: -1 })).toThrow("Invalid learning rate: need a number >= 0; got -1");
  expect(() => new Adam([p], { betas: [0.5, 0.5, 0.5] as never })).toThrow("need two numbers");
  expect(() => new Adam([p], { betas: [0.5, p] as never })).toThrow("need a number in [0, 1)");
  for (const rule of [SGD, Adam, AdamW]) {
    expect(() => new rule([p], { lr: "1" as never })).toThrow(`${rule.name}: `);
    expect(() => new rule([p], { maximize: 1 as never })).toThrow("'maximize'");
    expect(() => new rule([p], { momentun: 1 } as never)).toThrow("momentun");
  }
  expect(() => new SGD([p], { dampening: "1" as never })).toThrow("'dampening'");
  const optimizer = new SGD([p]);
  expect(() => optimizer.addParamGroup({ params: [leaf(1)], momentun: 1 } as never)).toThrow("momentun");
  expect(() => optimizer.step(1 as never)).toThrow("'closure'");
  expect(() => optimizer.zeroGrad({ setToNone: "no" as never })).toThrow("'setToNone'");
});

test("the same parameter twice in one group warns", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const p = leaf(1);
  const optimizer = new SGD([p, p], { lr: 0.1 });
  expect((optimizer.stateDict().get("param_groups") as Map<string, unknown>[])[0]!.get("params")).toEqual([0, 0]);
  expect(warn.mock.calls.flat().join()).toContain("duplicate parameters");
  warn.mockRestore();
  p.grad = tensor([1]);
  optimizer.step();
  expect(p.tolist()[0 as never]).toBeCloseTo(0.8, 6); // twice, as in PyTorch
});

test("a parameter without gradient is left alone", () => {
  const [p, q] = [leaf(1), leaf(2)];
  const optimizer = new SGD([p, q], { lr: 0.5, momentum: 0.9, weightDecay: 0.5 });
  p.grad = tensor([0]);
  optimizer.step();
  expect([p.tolist(), q.tolist()]).toEqual([[0.75], [2]]);
  expect([optimizer.state.has(p), optimizer.state.has(q)]).toEqual([true, false]);
});

test("a step is a write: what was saved before cannot be used", () => {
  const p = leaf(1, 2);
  const y = p.mul(p).sum();
  const version = p.storage.version;
  p.grad = tensor([1, 1]);
  new SGD([p], { lr: 0.5 }).step();
  expect(p.storage.version).toBe(version + 1);
  expect(() => y.backward()).toThrow("has been modified by an inplace operation");
});

test("zeroGrad gives memory of unread gradients back, and leaves read ones to their readers", () => {
  const p = zeros([1000], { requiresGrad: true });
  const optimizer = new SGD([p]);
  p.mul(2).sum().backward();
  const unread = gradAt(p)!;
  optimizer.zeroGrad();
  expect(p.grad).toBe(null);
  expect(() => unread.tolist()).toThrow("disposed");
  p.mul(2).sum().backward();
  const read = p.grad as unknown as Tensor;
  optimizer.zeroGrad();
  expect(read.tolist()).toEqual(new Array(1000).fill(2));
  p.mul(2).sum().backward();
  optimizer.zeroGrad({ setToNone: false });
  expect((p.grad as Tensor | null)?.sum().item()).toBe(0);
});

test("zeroed gradients have no history", () => {
  const p = leaf(1, 2);
  p.mul(p).mul(p).sum().backward(null, { createGraph: true });
  expect(p.grad?.requiresGrad).toBe(true);
  new SGD([p]).zeroGrad({ setToNone: false });
  expect([p.grad?.requiresGrad, p.grad?.tolist()]).toEqual([false, [0, 0]]);
});

test("steps need no memory after the first", () => {
  const p = zeros([1000], { requiresGrad: true });
  const optimizer = new Adam([p]);
  const step = (): number => {
    p.grad = null;
    placeOf(p).grad = zeros([1000]);
    optimizer.step();
    optimizer.zeroGrad();
    return memory().used;
  };
  const after = step();
  for (let i = 0; i < 3; i++) step();
  expect(step()).toBe(after);
});

test("a closure computes with gradients, and its value is given back", () => {
  const p = leaf(1);
  const optimizer = new SGD([p], { lr: 0.25 });
  const loss = optimizer.step(() => {
    expect(isGradEnabled()).toBe(true);
    optimizer.zeroGrad();
    const loss = p.mul(p).sum();
    loss.backward();
    return loss.item();
  });
  expect([loss, p.tolist()]).toEqual([1, [0.5]]);
});

test("parameters that are not row-major, and gradients that are not", () => {
  const p = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ])
    .t()
    .detach()
    .requiresGrad_();
  const q = zeros([3, 2], { requiresGrad: true });
  const grad = tensor([
    [1, 0, 2],
    [3, 1, 0],
  ]).t();
  const optimizer = new SGD([p, q], { lr: 1, momentum: 0.5 });
  for (let step = 0; step < 2; step++) {
    p.grad = grad;
    q.grad = grad;
    optimizer.step();
  }
  const moved = grad.mul(2.5);
  expect(q.add(moved).abs().sum().item()).toBe(0);
  expect(p.add(moved).tolist()).toEqual([
    [1, 4],
    [2, 5],
    [3, 6],
  ]);
});

test("groups added later, and options changed between steps", () => {
  const [p, q] = [leaf(1), leaf(1)];
  const optimizer = new SGD([p], { lr: 0.5 });
  optimizer.addParamGroup({ params: q, lr: 0.25 });
  optimizer.paramGroups[0]!.lr = 0.125;
  p.grad = tensor([1]);
  q.grad = tensor([1]);
  optimizer.step();
  expect([p.tolist(), q.tolist()]).toEqual([[0.875], [0.75]]);
  expect(() => optimizer.addParamGroup({ params: [q] })).toThrow("more than one parameter group");
  expect(optimizer.paramGroups).toHaveLength(2);
  optimizer.addParamGroup({ params: [leaf(1)], lr: undefined } as never);
  expect(optimizer.paramGroups[2]!.lr).toBe(0.5);
});

test("a state dict that does not fit changes nothing", () => {
  const [p, q] = [leaf(1, 2), leaf(3)];
  const optimizer = new SGD([p, q], { lr: 0.5, momentum: 0.9 });
  p.grad = tensor([1, 1]);
  q.grad = tensor([1]);
  optimizer.step();
  const shown = (): string => JSON.stringify(optimizer.paramGroups.map((group) => ({ ...group, params: [] })));
  const before = shown();
  const held = optimizer.state.get(p);
  const saved = optimizer.stateDict();
  const other = (edit: (state: Map<string, unknown>) => void): Map<string, unknown> => {
    const copy = structuredCloneOf(saved);
    edit(copy);
    return copy;
  };
  const group = (state: Map<string, unknown>): Map<string, unknown> =>
    (state.get("param_groups") as Map<string, unknown>[])[0]!;
  expect(() => optimizer.loadStateDict(other((s) => s.delete("state")))).toThrow('need "state"');
  for (const count of [0, 2])
    expect(() => optimizer.loadStateDict(other((s) => s.set("param_groups", Array(count).fill(group(s)))))).toThrow(
      "different number of parameter groups",
    );
  for (const ids of [[0], [0, 1, 2]])
    expect(() => optimizer.loadStateDict(other((s) => group(s).set("params", ids)))).toThrow(
      "doesn't match the size of optimizer's group",
    );
  expect(() => optimizer.loadStateDict(other((s) => group(s).set("lr", -1)))).toThrow("Invalid learning rate");
  expect(() =>
    optimizer.loadStateDict(other((s) => s.set("state", new Map([[1, new Map([["momentum_buffer", zeros([2])]])]])))),
  ).toThrow("need a tensor of shape [1] as momentum_buffer");
  expect(() => optimizer.loadStateDict({} as never)).toThrow("need a Map; got object");
  expect(() => optimizer.loadStateDict(other((s) => s.set("state", [])))).toThrow("need a list of param_groups");
  expect(() => optimizer.loadStateDict(other((s) => s.set("param_groups", 1)))).toThrow("need a list of param_groups");
  expect(() => optimizer.loadStateDict(other((s) => s.set("param_groups", [1])))).toThrow("parameter groups as Maps");
  expect(() => optimizer.loadStateDict(other((s) => group(s).delete("params")))).toThrow('need "params"');
  expect(() => optimizer.loadStateDict(other((s) => s.set("state", new Map([[5, new Map()]]))))).toThrow(
    "need the state of a parameter by its number; got the key 5",
  );
  expect(shown()).toBe(before);
  expect(optimizer.state.get(p)).toBe(held);
});

/** A copy of the Maps and lists; tensors are shared. */
function structuredCloneOf<T>(value: T): T {
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [k, structuredCloneOf(v)])) as T;
  return Array.isArray(value) ? (value.map(structuredCloneOf) as T) : value;
}

test("a buffer that holds nothing yet stays so, and starts with the first gradient", () => {
  const [p, q] = [leaf(1, 2), leaf(1, 2)];
  const options = { lr: 0.5, momentum: 0.5, dampening: 0.5 };
  const [loaded, fresh] = [new SGD([p], options), new SGD([q], options)];
  loaded.loadStateDict(loaded.stateDict().set("state", new Map([[0, new Map([["momentum_buffer", null]])]])));
  expect(loaded.stateDict().get("state")).toEqual(new Map([[0, new Map([["momentum_buffer", null]])]]));
  for (const [x, optimizer] of [[p, loaded] as const, [q, fresh] as const]) {
    x.grad = tensor([1, -3]);
    optimizer.step();
  }
  expect(p.tolist()).toEqual(q.tolist());
});

test("a number of steps that is none is refused", () => {
  const p = leaf(1);
  const optimizer = new Adam([p]);
  p.grad = tensor([1]);
  optimizer.step();
  const saved = optimizer.stateDict();
  const held = (saved.get("state") as Map<number, Map<string, unknown>>).get(0)!;
  for (const step of [tensor(1.5), tensor(-1), tensor([1, 2]), "1", null]) {
    held.set("step", step);
    expect(() => optimizer.loadStateDict(saved)).toThrow("need a whole number as step");
  }
  held.set("step", 7); // as files before PyTorch 1.12 have it
  optimizer.loadStateDict(saved);
  expect(optimizer.state.get(p)?.step).toBe(7);
});

test("loaded state is converted and copied; groups keep PyTorch's other keys", () => {
  const p = tensor([1, 2], { dtype: "float64", requiresGrad: true });
  const optimizer = new SGD([p], { lr: 0.5, momentum: 0.9 });
  const buffer = tensor([1, 1]);
  const group = new Map<string, unknown>([
    ["lr", 0.25],
    ["momentum", 0.5],
    ["initial_lr", 1],
    ["params", [7]],
  ]);
  const state = new Map([[7, new Map([["momentum_buffer", buffer]])]]);
  optimizer.loadStateDict(
    new Map<string, unknown>([
      ["state", state],
      ["param_groups", [group]],
    ]),
  );
  buffer.zero_();
  const held = (optimizer.stateDict().get("state") as Map<number, Map<string, Tensor>>).get(0)!.get("momentum_buffer")!;
  expect([held.dtype, held.tolist()]).toEqual(["float64", [1, 1]]);
  expect(optimizer.paramGroups[0]).toMatchObject({ lr: 0.25, momentum: 0.5, initialLr: 1, dampening: 0 });
});

test("what is loaded replaces the state that was there", () => {
  const p = leaf(1, 2);
  const optimizer = new SGD([p], { lr: 0.5, momentum: 0.9 });
  const saved = optimizer.stateDict();
  p.grad = tensor([1, 1]);
  optimizer.step();
  expect(optimizer.state.size).toBe(1);
  optimizer.loadStateDict(saved);
  expect(optimizer.state.size).toBe(0);
});

test("betas that change between steps count from the next", () => {
  const [p, q] = [leaf(1, 2), leaf(1, 2)];
  const [changed, other] = [new Adam([p], { lr: 0.5 }), new Adam([q], { lr: 0.5 })];
  for (const [x, optimizer] of [[p, changed] as const, [q, other] as const]) {
    x.grad = tensor([1, -3]);
    optimizer.step();
  }
  changed.paramGroups[0]!.betas = [0.5, 0.75];
  const fresh = new Adam([q], { lr: 0.5, betas: [0.5, 0.75] });
  fresh.loadStateDict(changed.stateDict());
  p.grad = tensor([1, -3]);
  q.grad = tensor([1, -3]);
  changed.step();
  fresh.step();
  expect(p.tolist()).toEqual(q.tolist());
});

test("an optimizer is neither cloned nor JSON", () => {
  const p = leaf(1);
  const optimizer = new SGD([p], { lr: 1, momentum: 0.5 });
  p.mul(2).backward();
  optimizer.step();
  const instead = "a Tensor: send its data() or tolist() instead";
  expect(() => structuredClone(optimizer)).toThrow(instead);
  expect(() => structuredClone(optimizer.stateDict())).toThrow(instead);
  expect(() => JSON.stringify(optimizer)).toThrow("toJSON: need numbers; got a Tensor");
});
