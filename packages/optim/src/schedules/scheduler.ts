import { ValueError } from "@ag/tensor/fn";
import { warnOnce } from "@ag/tensor/internal";
import type { ParamGroup } from "../optimizer/groups.ts";
import type { Optimizer } from "../optimizer/optimizer.ts";

/** What a scheduler needs of an optimizer. */
export type Scheduled = Pick<Optimizer<{ lr: number }>, "hasStepped"> & {
  readonly paramGroups: readonly ParamGroup<{ lr: number }>[];
};

/** Where a schedule begins. */
export interface SchedulerOptions {
  /** The epoch of a run that goes on; −1 starts anew. */
  readonly lastEpoch?: number;
}

/**
 * The base of schedules that change the learning rate once an epoch: `step()` after the optimizer's. Subclasses say the
 * next rate of a group, and keep their options as fields, which become the state dict.
 */
export abstract class LRScheduler {
  readonly optimizer: Scheduled;
  baseLrs: number[];
  lastEpoch: number;
  stepCount = 0;
  lastLr: number[] = [];

  constructor(optimizer: Scheduled, { lastEpoch = -1 }: SchedulerOptions = {}) {
    const groups: unknown = (optimizer as Scheduled | undefined)?.paramGroups;
    const hasRate = (group: { readonly lr?: unknown } | null): boolean => typeof group?.lr === "number";
    if (!Array.isArray(groups) || !groups.every(hasRate))
      throw new ValueError(
        `${this.constructor.name}: need an optimizer; got ${typeof optimizer}, which is not an Optimizer.`,
      );
    this.optimizer = optimizer;
    for (const [i, group] of optimizer.paramGroups.entries()) {
      if (lastEpoch === -1) group.initialLr ??= group.lr;
      else if (group.initialLr === undefined)
        throw new ValueError(
          `LRScheduler: param 'initial_lr' is not specified in param_groups[${i}] when resuming scheduler with last_epoch >= 0. ` +
            "Load the optimizer's state dict first.",
        );
    }
    this.baseLrs = optimizer.paramGroups.map((group) => group.initialLr ?? group.lr);
    this.lastEpoch = lastEpoch;
  }

  /** The rate of a group in epoch `lastEpoch`, from the present one. */
  protected abstract nextLr(group: ParamGroup<{ lr: number }>): number;

  /** The options of the schedule under PyTorch's keys (`T_max`) and in its order; a state dict begins with them. */
  protected abstract options(): Record<string, unknown>;

  /** Takes over options from a state dict, by the same keys. */
  protected abstract setOptions(options: Readonly<Record<string, unknown>>): void;

  /** Subclasses call it at the end of their constructor, when their options are there. */
  protected start(): void {
    this.#advance();
  }

  /** The next epoch. Call it after the optimizer's `step`. */
  step(): void {
    if (this.stepCount === 1 && !this.optimizer.hasStepped)
      warnOnce(
        "Detected call of `lr_scheduler.step()` before `optimizer.step()`. Call them in the opposite order: " +
          "`optimizer.step()` before `lr_scheduler.step()`.",
      );
    this.#advance();
  }

  #advance(): void {
    this.stepCount++;
    this.lastEpoch++;
    for (const group of this.optimizer.paramGroups) group.lr = this.nextLr(group);
    this.lastLr = this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  /** The rates that the last step set, one for each group. */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  /** With PyTorch's keys. */
  stateDict(): Map<string, unknown> {
    const { baseLrs, lastEpoch, stepCount, lastLr } = this;
    return new Map<string, unknown>([
      ...Object.entries(this.options()),
      ["base_lrs", [...baseLrs]],
      ["last_epoch", lastEpoch],
      ["_step_count", stepCount],
      ["_is_initial", false],
      ["_get_lr_called_within_step", false],
      ["_last_lr", [...lastLr]],
    ]);
  }

  /** Takes over a state dict. Throws before anything is changed. */
  loadStateDict(from: ReadonlyMap<string, unknown>): void {
    if (!(from instanceof Map)) throw new ValueError(`loadStateDict: need a Map; got ${typeof from}.`);
    const isWhole = (x: unknown): x is number => typeof x === "number" && Number.isInteger(x);
    const isList = (x: unknown): x is number[] => Array.isArray(x) && x.every((lr) => typeof lr === "number");
    const [epoch, count] = [from.get("last_epoch"), from.get("_step_count")];
    const [base, last] = [from.get("base_lrs"), from.get("_last_lr")];
    if (!isWhole(epoch) || !isWhole(count) || !isList(base) || !isList(last))
      throw new ValueError("loadStateDict: need last_epoch, _step_count, base_lrs and _last_lr of a scheduler.");
    this.setOptions(Object.fromEntries(from));
    this.lastEpoch = epoch;
    this.stepCount = count;
    this.baseLrs = [...base];
    this.lastLr = [...last];
  }
}
