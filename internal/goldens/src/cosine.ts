/** A schedule as somebody else writes one, whose options have names in PyTorch that no rule gives: `T_max`, `eta_min`. */
import { LRScheduler, type ParamGroup, type Scheduled, type SchedulerOptions } from "@ag/optim";
import { type SchedulerSample, schedulersFor } from "@ag/optim/samples";

interface CosineOptions extends SchedulerOptions {
  readonly etaMin?: number;
}

export class CosineAnnealingLR extends LRScheduler {
  tMax: number;
  etaMin: number;

  constructor(optimizer: Scheduled, tMax: number, { etaMin = 0, ...options }: CosineOptions = {}) {
    super(optimizer, options);
    this.tMax = tMax;
    this.etaMin = etaMin;
    this.start();
  }

  /** The formula of PyTorch, from rate to rate. */
  protected nextLr({ lr, initialLr = lr }: ParamGroup<{ lr: number }>): number {
    const { tMax, etaMin, lastEpoch } = this;
    const wave = (epoch: number): number => 1 + Math.cos((Math.PI * epoch) / tMax);
    if (this.stepCount === 1) return lr;
    if ((lastEpoch - 1 - tMax) % (2 * tMax) === 0) return lr + ((initialLr - etaMin) * (2 - wave(1))) / 2;
    return (wave(lastEpoch) / wave(lastEpoch - 1)) * (lr - etaMin) + etaMin;
  }

  protected options(): Record<string, unknown> {
    return { T_max: this.tMax, eta_min: this.etaMin };
  }

  protected setOptions({ T_max: tMax, eta_min: etaMin }: Readonly<Record<string, unknown>>): void {
    this.tMax = tMax as number;
    this.etaMin = etaMin as number;
  }
}

export const samples: SchedulerSample[] = schedulersFor(
  CosineAnnealingLR,
  "torch.optim.lr_scheduler.CosineAnnealingLR",
  { etaMin: true, lastEpoch: { exempt: "The samples of StepLR show it." } },
  [
    { name: "plain", make: [30] },
    { name: "least rate", make: [15, { etaMin: 0.01 }] },
  ],
);
