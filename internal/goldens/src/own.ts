/** An optimizer and a schedule as somebody else writes them, with what `@ag/optim` exports. */
import {
  defineRule,
  type Fields,
  LRScheduler,
  Optimizer,
  type Rule,
  type Scheduled,
  type SchedulerOptions,
} from "@ag/optim";
import { type OptimizerSample, optimizersFor, type SchedulerSample, schedulersFor } from "@ag/optim/samples";

interface AdadeltaOptions {
  lr: number;
  rho: number;
  eps: number;
  weightDecay: number;
  foreach: boolean | null;
  capturable: boolean;
  maximize: boolean;
  differentiable: boolean;
}

export class Adadelta extends Optimizer<AdadeltaOptions> {
  static override readonly defaults: AdadeltaOptions = {
    lr: 1,
    rho: 0.9,
    eps: 1e-6,
    weightDecay: 0,
    maximize: false,
    capturable: false,
    foreach: null,
    differentiable: false,
  };
  static override readonly rule: Rule<AdadeltaOptions> = defineRule({
    state: { step: "count", squareAvg: { start: 0 }, accDelta: { start: 0 } },
    terms: ({ lr, rho, eps, weightDecay, maximize }) => ({ lr, rho, rest: 1 - rho, eps, weightDecay, maximize }),
    formula: (m, { param, grad, squareAvg, accDelta }, { lr, rho, rest, eps, weightDecay, maximize }) => {
      const turned = maximize ? m.neg(grad) : grad;
      const g = weightDecay === 0 ? turned : m.add(turned, m.mul(param, weightDecay));
      const mixed = (mean: typeof g, x: typeof g): typeof g => m.add(m.mul(mean, rho), m.mul(m.mul(x, rest), x));
      const square = mixed(squareAvg, g);
      const delta = m.mul(m.div(m.sqrt(m.add(accDelta, eps)), m.sqrt(m.add(square, eps))), g);
      return { param: m.sub(param, m.mul(delta, lr)), squareAvg: square, accDelta: mixed(accDelta, delta) };
    },
  });
}

const oneWay = { exempt: "There is one implementation." } as const;

export const optimizers: OptimizerSample[] = optimizersFor(
  Adadelta,
  "torch.optim.Adadelta",
  {
    lr: true,
    rho: true,
    eps: true,
    weightDecay: true,
    foreach: oneWay,
    capturable: oneWay,
    maximize: true,
    differentiable: { exempt: "Refused." },
  },
  [
    { name: "rate", given: { lr: 0.5 } },
    { name: "everything", given: { lr: 0.5, rho: 0.75, eps: 1e-3, weightDecay: 0.25, maximize: true } },
  ],
);

interface LinearOptions extends SchedulerOptions {
  readonly startFactor?: number;
  readonly endFactor?: number;
  readonly totalIters?: number;
}

/** From `startFactor` to `endFactor` times the rate, in `totalIters` epochs. */
export class LinearLR extends LRScheduler {
  static override readonly fields: Fields = {
    startFactor: { key: "start_factor", usual: 1 / 3 },
    endFactor: { key: "end_factor", usual: 1 },
    totalIters: { key: "total_iters", usual: 5 },
  };
  declare startFactor: number;
  declare endFactor: number;
  declare totalIters: number;

  constructor(optimizer: Scheduled, options: LinearOptions = {}) {
    super(optimizer, {}, options);
  }

  protected nextLr({ lr }: { readonly lr: number }): number {
    const { startFactor, endFactor, totalIters, lastEpoch } = this;
    if (lastEpoch === 0) return lr * startFactor;
    if (this.stepCount === 1 || lastEpoch > totalIters) return lr;
    return (
      lr * (1 + (endFactor - startFactor) / (totalIters * startFactor + (lastEpoch - 1) * (endFactor - startFactor)))
    );
  }
}

export const schedulers: SchedulerSample[] = schedulersFor(
  LinearLR,
  "torch.optim.lr_scheduler.LinearLR",
  { startFactor: true, endFactor: true, totalIters: true, lastEpoch: { exempt: "The samples of StepLR show it." } },
  [
    { name: "plain", make: [] },
    { name: "falling", make: [{ startFactor: 0.75, endFactor: 0.25, totalIters: 30 }] },
  ],
);
