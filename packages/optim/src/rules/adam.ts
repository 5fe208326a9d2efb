import type { Params } from "../optimizer/groups.ts";
import { capturable, differentiable, foreach, fused, type Inert } from "../optimizer/inert.ts";
import { Optimizer } from "../optimizer/optimizer.ts";
import { type Checks, needOptions, notBuilt, shares } from "../optimizer/options.ts";
import { defineRule, type Rule } from "../optimizer/rule.ts";
import { descent, mixed, mixedSquare, shareOf } from "./parts.ts";
import { power } from "./power.ts";

export interface AdamOptions extends Inert {
  lr: number;
  /** Shares of the old value in the running means of the gradient and of its square. */
  betas: readonly [number, number];
  eps: number;
  weightDecay: number;
  amsgrad: boolean;
  maximize: boolean;
  /** AdamW: the decay shrinks the parameter instead of joining the gradient. */
  decoupledWeightDecay: boolean;
}

/**
 * Adam (Kingma & Ba 2015, algorithm 1): m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g²,
 * p ← p − lr · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + eps).
 *
 * Throws {@link ValueError} for options out of range, and for `amsgrad`, which is not built yet.
 *
 * ```ts doctest
 * const p = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new Adam([p], { lr: 0.5 });
 * p.mul(p).sum().backward();
 * optimizer.step();
 * p.tolist() // => [0.5000000596046448, -1.5]
 * ```
 */
export class Adam extends Optimizer<AdamOptions> {
  static override readonly defaults: AdamOptions = {
    lr: 1e-3,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 0,
    amsgrad: false,
    maximize: false,
    foreach,
    capturable,
    differentiable,
    fused,
    decoupledWeightDecay: false,
  };
  static override readonly checks: Checks<AdamOptions> = { betas: shares, amsgrad: notBuilt };
  static override readonly rule: Rule<AdamOptions> = defineRule({
    state: { step: "count", expAvg: { start: 0 }, expAvgSq: { start: 0 } },
    terms: (options, { step, dtype }) => {
      const { lr, betas, eps, weightDecay, maximize, decoupledWeightDecay } = options;
      const [beta1, beta2] = betas;
      const rate = lr / (1 - power(options, beta1, step));
      const spread = Math.sqrt(1 - power(options, beta2, step));
      const decay = decoupledWeightDecay
        ? { weightDecay: 0, shrinks: weightDecay !== 0, shrunk: 1 - lr * weightDecay }
        : { weightDecay, shrinks: false, shrunk: 0 };
      return { rate, spread, eps, beta2, rest2: 1 - beta2, maximize, ...decay, ...shareOf(1 - beta1, dtype) };
    },
    formula: (m, { param, grad, expAvg, expAvgSq }, { rate, spread, eps, beta2, rest2, shrinks, shrunk, ...share }) => {
      const g = descent(m, param, grad, share);
      const start = shrinks ? m.mul(param, shrunk) : param;
      const mean = mixed(m, expAvg, g, share);
      const square = mixedSquare(m, expAvgSq, g, beta2, rest2);
      const scale = m.add(m.div(m.sqrt(square), spread), eps);
      return { param: m.sub(start, m.div(m.mul(mean, rate), scale)), expAvg: mean, expAvgSq: square };
    },
  });
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2): p ← p·(1 − lr·decay) before the step of
 * {@link Adam}; the decay is 0.01 unless given.
 *
 * ```ts doctest
 * const p = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new AdamW([p], { lr: 0.5, weightDecay: 0 });
 * p.mul(p).sum().backward();
 * optimizer.step();
 * p.tolist() // => [0.5000000596046448, -1.5]
 * ```
 */
export class AdamW extends Adam {
  static override readonly defaults: AdamOptions = { ...Adam.defaults, weightDecay: 1e-2, decoupledWeightDecay: true };

  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}) {
    needOptions("AdamW", AdamW.defaults, options);
    super(params, { ...options, decoupledWeightDecay: true });
  }
}
