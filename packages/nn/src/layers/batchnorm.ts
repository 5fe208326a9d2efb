import { noGrad } from "@ag/autograd";
import { add, batchNorm, fill_, ones, ShapeError, Tensor, ValueError, zero_, zeros } from "@ag/tensor/fn";
import { aFlag, aNumber, aWhole, need } from "@ag/tensor/internal";
import { Feedforward } from "../module/feedforward.ts";
import { learned, type Parameter } from "../module/parameter.ts";
import { optionsText, valueText } from "../module/print.ts";
import type { Fitting, KeepingChannels, ShapeFrom } from "../module/ruled.ts";

export interface BatchNormOptions {
  readonly eps?: number;
  /** Share of the new batch in the running statistics; null for the mean over all batches. */
  readonly momentum?: number | null;
  /** Whether there are a learned scale and shift for each channel. */
  readonly affine?: boolean;
  /** Without running statistics each batch is normalised by its own, in evaluation too. */
  readonly trackRunningStats?: boolean;
  /** Whether there is a shift beside the scale. */
  readonly bias?: boolean;
}

const batchNormOptions = {
  eps: aNumber,
  "momentum?": [aNumber, null],
  affine: aFlag,
  trackRunningStats: aFlag,
  bias: aFlag,
};

/**
 * Normalisation by the mean and variance of each channel over the batch (Ioffe & Szegedy 2015). In training, those of
 * the batch (biased variance), and the running ones move towards them (unbiased variance), also while the parameters
 * are frozen; in evaluation the running ones.
 */
abstract class BatchNorm<C extends number> extends Feedforward {
  declare readonly "~rule": KeepingChannels<C>;

  readonly numFeatures: C;
  eps: number;
  momentum: number | null;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;

  constructor(numFeatures: C, options: BatchNormOptions = {}) {
    super();
    need(this.constructor.name, { numFeatures: aWhole, options: batchNormOptions }, numFeatures, options);
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, bias = true } = options;
    if (numFeatures < 0)
      throw new ValueError(`${this.constructor.name}: need a whole number of features; got ${numFeatures}.`);
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.affine = affine;
    this.trackRunningStats = trackRunningStats;
    this.weight = affine ? learned(ones([numFeatures])) : null;
    this.bias = affine && bias ? learned(zeros([numFeatures])) : null;
    this.registerBuffer("running_mean", trackRunningStats ? zeros([numFeatures]) : null);
    this.registerBuffer("running_var", trackRunningStats ? ones([numFeatures]) : null);
    this.registerBuffer("num_batches_tracked", trackRunningStats ? zeros([], { dtype: "int64" }) : null);
  }

  /** The ranks that the input may have. */
  protected abstract readonly ranks: readonly number[];

  get runningMean(): Tensor | null {
    return this.getBuffer("running_mean");
  }

  get runningVar(): Tensor | null {
    return this.getBuffer("running_var");
  }

  /** How many batches were seen in training; int64. */
  get numBatchesTracked(): Tensor | null {
    return this.getBuffer("num_batches_tracked");
  }

  /** Running statistics as at the beginning. */
  resetRunningStats(): void {
    const { runningMean, runningVar, numBatchesTracked } = this;
    if (runningMean === null || runningVar === null || numBatchesTracked === null) return;
    noGrad(() => {
      zero_(runningMean);
      fill_(runningVar, 1);
      zero_(numBatchesTracked);
    });
  }

  override get stateVersion(): number {
    return 2;
  }

  /** The counter came with version 2: what was saved before loads without it. */
  override optionalKeys(version: number | undefined): readonly string[] {
    return version === undefined || version < 2 ? ["num_batches_tracked"] : [];
  }

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    if (x instanceof Tensor && !this.ranks.includes(x.shape.length))
      throw new ShapeError(
        `${this.constructor.name}: expected ${this.ranks.join("D or ")}D input (got ${x.shape.length}D input).`,
      );
    const { weight, bias, eps, training, runningMean, runningVar } = this;
    const counter = training ? this.numBatchesTracked : null;
    const momentum = this.momentum ?? (counter === null ? 0 : 1 / (counter.item() + 1));
    const isByBatch = training || runningMean === null;
    const out = batchNorm(x, runningMean, runningVar, { weight, bias, training: isByBatch, momentum, eps });
    if (counter !== null) add.inPlace(counter, 1);
    return out;
  }

  protected override extraRepr(): string {
    return (
      `${this.numFeatures}, ${optionsText(this, "eps", "momentum", "affine")}, ` +
      `bias=${valueText(this.bias !== null)}, ${optionsText(this, "trackRunningStats")}`
    );
  }
}

/**
 * Batch normalisation of [n, c] or [n, c, l].
 *
 * Throws {@link ShapeError} for other ranks, and {@link ValueError} in training with one value for each channel.
 *
 * ```ts doctest
 * const layer = new BatchNorm1d(1, { eps: 0, momentum: 0.5 });
 * layer.forward(tensor([[1], [3]])).tolist() // => [[-1], [1]]
 * layer.runningMean?.tolist() // => [1]
 * ```
 */
export class BatchNorm1d<C extends number = number> extends BatchNorm<C> {
  protected override get ranks(): readonly number[] {
    return [2, 3];
  }
}

/**
 * Batch normalisation of images [n, c, h, w].
 *
 * Throws {@link ShapeError} for other ranks, and {@link ValueError} in training with one value for each channel.
 *
 * ```ts doctest
 * const layer = new BatchNorm2d(3);
 * layer.forward(ones([2, 3, 4, 4])).shape // => [2, 3, 4, 4]
 * [...layer.stateDict().keys()].slice(2) // => ["running_mean", "running_var", "num_batches_tracked"]
 * ```
 */
export class BatchNorm2d<C extends number = number> extends BatchNorm<C> {
  protected override get ranks(): readonly number[] {
    return [4];
  }
}
