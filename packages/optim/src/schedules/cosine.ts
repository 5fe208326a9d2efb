import { ValueError } from "@ag/tensor/fn";
import { formulas, scalar } from "@ag/tensor/internal";
import type { ParamGroup } from "../optimizer/groups.ts";
import { type Check, shown } from "../optimizer/options.ts";
import { type Field, type Fields, period } from "./fields.ts";
import { LRScheduler, type Scheduled, type SchedulerOptions } from "./scheduler.ts";

type Group = ParamGroup<{ lr: number }>;

const etaMin: Field = { key: "eta_min", usual: 0 };

/** 1 + cos(π·epoch / length): from 2 to 0. */
const wave = (epoch: number, length: number): number => 1 + formulas.cos(scalar, (Math.PI * epoch) / length);

export interface CosineOptions extends SchedulerOptions {
  /** The least rate; 0 unless given. */
  readonly etaMin?: number;
}

/**
 * Half a wave from the first rate to `etaMin` in `tMax` epochs, and back (Loshchilov & Hutter 2017, without restarts): each
 * rate follows from the one before, as in PyTorch, so that other schedules may act beside it.
 *
 * ```ts doctest
 * const optimizer = new SGD([zeros([1], { requiresGrad: true })], { lr: 1 });
 * const schedule = new CosineAnnealingLR(optimizer, 2);
 * const rates = [1, 2, 3].map(() => {
 *   optimizer.step();
 *   schedule.step();
 *   return schedule.getLastLr()[0];
 * });
 * rates // => [0.5, 0, 0.5]
 * ```
 */
export class CosineAnnealingLR extends LRScheduler {
  static override readonly fields: Fields = { tMax: { key: "T_max", check: period }, etaMin };
  declare tMax: number;
  declare etaMin: number;

  constructor(optimizer: Scheduled, tMax: number, options: CosineOptions = {}) {
    super(optimizer, { tMax }, options);
  }

  protected nextLr({ lr }: Group, baseLr: number): number {
    const { tMax, etaMin, lastEpoch } = this;
    if (this.stepCount === 1) return lr;
    if ((lastEpoch - 1 - tMax) % (2 * tMax) === 0) return lr + ((baseLr - etaMin) * (2 - wave(1, tMax))) / 2;
    return (wave(lastEpoch, tMax) / wave(lastEpoch - 1, tMax)) * (lr - etaMin) + etaMin;
  }
}

export interface WarmRestartOptions extends CosineOptions {
  /** How many times as long each wave is as the one before; 1 unless given. */
  readonly tMult?: number;
}

/** A whole number from 1; `fragment` is what PyTorch says of others. */
const countOf =
  (fragment: string): Check =>
  (scheduler, name, value) => {
    if (!Number.isInteger(value) || (value as number) < 1)
      throw new ValueError(`${scheduler}: ${fragment}: need a whole number > 0 as ${name}; got ${shown(value)}.`);
  };

/**
 * Half waves from the first rate to `etaMin`, the first of `t0` epochs, each `tMult` times as long as the one before
 * (Loshchilov & Hutter 2017).
 *
 * ```ts doctest
 * const optimizer = new SGD([zeros([1], { requiresGrad: true })], { lr: 1 });
 * const schedule = new CosineAnnealingWarmRestarts(optimizer, 2);
 * const rates = [1, 2, 3].map(() => {
 *   optimizer.step();
 *   schedule.step();
 *   return schedule.getLastLr()[0];
 * });
 * rates // => [0.5, 1, 0.5]
 * ```
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  static override readonly fields: Fields = {
    t0: { key: "T_0", check: countOf("Expected positive integer T_0") },
    tI: { key: "T_i" },
    tMult: { key: "T_mult", check: countOf("Expected integer T_mult >= 1"), usual: 1 },
    etaMin,
    tCur: { key: "T_cur" },
  };
  declare t0: number;
  /** Epochs of this wave, and how many of them have gone by. */
  declare tI: number;
  declare tCur: number;
  declare tMult: number;
  declare etaMin: number;

  constructor(optimizer: Scheduled, t0: number, options: WarmRestartOptions = {}) {
    const { lastEpoch = -1 } = options ?? {};
    super(optimizer, { t0, tI: t0, tCur: lastEpoch }, options);
  }

  /** The next epoch, or any other, also a part of one. */
  override step(epoch?: number): void {
    if (epoch === undefined) super.step();
    else this.#goTo(epoch);
  }

  #goTo(epoch: number): void {
    if (!(typeof epoch === "number" && epoch >= 0 && epoch < Number.POSITIVE_INFINITY))
      throw new ValueError(
        `${this.constructor.name}: Expected non-negative epoch: need a number >= 0; got ${shown(epoch)}.`,
      );
    this.tI = this.t0;
    this.tCur = this.tMult === 1 ? epoch % this.t0 : epoch;
    for (; this.tCur >= this.tI; this.tI *= this.tMult) this.tCur -= this.tI;
    this.lastEpoch = Math.floor(epoch);
    this.setRates();
  }

  /** PyTorch does not count these steps. */
  protected override advance(): void {
    this.lastEpoch++;
    if (++this.tCur < this.tI) return;
    this.tCur %= this.tI;
    this.tI *= this.tMult;
  }

  protected nextLr(_: Group, baseLr: number): number {
    return this.etaMin + ((baseLr - this.etaMin) * wave(this.tCur, this.tI)) / 2;
  }
}
