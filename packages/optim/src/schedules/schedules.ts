import { ValueError } from "@ag/tensor/fn";
import { type Kind, need } from "@ag/tensor/internal";
import type { ParamGroup } from "../optimizer/groups.ts";
import type { Check } from "../optimizer/options.ts";
import { anyNumber, type Field, type Fields, period } from "./fields.ts";
import { LRScheduler, type Scheduled, type SchedulerOptions } from "./scheduler.ts";

type Group = ParamGroup<{ lr: number }>;

const aList: Kind = { word: "list of ints", ok: Array.isArray };
const gamma: Field = { key: "gamma", usual: 0.1 };

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
  static override readonly fields: Fields = { stepSize: { key: "step_size", check: period }, gamma };
  declare stepSize: number;
  declare gamma: number;

  constructor(optimizer: Scheduled, stepSize: number, options: StepOptions = {}) {
    super(optimizer, { stepSize }, options);
  }

  protected nextLr({ lr }: Group): number {
    return this.lastEpoch === 0 || this.lastEpoch % this.stepSize !== 0 ? lr : lr * this.gamma;
  }
}

/** How often each epoch is among the milestones. */
function counted(milestones: readonly number[]): Map<number, number> {
  need("MultiStepLR", { milestones: aList }, milestones);
  const counts = new Map<number, number>();
  for (const epoch of milestones) {
    anyNumber("MultiStepLR", "milestone", epoch);
    counts.set(epoch, (counts.get(epoch) ?? 0) + 1);
  }
  return counts;
}

const aMap: Check = (scheduler, name, value) => {
  if (!(value instanceof Map)) throw new ValueError(`${scheduler}: need a Map of ${name}.`);
};

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
  static override readonly fields: Fields = { milestones: { key: "milestones", check: aMap }, gamma };
  declare milestones: Map<number, number>;
  declare gamma: number;

  constructor(optimizer: Scheduled, milestones: readonly number[], options: StepOptions = {}) {
    super(optimizer, { milestones: counted(milestones) }, options);
  }

  protected nextLr({ lr }: Group): number {
    let factor = 1; // gamma to the number of milestones at this epoch, as a product
    for (let i = this.milestones.get(this.lastEpoch) ?? 0; i > 0; i--) factor *= this.gamma;
    return lr * factor;
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
  static override readonly fields: Fields = { gamma: { key: "gamma" } };
  declare gamma: number;

  constructor(optimizer: Scheduled, gamma: number, options: SchedulerOptions = {}) {
    super(optimizer, { gamma }, options);
  }

  protected nextLr({ lr }: Group): number {
    return this.stepCount === 1 ? lr : lr * this.gamma; // a run that goes on has the rate of its epoch already
  }
}
