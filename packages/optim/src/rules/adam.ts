import { Tensor, tensor, ValueError } from "@ag/tensor/fn";
import { adamUpdate } from "@ag/tensor/internal";
import type { ParamGroup, Params } from "../optimizer/groups.ts";
import { heldCopy, heldZeros } from "../optimizer/held.ts";
import { Optimizer, type Updated } from "../optimizer/optimizer.ts";
import { needNonNegative, needOptions } from "../optimizer/options.ts";
import { RunningPower } from "./power.ts";

export interface AdamOptions {
  lr: number;
  /** Shares of the old value in the running means of the gradient and of its square. */
  betas: readonly [number, number];
  eps: number;
  weightDecay: number;
  amsgrad: boolean;
  maximize: boolean;
  /** PyTorch's choice of implementation: kept for its files, without effect. There is one, and it is fused. */
  foreach: boolean | null;
  capturable: boolean;
  differentiable: boolean;
  fused: boolean | null;
  /** AdamW: the decay shrinks the parameter instead of joining the gradient. */
  decoupledWeightDecay: boolean;
}

interface AdamState {
  /** Number of updates so far. */
  step: number;
  expAvg: Tensor;
  expAvgSq: Tensor;
}

const defaults: AdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
  foreach: null,
  capturable: false,
  differentiable: false,
  fused: null,
  decoupledWeightDecay: false,
};

function needBetas(rule: string, betas: unknown): void {
  if (!Array.isArray(betas) || betas.length !== 2)
    throw new ValueError(`${rule}: Invalid betas: need two numbers; got ${String(betas)}.`);
  for (const [i, beta] of betas.entries())
    if (!(beta >= 0 && beta < 1))
      throw new ValueError(`${rule}: Invalid beta parameter at index ${i}: need a number in [0, 1); got ${beta}.`);
}

/** The number of updates in a loaded state: a tensor in PyTorch's files, a number in old ones. */
function stepOf(saved: unknown): number {
  const step = saved instanceof Tensor && saved.numel() === 1 ? saved.item() : saved;
  if (typeof step !== "number" || !Number.isInteger(step) || step < 0)
    throw new ValueError(`loadStateDict: need a whole number as step; got ${String(step)}.`);
  return step;
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
export class Adam extends Optimizer<AdamOptions, AdamState> {
  readonly #powers: WeakMap<object, readonly [RunningPower, RunningPower]> = new WeakMap();

  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}) {
    needOptions(new.target.name, defaults, options);
    super(params, { ...defaults, ...options });
  }

  protected checkOptions({ lr, eps, betas, weightDecay, amsgrad, differentiable }: AdamOptions): void {
    const rule = this.constructor.name;
    needNonNegative(rule, "learning rate", lr);
    needNonNegative(rule, "epsilon value", eps);
    needBetas(rule, betas);
    needNonNegative(rule, "weight_decay value", weightDecay);
    if (amsgrad) throw new ValueError(`${rule}: amsgrad is not built yet: need false; got true.`);
    if (differentiable) throw new ValueError(`${rule}: differentiable is not built yet: need false; got true.`);
  }

  protected initial(param: Tensor): AdamState {
    return { step: 0, expAvg: heldZeros(param), expAvgSq: heldZeros(param) };
  }

  protected update(updated: readonly Updated<AdamState | null>[], group: ParamGroup<AdamOptions>): void {
    const { lr, eps, weightDecay, maximize, decoupledWeightDecay: isDecoupled } = group;
    const [beta1, beta2] = group.betas;
    const all = updated as readonly Updated<AdamState>[];
    for (const step of [...new Set(all.map(({ state }) => state.step))].sort((a, b) => a - b)) {
      const chosen = all.filter(({ state }) => state.step === step);
      const [power1, power2] = this.#powersOf(group);
      const bias1 = 1 - power1.of(beta1, step + 1);
      const bias2 = 1 - power2.of(beta2, step + 1);
      const means = [chosen.map(({ state }) => state.expAvg), chosen.map(({ state }) => state.expAvgSq)] as const;
      const options = { lr, beta1, beta2, eps, weightDecay, isDecoupled, maximize, bias1, bias2 };
      const grads = chosen.map(({ grad }) => grad);
      adamUpdate(
        chosen.map(({ param }) => param),
        grads,
        means,
        options,
      );
    }
    for (const { state } of all) state.step++;
  }

  #powersOf(group: object): readonly [RunningPower, RunningPower] {
    const powers = this.#powers.get(group) ?? [new RunningPower(), new RunningPower()];
    this.#powers.set(group, powers);
    return powers;
  }

  protected override savedState({ step, expAvg, expAvgSq }: AdamState): Map<string, unknown> {
    return new Map<string, unknown>([
      ["step", tensor(step)],
      ["exp_avg", expAvg],
      ["exp_avg_sq", expAvgSq],
    ]);
  }

  protected loadedState(saved: ReadonlyMap<unknown, unknown>, param: Tensor): AdamState {
    return {
      step: stepOf(saved.get("step")),
      expAvg: heldCopy("exp_avg", param, saved.get("exp_avg")),
      expAvgSq: heldCopy("exp_avg_sq", param, saved.get("exp_avg_sq")),
    };
  }
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
  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}) {
    needOptions("AdamW", defaults, options);
    super(params, { weightDecay: 1e-2, ...options, decoupledWeightDecay: true });
  }
}
