import { type Tensor, ValueError } from "@ag/tensor/fn";
import { sgdUpdate } from "@ag/tensor/internal";
import type { ParamGroup, Params } from "../optimizer/groups.ts";
import { heldCopy, heldZeros } from "../optimizer/held.ts";
import { Optimizer, type Updated } from "../optimizer/optimizer.ts";
import { needNonNegative, needOptions } from "../optimizer/options.ts";

export interface SGDOptions {
  lr: number;
  momentum: number;
  dampening: number;
  weightDecay: number;
  nesterov: boolean;
  maximize: boolean;
  /** PyTorch's choice of implementation: kept for its files, without effect. There is one, and it is fused. */
  foreach: boolean | null;
  differentiable: boolean;
  fused: boolean | null;
}

interface SGDState {
  momentumBuffer: Tensor;
  /** Holds nothing yet. */
  isFirst: boolean;
}

const defaults: SGDOptions = {
  lr: 1e-3,
  momentum: 0,
  dampening: 0,
  weightDecay: 0,
  nesterov: false,
  maximize: false,
  foreach: null,
  differentiable: false,
  fused: null,
};

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
export class SGD extends Optimizer<SGDOptions, SGDState> {
  constructor(params: Params<SGDOptions>, options: Partial<SGDOptions> = {}) {
    needOptions("SGD", defaults, options);
    super(params, { ...defaults, ...options });
  }

  protected checkOptions({ lr, momentum, weightDecay, nesterov, dampening, differentiable }: SGDOptions): void {
    needNonNegative("SGD", "learning rate", lr);
    needNonNegative("SGD", "momentum value", momentum);
    needNonNegative("SGD", "weight_decay value", weightDecay);
    if (nesterov && (momentum <= 0 || dampening !== 0))
      throw new ValueError(
        "SGD: Nesterov momentum requires a momentum and zero dampening: " +
          `need momentum > 0 and dampening 0; got ${momentum} and ${dampening}.`,
      );
    if (differentiable) throw new ValueError("SGD: differentiable is not built yet: need false; got true.");
  }

  protected initial(param: Tensor, { momentum }: SGDOptions): SGDState | null {
    return momentum === 0 ? null : { momentumBuffer: heldZeros(param), isFirst: true };
  }

  protected update(updated: readonly Updated<SGDState | null>[], group: ParamGroup<SGDOptions>): void {
    const { lr, momentum, dampening, weightDecay, nesterov, maximize } = group;
    const options = { lr, momentum, dampening, weightDecay, nesterov, maximize };
    const [fresh, going] = [true, false].map((isFirst) =>
      updated.filter(({ state }) => (state?.isFirst ?? false) === isFirst),
    );
    for (const chosen of [fresh!, going!]) {
      if (chosen.length === 0) continue;
      const buffers = chosen.flatMap(({ state }) => (state === null ? [] : [state.momentumBuffer]));
      const params = chosen.map(({ param }) => param);
      const grads = chosen.map(({ grad }) => grad);
      sgdUpdate(params, grads, buffers, { ...options, isFirst: chosen === fresh });
    }
    for (const { state } of fresh!) if (state !== null) state.isFirst = false;
  }

  protected override savedState({ momentumBuffer, isFirst }: SGDState): Map<string, unknown> {
    return new Map([["momentum_buffer", isFirst ? null : momentumBuffer]]);
  }

  protected loadedState(saved: ReadonlyMap<unknown, unknown>, param: Tensor): SGDState {
    const buffer = saved.get("momentum_buffer") ?? null;
    if (buffer === null) return { momentumBuffer: heldZeros(param), isFirst: true };
    return { momentumBuffer: heldCopy("momentum_buffer", param, buffer), isFirst: false };
  }
}
