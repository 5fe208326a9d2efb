import { ValueError } from "@ag/tensor/fn";
import { aNumber, aWhole, type Kind, need } from "@ag/tensor/internal";
import type { ParamGroup } from "../optimizer/groups.ts";
import { LRScheduler, type Scheduled, type SchedulerOptions } from "./scheduler.ts";

type Group = ParamGroup<{ lr: number }>;
type Given = Readonly<Record<string, unknown>>;

const stepOptions = { gamma: aNumber, lastEpoch: aWhole };
const aList: Kind = { word: "list of ints", ok: Array.isArray };

function needNumber(name: string, value: unknown): number {
  if (typeof value !== "number" || Number.isNaN(value))
    throw new ValueError(
      `scheduler: need a number as ${name}; got ${typeof value === "number" ? value : typeof value}.`,
    );
  return value;
}

function needPeriod(value: unknown): number {
  if (!(Number.isInteger(value) && (value as number) > 0))
    throw new ValueError(
      `StepLR: need a whole number > 0 as stepSize; got ${typeof value === "number" ? value : typeof value}.`,
    );
  return value as number;
}

export interface StepOptions extends SchedulerOptions {
  /** Factor of the rate; 0.1 unless given. */
  readonly gamma?: number;
}

/**
 * Multiplies the rate by `gamma` every `stepSize` epochs.
 *
 * ```ts doctest
 * const optimizer = new SGD([zeros([1], { requiresGrad: true })], { lr: 1 });
 * const schedule = new StepLR(optimizer, 2, { gamma: 0.5 });
 * const rates = [1, 2, 3].map(() => {
 *   optimizer.step();
 *   schedule.step();
 *   return schedule.getLastLr()[0];
 * });
 * rates // => [1, 0.5, 0.5]
 * ```
 */
export class StepLR extends LRScheduler {
  stepSize: number;
  gamma: number;

  constructor(optimizer: Scheduled, stepSize: number, given: StepOptions = {}) {
    need("StepLR", { options: stepOptions }, given);
    const { gamma = 0.1, ...options } = given;
    super(optimizer, options);
    this.stepSize = needPeriod(stepSize);
    this.gamma = needNumber("gamma", gamma);
    this.start();
  }

  protected nextLr({ lr }: Group): number {
    return this.lastEpoch === 0 || this.lastEpoch % this.stepSize !== 0 ? lr : lr * this.gamma;
  }

  protected options(): Record<string, unknown> {
    return { step_size: this.stepSize, gamma: this.gamma };
  }

  protected setOptions(given: Given): void {
    const [stepSize, gamma] = [needPeriod(given.step_size), needNumber("gamma", given.gamma)];
    this.stepSize = stepSize;
    this.gamma = gamma;
  }
}

/** How often each epoch is among the milestones. */
function counted(milestones: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const epoch of milestones) counts.set(needNumber("milestone", epoch), (counts.get(epoch) ?? 0) + 1);
  return counts;
}

/**
 * Multiplies the rate by `gamma` at each of the `milestones`, counted in epochs.
 *
 * ```ts doctest
 * const optimizer = new SGD([zeros([1], { requiresGrad: true })], { lr: 1 });
 * const schedule = new MultiStepLR(optimizer, [1, 3], { gamma: 0.5 });
 * const rates = [1, 2, 3].map(() => {
 *   optimizer.step();
 *   schedule.step();
 *   return schedule.getLastLr()[0];
 * });
 * rates // => [0.5, 0.5, 0.25]
 * ```
 */
export class MultiStepLR extends LRScheduler {
  milestones: Map<number, number>;
  gamma: number;

  constructor(optimizer: Scheduled, milestones: readonly number[], given: StepOptions = {}) {
    need("MultiStepLR", { milestones: aList, options: stepOptions }, milestones, given);
    const { gamma = 0.1, ...options } = given;
    super(optimizer, options);
    this.milestones = counted(milestones);
    this.gamma = needNumber("gamma", gamma);
    this.start();
  }

  protected nextLr({ lr }: Group): number {
    let factor = 1; // gamma to the number of milestones at this epoch, as a product
    for (let i = this.milestones.get(this.lastEpoch) ?? 0; i > 0; i--) factor *= this.gamma;
    return lr * factor;
  }

  protected options(): Record<string, unknown> {
    return { milestones: new Map(this.milestones), gamma: this.gamma };
  }

  protected setOptions(given: Given): void {
    const gamma = needNumber("gamma", given.gamma);
    if (!(given.milestones instanceof Map)) throw new ValueError("MultiStepLR: need a Map of milestones.");
    this.milestones = new Map(given.milestones as Map<number, number>);
    this.gamma = gamma;
  }
}

/**
 * Multiplies the rate by `gamma` every epoch.
 *
 * ```ts doctest
 * const optimizer = new SGD([zeros([1], { requiresGrad: true })], { lr: 1 });
 * const schedule = new ExponentialLR(optimizer, 0.5);
 * const rates = [1, 2, 3].map(() => {
 *   optimizer.step();
 *   schedule.step();
 *   return schedule.getLastLr()[0];
 * });
 * rates // => [0.5, 0.25, 0.125]
 * ```
 */
export class ExponentialLR extends LRScheduler {
  gamma: number;

  constructor(optimizer: Scheduled, gamma: number, options: SchedulerOptions = {}) {
    need("ExponentialLR", { "options?": { lastEpoch: aWhole } }, options);
    super(optimizer, options);
    this.gamma = needNumber("gamma", gamma);
    this.start();
  }

  protected nextLr({ lr }: Group): number {
    return this.stepCount === 1 ? lr : lr * this.gamma; // a run that goes on has the rate of its epoch already
  }

  protected options(): Record<string, unknown> {
    return { gamma: this.gamma };
  }

  protected setOptions(given: Given): void {
    this.gamma = needNumber("gamma", given.gamma);
  }
}
