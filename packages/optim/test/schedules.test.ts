import "@ag/autograd";
import { ExponentialLR, type LRScheduler, MultiStepLR, SGD, StepLR } from "@ag/optim";
import { zeros } from "@ag/tensor";
import { expect, test, vi } from "vitest";
import golden from "./goldens/optim.json" with { type: "json" };

function optimizerOf(): SGD {
  const [p, q] = [zeros([1], { requiresGrad: true }), zeros([1], { requiresGrad: true })];
  return new SGD([{ params: [p] }, { params: [q], lr: 0.5 }], { lr: 0.1 });
}

const makers: Record<keyof typeof golden.schedules, (optimizer: SGD) => LRScheduler> = {
  step: (optimizer) => new StepLR(optimizer, 3, { gamma: 0.3 }),
  milestones: (optimizer) => new MultiStepLR(optimizer, [2, 4, 4], { gamma: 0.3 }),
  exponential: (optimizer) => new ExponentialLR(optimizer, 0.9),
};

const plain = (x: unknown): unknown =>
  x instanceof Map ? Object.fromEntries([...x].map(([k, v]) => [k, plain(v)])) : x;

test.each(Object.entries(golden.schedules))("%s, as PyTorch", (name, { rates, state, keys }) => {
  const optimizer = optimizerOf();
  const scheduler = makers[name as keyof typeof makers](optimizer);
  const ours = [scheduler.getLastLr()];
  while (ours.length < rates.length) {
    optimizer.step();
    scheduler.step();
    ours.push(scheduler.getLastLr());
  }
  ours.forEach((pair, i) => {
    pair.forEach((lr, j) => {
      expect(lr).toBeCloseTo(rates[i]![j]!, 15);
    });
  });
  const saved = scheduler.stateDict();
  expect([...saved.keys()]).toEqual(Object.keys(state));
  expect({ ...(plain(saved) as object), _last_lr: null }).toEqual({ ...state, _last_lr: null });
  const group = (optimizer.stateDict().get("param_groups") as Map<string, unknown>[])[1]!;
  expect([...group.keys()].sort()).toEqual([...keys].sort());
});

test.each(Object.keys(makers))("%s goes on from its state", (name) => {
  const make = makers[name as keyof typeof makers];
  const [first, second] = [optimizerOf(), optimizerOf()];
  const [whole, rest] = [make(first), make(second)];
  const step = (optimizer: SGD, scheduler: LRScheduler): void => {
    optimizer.step();
    scheduler.step();
  };
  for (let i = 0; i < 3; i++) step(first, whole);
  second.loadStateDict(first.stateDict());
  rest.loadStateDict(whole.stateDict());
  for (let i = 0; i < 3; i++) {
    step(first, whole);
    step(second, rest);
  }
  expect(rest.getLastLr()).toEqual(whole.getLastLr());
  expect(rest.stateDict()).toEqual(whole.stateDict());
});

test("misuse", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  new StepLR(optimizerOf(), 1).step();
  expect(warn.mock.calls.flat().join()).toContain("`lr_scheduler.step()` before `optimizer.step()`");
  warn.mockRestore();
  expect(() => new StepLR(optimizerOf(), 0)).toThrow("need a whole number > 0 as stepSize");
  expect(() => new StepLR(optimizerOf(), 1, { lastEpoch: 3 })).toThrow("param 'initial_lr' is not specified");
  const schedule = new StepLR(optimizerOf(), 2);
  expect(() => schedule.loadStateDict(new Map([["last_epoch", 3]]))).toThrow("loadStateDict: need last_epoch");
  expect(schedule.lastEpoch).toBe(0);
});
