import "@ag/autograd";
import { CosineAnnealingWarmRestarts, ExponentialLR, MultiStepLR, SGD, StepLR } from "@ag/optim";
import { zeros } from "@ag/tensor";
import { expect, test, vi } from "vitest";

function optimizerOf(): SGD {
  const [p, q] = [zeros([1], { requiresGrad: true }), zeros([1], { requiresGrad: true })];
  return new SGD([{ params: [p] }, { params: [q], lr: 0.5 }], { lr: 0.1 });
}

test("misuse", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  new StepLR(optimizerOf(), 1).step();
  expect(warn.mock.calls.flat().join()).toContain("`lr_scheduler.step()` before `optimizer.step()`");
  warn.mockRestore();
  expect(() => new StepLR(optimizerOf(), 0)).toThrow("need a whole number > 0 as stepSize");
  expect(() => new StepLR(optimizerOf(), 1, { lastEpoch: 3 })).toThrow("param 'initial_lr' is not specified");
  expect(() => new StepLR({} as never, 1)).toThrow("which is not an Optimizer");
  expect(() => new StepLR(optimizerOf(), 1, { gama: 1 } as never)).toThrow("gama");
  expect(() => new MultiStepLR(optimizerOf(), 3 as never)).toThrow("'milestones'");
  expect(() => new ExponentialLR(optimizerOf(), 0.5, { lastEpoch: "1" as never })).toThrow("'lastEpoch'");
  const schedule = new StepLR(optimizerOf(), 2);
  expect(() => schedule.loadStateDict({} as never)).toThrow("need a Map; got object");
  const saved = (key: string, value: unknown): Map<string, unknown> => schedule.stateDict().set(key, value);
  expect(() => schedule.loadStateDict(saved("step_size", 0))).toThrow("need a whole number > 0 as stepSize");
  expect(() => schedule.loadStateDict(saved("gamma", "0.1"))).toThrow("need a number as gamma");
  expect(() => schedule.loadStateDict(saved("_last_lr", [0.1, null]))).toThrow("loadStateDict: need last_epoch");
  const steps = new MultiStepLR(optimizerOf(), [3]);
  expect(() => steps.loadStateDict(steps.stateDict().set("milestones", [3]))).toThrow("need a Map of milestones");
  expect(() => schedule.loadStateDict(new Map([["last_epoch", 3]]))).toThrow("loadStateDict: need last_epoch");
  expect(schedule.lastEpoch).toBe(0);
});

test("a schedule behind another begins with the rates of the first", () => {
  const optimizer = optimizerOf();
  const first = new StepLR(optimizer, 1, { gamma: 0.5 });
  optimizer.step();
  first.step();
  expect(new StepLR(optimizer, 1).baseLrs).toEqual([0.1, 0.5]);
});

test("milestones in a state dict are a copy", () => {
  const schedule = new MultiStepLR(optimizerOf(), [3]);
  (schedule.stateDict().get("milestones") as Map<number, number>).clear();
  expect(schedule.milestones.size).toBe(1);
});

test("the last rates are the caller's own list", () => {
  const schedule = new StepLR(optimizerOf(), 1);
  schedule.getLastLr().push(7);
  expect(schedule.getLastLr()).toEqual([0.1, 0.5]);
});

test("an optimizer remembers that it has stepped", () => {
  const optimizer = optimizerOf();
  expect(optimizer.hasStepped).toBe(false);
  optimizer.step();
  expect(optimizer.hasStepped).toBe(true);
});

test("an option that is undefined is as good as none", () => {
  const schedule = new StepLR(optimizerOf(), 1, { gamma: undefined, lastEpoch: undefined } as never);
  expect([schedule.gamma, schedule.lastEpoch]).toEqual([0.1, 0]);
});

test.each([1, 2, 3])("warm restarts at any epoch, where waves are %i times as long", (tMult) => {
  const [walked, jumped] = [1, 2].map(() => new CosineAnnealingWarmRestarts(optimizerOf(), 4, { tMult, etaMin: 0.01 }));
  for (let epoch = 1; epoch < 60; epoch++) {
    walked!.step();
    jumped!.step(epoch);
    expect(jumped!.getLastLr()).toEqual(walked!.getLastLr());
    expect(jumped!.stateDict()).toEqual(walked!.stateDict());
  }
  const before = jumped!.getLastLr()[0]!;
  jumped!.step(59.5);
  expect(jumped!.lastEpoch).toBe(59);
  expect(jumped!.getLastLr()[0]).toBeLessThan(before);
  jumped!.step(2);
  expect(jumped!.stateDict().get("T_i")).toBe(4);
  const saved = jumped!.stateDict();
  for (const epoch of [-1, Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => jumped!.step(epoch)).toThrow("Expected non-negative epoch: need a number >= 0");
  expect(jumped!.stateDict()).toEqual(saved);
});
