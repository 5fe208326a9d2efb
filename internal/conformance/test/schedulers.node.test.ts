import "@ag/autograd";
import * as own from "@ag/goldens/own";
import { EPOCHS, rates } from "@ag/goldens/steps";
import { type LRScheduler, SGD } from "@ag/optim";
import { type SchedulerSample, schedulers } from "@ag/optim/samples";
import { zeros } from "@ag/tensor";
import { describe, expect, test } from "vitest";
import { elementsOf, type GoldenTensor } from "../src/goldens.ts";
import { restored, type Saved, stateDifferences } from "../src/state.ts";
import { type Answer, answersIn, titled } from "../src/tables.ts";

interface Course extends Answer {
  readonly rates: GoldenTensor;
  readonly halfway: Saved;
  readonly optimizer: Saved;
  readonly end: Saved;
}

const answers = answersIn<Course>("optim");
const HALF = EPOCHS / 2;

/** With `initialLr` where a run goes on. */
function optimizerOf({ make }: SchedulerSample): SGD {
  const isLater = make.some((x) => typeof x === "object" && x !== null && "lastEpoch" in x);
  const groups = rates.map((lr) => {
    const group = { params: [zeros([1], { requiresGrad: true })], lr };
    return isLater ? { ...group, initialLr: 2 * lr } : group;
  });
  return new SGD(groups, { lr: 1 });
}

function step(optimizer: SGD, scheduler: LRScheduler): number[] {
  optimizer.step();
  scheduler.step();
  return scheduler.getLastLr();
}

const numbers = (golden: GoldenTensor): number[] => Array.from(elementsOf(golden) as ArrayLike<number>);

function expectClose(ours: readonly number[], theirs: readonly number[]): void {
  expect(ours.length).toBe(theirs.length);
  expect(ours.filter((x, i) => !(Math.abs(x - theirs[i]!) <= 1e-12 * theirs[i]!))).toEqual([]);
}

const valid = [...schedulers, ...own.schedulers].filter(({ throws }) => throws === undefined);

describe.each(titled(valid))("%s", (_, sample) => {
  const golden = answers.get(sample.of)![sample.name]!;

  test("a hundred epochs and the state dict, as PyTorch", () => {
    const optimizer = optimizerOf(sample);
    const scheduler = sample.create(optimizer, ...sample.make);
    const course = [scheduler.getLastLr()];
    for (let i = 0; i < EPOCHS; i++) {
      course.push(step(optimizer, scheduler));
      if (i !== HALF - 1) continue;
      expect(stateDifferences(scheduler.stateDict(), golden.halfway)).toEqual([]);
      expect(stateDifferences(optimizer.stateDict(), golden.optimizer)).toEqual([]);
    }
    expectClose(course.flat(), numbers(golden.rates));
    expect(stateDifferences(scheduler.stateDict(), golden.end)).toEqual([]);
    expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual(course.at(-1));
  });

  test("goes on from PyTorch's state", () => {
    const optimizer = optimizerOf(sample);
    const scheduler = sample.create(optimizer, ...sample.make);
    optimizer.loadStateDict(restored(golden.optimizer) as Map<string, unknown>);
    scheduler.loadStateDict(restored(golden.halfway) as Map<string, unknown>);
    const course = Array.from({ length: HALF }, () => step(optimizer, scheduler));
    expectClose(course.flat(), numbers(golden.rates).slice(-rates.length * HALF));
    expect(stateDifferences(scheduler.stateDict(), golden.end)).toEqual([]);
  });

  test("goes on from its own state, as a run that was not interrupted", () => {
    const [first, second] = [optimizerOf(sample), optimizerOf(sample)];
    const [whole, rest] = [sample.create(first, ...sample.make), sample.create(second, ...sample.make)];
    for (let i = 0; i < 13; i++) step(first, whole);
    second.loadStateDict(first.stateDict());
    rest.loadStateDict(whole.stateDict());
    for (let i = 0; i < HALF; i++) expect(step(second, rest)).toEqual(step(first, whole));
    expect(rest.stateDict()).toEqual(whole.stateDict());
  });
});

describe("refused", () => {
  test.each(titled(schedulers.filter(({ throws }) => throws !== undefined)))("%s", (_, sample) => {
    const make = (): LRScheduler => sample.create(optimizerOf(sample), ...sample.make);
    expect(make).toThrow(sample.throws);
    expect(make).toThrow(sample.says);
    if (!sample.onlyHere) expect(answers.get(sample.of)![sample.name]!.error).toContain(sample.says);
  });
});
