import { differentiable, foreach, fused, type Inert } from "../optimizer/inert.ts";
import { Optimizer } from "../optimizer/optimizer.ts";
import { defineRule, type Rule } from "../optimizer/rule.ts";
import { descent } from "./parts.ts";

export interface AdagradOptions extends Pick<Inert, "foreach" | "differentiable" | "fused"> {
  lr: number;
  /** After t steps the rate is lr / (1 + t·lrDecay). */
  lrDecay: number;
  eps: number;
  weightDecay: number;
  /** What the sums of squares start as; one of a group does not count, as in PyTorch. */
  initialAccumulatorValue: number;
  maximize: boolean;
}

/**
 * Adagrad (Duchi et al. 2011): s ← s + g², p ← p − lr · g / (√s + eps).
 *
 * Throws {@link ValueError} for negative options.
 *
 * ```ts doctest
 * const p = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new Adagrad([p], { lr: 0.5 });
 * p.mul(p).sum().backward();
 * optimizer.step();
 * p.tolist() // => [0.5, -1.5]
 * ```
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  static override readonly defaults: AdagradOptions = {
    lr: 1e-2,
    lrDecay: 0,
    eps: 1e-10,
    weightDecay: 0,
    initialAccumulatorValue: 0,
    foreach,
    maximize: false,
    differentiable,
    fused,
  };
  static override readonly rule: Rule<AdagradOptions> = defineRule({
    state: { step: "count", sum: { start: (_, { initialAccumulatorValue }) => initialAccumulatorValue } },
    isAtOnce: true,
    terms: ({ lr, lrDecay, eps, weightDecay, maximize }, { step }) => {
      return { rate: lr / (1 + (step - 1) * lrDecay), eps, weightDecay, maximize };
    },
    formula: (m, { param, grad, sum }, { rate, eps, ...turned }) => {
      const g = descent(m, param, grad, turned);
      const squares = m.add(sum, m.mul(g, g));
      return { param: m.sub(param, m.div(m.mul(g, rate), m.add(m.sqrt(squares), eps))), sum: squares };
    },
  });
}
