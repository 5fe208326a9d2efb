/** Losses as layers: a number between what a model gives and what it should give. */
import { crossEntropy, l1Loss, mseLoss, nllLoss, type Tensor } from "@ag/tensor/fn";
import { aNumber, aReduction, aTensor, aWhole, need, type Takes } from "@ag/tensor/internal";
import { Feedforward } from "../module/feedforward.ts";

/** What becomes of the losses of the elements: each by itself, their mean, or their sum. */
export type Reduction = "none" | "mean" | "sum";

const weighted: Takes = { weight: [aTensor, null], ignoreIndex: aWhole, reduction: aReduction };
const smoothed: Takes = { ...weighted, labelSmoothing: aNumber };

interface ReductionOptions {
  readonly reduction?: Reduction;
}

export interface NLLLossOptions extends ReductionOptions {
  /** Of each class. */
  readonly weight?: Tensor | null;
  /** Targets of this class do not count. */
  readonly ignoreIndex?: number;
}

export interface CrossEntropyOptions extends NLLLossOptions {
  /** Share of the target that is spread over all classes, in [0, 1]. */
  readonly labelSmoothing?: number;
}

abstract class Loss extends Feedforward {
  readonly reduction: Reduction;

  constructor(options: ReductionOptions = {}) {
    super();
    need(this.constructor.name, { "options?": { reduction: aReduction } }, options);
    this.reduction = options.reduction ?? "mean";
  }
}

/** Losses with a weight for each class keep it as a buffer, as PyTorch does. */
abstract class WeightedLoss extends Loss {
  readonly ignoreIndex: number;

  constructor({ weight = null, ignoreIndex = -100, reduction = "mean" }: NLLLossOptions) {
    super({ reduction });
    this.registerBuffer("weight", weight);
    this.ignoreIndex = ignoreIndex;
  }

  protected get classWeights(): { readonly weight?: Tensor } {
    const weight = this.getBuffer("weight");
    return weight === null ? {} : { weight };
  }
}

/**
 * Softmax and negative log-likelihood of the target class, or of target probabilities.
 *
 * Shapes: [n, c, …] and int64 [n, …], or probabilities [n, c, …] → a number, or [n, …] with reduction "none".
 *
 * ```ts doctest
 * const loss = new CrossEntropyLoss({ ignoreIndex: 1 });
 * loss.forward(tensor([[5, -1e9], [0, 0]]), tensor([0n, 1n])).item() // => 0
 * ```
 */
export class CrossEntropyLoss extends WeightedLoss {
  readonly labelSmoothing: number;

  constructor(options: CrossEntropyOptions = {}) {
    need("CrossEntropyLoss", { "options?": smoothed }, options);
    super(options);
    this.labelSmoothing = options.labelSmoothing ?? 0;
  }

  forward(x: Tensor, target: Tensor): Tensor {
    const { ignoreIndex, reduction, labelSmoothing } = this;
    return crossEntropy(x, target, { ...this.classWeights, ignoreIndex, reduction, labelSmoothing });
  }
}

/**
 * Negative log-likelihood of the target class; takes log-probabilities.
 *
 * Shapes: [n, c, …] and int64 [n, …] → a number, or [n, …] with reduction "none".
 *
 * ```ts doctest
 * const loss = new NLLLoss({ reduction: "sum" });
 * loss.forward(tensor([[-0.5, -1], [-2, -0.25]]), tensor([0n, 1n])).item() // => 0.75
 * ```
 */
export class NLLLoss extends WeightedLoss {
  constructor(options: NLLLossOptions = {}) {
    need("NLLLoss", { "options?": weighted }, options);
    super(options);
  }

  forward(x: Tensor, target: Tensor): Tensor {
    const { ignoreIndex, reduction } = this;
    return nllLoss(x, target, { ...this.classWeights, ignoreIndex, reduction });
  }
}

/**
 * Square of the difference.
 *
 * ```ts doctest
 * new MSELoss().forward(tensor([1, 2]), tensor([1, 4])).item() // => 2
 * ```
 */
export class MSELoss extends Loss {
  forward(x: Tensor, target: Tensor): Tensor {
    return mseLoss(x, target, { reduction: this.reduction });
  }
}

/**
 * Absolute value of the difference.
 *
 * ```ts doctest
 * new L1Loss({ reduction: "sum" }).forward(tensor([1, 2]), tensor([0, 4])).item() // => 3
 * ```
 */
export class L1Loss extends Loss {
  forward(x: Tensor, target: Tensor): Tensor {
    return l1Loss(x, target, { reduction: this.reduction });
  }
}
