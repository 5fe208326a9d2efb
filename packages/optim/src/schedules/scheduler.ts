import { ValueError } from "@ag/tensor/fn";
import { aWhole, warnOnce } from "@ag/tensor/internal";
import type { ParamGroup } from "../optimizer/groups.ts";
import type { Optimizer } from "../optimizer/optimizer.ts";
import { needOptions } from "../optimizer/options.ts";
import { checkFields, type Fields } from "./fields.ts";

/** What a scheduler needs of an optimizer. */
export type Scheduled = Pick<Optimizer<{ lr: number }>, "hasStepped"> & {
  readonly paramGroups: readonly ParamGroup<{ lr: number }>[];
};

/** Where a schedule begins. */
export interface SchedulerOptions {
  /** The epoch of a run that goes on; −1 starts anew. */
  readonly lastEpoch?: number;
}

type Named = Readonly<Record<string, unknown>>;

const isGiven = ([, value]: readonly unknown[]): boolean => value !== undefined;

/** Options by what they are unless given. */
const usualOf = (fields: Fields): Named =>
  Object.fromEntries(
    Object.entries(fields)
      .map(([name, { usual }]) => [name, usual])
      .filter(isGiven),
  );

/**
 * The base of schedules that change the learning rate once an epoch: `step()` after the optimizer's. A class says its
 * `static fields`, from which follow its options and its state dict, and the next rate of a group.
 */
export abstract class LRScheduler {
  static readonly fields: Fields = {};

  readonly optimizer: Scheduled;
  baseLrs: number[];
  lastEpoch: number;
  stepCount = 0;
  lastLr: number[] = [];

  /** `given`: the fields that are no options, by name. */
  constructor(optimizer: Scheduled, given: Named = {}, options: SchedulerOptions = {}) {
    const { name, fields } = new.target;
    const usual = usualOf(fields);
    needOptions(name, usual, options, { lastEpoch: aWhole });
    const { lastEpoch = -1, ...chosen } = options;
    const own = { ...usual, ...Object.fromEntries(Object.entries(chosen).filter(isGiven)), ...given };
    checkFields(name, fields, own);
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
    Object.assign(this, own);
    this.advance();
    this.setRates();
  }

  /** The rate of a group in epoch `lastEpoch`, from the present one or from that of the beginning. */
  protected abstract nextLr(group: ParamGroup<{ lr: number }>, baseLr: number): number;

  /** The next epoch. Call it after the optimizer's `step`. */
  step(): void {
    if (this.stepCount === 1 && !this.optimizer.hasStepped)
      warnOnce(
        "Detected call of `lr_scheduler.step()` before `optimizer.step()`. Call them in the opposite order: " +
          "`optimizer.step()` before `lr_scheduler.step()`.",
      );
    this.advance();
    this.setRates();
  }

  /** Counts the epoch. */
  protected advance(): void {
    this.stepCount++;
    this.lastEpoch++;
  }

  protected setRates(): void {
    this.optimizer.paramGroups.forEach((group, i) => {
      group.lr = this.nextLr(group, this.baseLrs[i]!);
    });
    this.lastLr = this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  get #fields(): Fields {
    return (this.constructor as typeof LRScheduler).fields;
  }

  /** The rates that the last step set, one for each group. */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  /** With PyTorch's keys. */
  stateDict(): Map<string, unknown> {
    const { baseLrs, lastEpoch, stepCount, lastLr } = this;
    const own = Object.entries(this.#fields).map(([name, { key }]): [string, unknown] => {
      const value = this[name as keyof this];
      return [key, value instanceof Map ? new Map(value) : value];
    });
    return new Map<string, unknown>([
      ...own,
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
    const fields = this.#fields;
    const own = Object.fromEntries(Object.entries(fields).map(([name, { key }]) => [name, from.get(key)]));
    checkFields(this.constructor.name, fields, own);
    Object.assign(this, own);
    this.lastEpoch = epoch;
    this.stepCount = count;
    this.baseLrs = [...base];
    this.lastLr = [...last];
  }
}
