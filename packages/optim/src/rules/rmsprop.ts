import { capturable, differentiable, foreach, type Inert } from "../optimizer/inert.ts";
import { Optimizer } from "../optimizer/optimizer.ts";
import { defineRule, type Rule } from "../optimizer/rule.ts";
import { descent, mixed, mixedSquare, shareOf } from "./parts.ts";

export interface RMSpropOptions extends Pick<Inert, "capturable" | "foreach" | "differentiable"> {
  lr: number;
  momentum: number;
  /** Share of the old value in the running means. */
  alpha: number;
  eps: number;
  /** Divides by the root of the variance instead of the mean square. */
  centered: boolean;
  weightDecay: number;
  maximize: boolean;
}

/**
 * RMSprop (Hinton 2012, centered after Graves 2013): v ← α·v + (1 − α)·g², p ← p − lr · g / (√v + eps); centered: with
 * v − (mean of g)² for v; momentum: buffer ← momentum·buffer + g / (√v + eps), p ← p − lr·buffer.
 *
 * Throws {@link ValueError} for negative options.
 *
 * ```ts doctest
 * const p = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new RMSprop([p], { lr: 0.5, alpha: 0.75 });
 * p.mul(p).sum().backward();
 * optimizer.step();
 * p.tolist() // => [0, -1]
 * ```
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  static override readonly defaults: RMSpropOptions = {
    lr: 1e-2,
    momentum: 0,
    alpha: 0.99,
    eps: 1e-8,
    centered: false,
    weightDecay: 0,
    capturable,
    foreach,
    maximize: false,
    differentiable,
  };
  static override readonly rule: Rule<RMSpropOptions> = defineRule({
    state: {
      step: "count",
      squareAvg: { start: 0 },
      momentumBuffer: { start: 0, when: ({ momentum }) => momentum > 0 },
      gradAvg: { start: 0, when: ({ centered }) => centered },
    },
    terms: ({ lr, alpha, eps, momentum, weightDecay, maximize }, { dtype }) => {
      return { lr, alpha, rest2: 1 - alpha, eps, momentum, weightDecay, maximize, ...shareOf(1 - alpha, dtype) };
    },
    formula: (
      m,
      { param, grad, squareAvg, momentumBuffer, gradAvg },
      { lr, alpha, rest2, eps, momentum, ...share },
    ) => {
      const g = descent(m, param, grad, share);
      const square = mixedSquare(m, squareAvg, g, alpha, rest2);
      const mean = gradAvg === undefined ? undefined : mixed(m, gradAvg, g, share);
      const spread = m.add(m.sqrt(mean === undefined ? square : m.sub(square, m.mul(mean, mean))), eps);
      const state = { squareAvg: square, gradAvg: mean };
      if (momentumBuffer === undefined) return { param: m.sub(param, m.div(m.mul(g, lr), spread)), ...state };
      const buffer = m.add(m.mul(momentumBuffer, momentum), m.div(g, spread));
      return { param: m.sub(param, m.mul(buffer, lr)), momentumBuffer: buffer, ...state };
    },
  });
}
