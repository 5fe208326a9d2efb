import { ValueError } from "@ag/tensor/fn";
import { differentiable, foreach, fused, type Inert } from "../optimizer/inert.ts";
import { Optimizer } from "../optimizer/optimizer.ts";
import { anything, type Checks } from "../optimizer/options.ts";
import { defineRule, type Rule } from "../optimizer/rule.ts";
import { descent } from "./parts.ts";

export interface SGDOptions extends Pick<Inert, "foreach" | "differentiable" | "fused"> {
  lr: number;
  momentum: number;
  dampening: number;
  weightDecay: number;
  nesterov: boolean;
  maximize: boolean;
}

/**
 * Stochastic gradient descent, with momentum as in Sutskever et al. 2013 but PyTorch's placement of the rate:
 * g ← g + decay·p; buffer ← momentum·buffer + (1 − dampening)·g, at first g itself; p ← p − lr·buffer
 * (nesterov: p − lr·(g + momentum·buffer)).
 *
 * Throws {@link ValueError} for negative options, and for nesterov without momentum or with dampening.
 *
 * ```ts doctest
 * const p = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new SGD([p], { lr: 0.25 });
 * p.mul(p).sum().backward();
 * optimizer.step();
 * p.tolist() // => [0.5, -1]
 * ```
 */
export class SGD extends Optimizer<SGDOptions> {
  static override readonly defaults: SGDOptions = {
    lr: 1e-3,
    momentum: 0,
    dampening: 0,
    weightDecay: 0,
    nesterov: false,
    maximize: false,
    foreach,
    differentiable,
    fused,
  };
  static override readonly checks: Checks<SGDOptions> = { dampening: anything };
  static override readonly rule: Rule<SGDOptions> = defineRule({
    state: { momentumBuffer: { start: null, when: ({ momentum }) => momentum !== 0 } },
    terms: ({ dampening, lr, momentum, weightDecay, nesterov, maximize }, { isFirst }) => {
      return { lr, momentum, undamped: 1 - dampening, weightDecay, nesterov, maximize, isFirst };
    },
    formula: (m, { param, grad, momentumBuffer }, { lr, momentum, undamped, nesterov, isFirst, ...turned }) => {
      const g = descent(m, param, grad, turned);
      if (momentumBuffer === undefined) return { param: m.sub(param, m.mul(g, lr)) };
      const next = isFirst ? g : m.add(m.mul(momentumBuffer, momentum), m.mul(g, undamped));
      const by = nesterov ? m.add(g, m.mul(next, momentum)) : next;
      return { param: m.sub(param, m.mul(by, lr)), momentumBuffer: next };
    },
  });

  protected override checkOptions(options: SGDOptions): void {
    super.checkOptions(options);
    const { momentum, nesterov, dampening } = options;
    if (nesterov && (momentum <= 0 || dampening !== 0))
      throw new ValueError(
        "SGD: Nesterov momentum requires a momentum and zero dampening: " +
          `need momentum > 0 and dampening 0; got ${momentum} and ${dampening}.`,
      );
  }
}
