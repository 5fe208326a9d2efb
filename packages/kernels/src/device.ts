import type { Formula } from "./cpu/pointwise/algebra.ts";
import type { RandomState } from "./cpu/random/state.ts";
import type { DType } from "./dtype.ts";
import type { Storage } from "./memory/storage.ts";
import type { View } from "./view.ts";

/** What reductions compute over the reduced dimensions. `max` and `min` let NaN through; on bool they are any and all. */
export type Reduction = "sum" | "prod" | "max" | "min";

/** Sizes of a two-dimensional convolution, [vertical, horizontal]. */
export interface ConvolutionOptions {
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/** Sizes of a pooling window, [vertical, horizontal]. The output's shape says how many windows there are (ceil mode or not). */
export interface PoolOptions {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
}

export interface AveragePoolOptions extends PoolOptions {
  /** Padding counts as zeros in the divisor. */
  readonly countIncludePad: boolean;
  /** Divides by this instead of the size of the window. */
  readonly divisor: number | null;
}

/** Batch normalisation: arrays with one element for each channel, [c]. */
export interface BatchNormOptions {
  /** Normalise by the batch and move the running statistics, else by these. */
  readonly training: boolean;
  /** Share of the new value in the running statistics. */
  readonly momentum: number;
  readonly eps: number;
  readonly weight: View | null;
  readonly bias: View | null;
  /** Read unless `training`, else updated in place. */
  readonly runningMean: View | null;
  readonly runningVar: View | null;
  /** Results, saved for backward. */
  readonly mean: View;
  readonly invstd: View;
}

/** What the backward of a normalisation reads and gives; any of the results may be null. */
export interface NormBackwardOptions {
  readonly weight: View | null;
  /** As the forward left them, or of the running statistics. */
  readonly mean: View;
  readonly invstd: View;
  readonly gradX: View | null;
  readonly gradWeight: View | null;
  readonly gradBias: View | null;
}

export interface SgdOptions {
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
  readonly maximize: boolean;
  /** The buffers hold nothing yet: they become the gradient, without dampening. */
  readonly isFirst: boolean;
}

export interface AdamOptions {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** AdamW: the decay shrinks the parameter instead of joining the gradient. */
  readonly isDecoupled: boolean;
  readonly maximize: boolean;
  /** 1 − beta1^step and 1 − beta2^step, as running products. */
  readonly bias1: number;
  readonly bias2: number;
}

/**
 * What a back end must offer: methods by family of kernels, never by operation. Views may have any strides unless said
 * otherwise; `out` is written whole, was allocated by the caller, and does not overlap an input (pointwise: may be one
 * of them, with the same layout). Sizes are the caller's to check. "float" means float32 or float64. None uses `this`.
 */
export interface Kernels {
  // pointwise
  /**
   * out[i] = formula(operands[i]). Operands are broadcast to the shape of `out`; a number is a parameter of the kernel,
   * converted to `compute`. Elements of another dtype than `compute` are converted when they are read. `out` has dtype
   * `compute`, or is bool and the formula gives a condition.
   */
  pointwise(formula: Formula, operands: readonly (View | number | bigint)[], out: View, compute: DType): void;

  // copy
  /** Copies with broadcast and conversion between any two dtypes, as PyTorch's `copy_` converts. */
  copy(from: View, to: View): void;
  /** Every element becomes `value`, converted to the dtype. */
  fill(out: View, value: number | bigint): void;
  /** out[i] = start + i · step, computed in float64 (int64: exactly), contiguous. */
  arange(out: View, start: number, step: number): void;

  // reduce
  /** Reduces `x` over every dimension in which `out`, of the same rank and dtype, has size 1. `sum` of no element is 0, `prod` 1. */
  reduce(kind: Reduction, x: View, out: View): void;
  /** The first index (int64) of the largest or smallest element along `dim`, in which `indices` and `values` have size 1. */
  argReduce(kind: "max" | "min", x: View, dim: number, values: View | null, indices: View): void;
  /** Running sum along `dim`. */
  cumsum(x: View, dim: number, out: View): void;
  /** Sorts along `dim`, stable; NaN is largest. `indices` int64. */
  sort(x: View, dim: number, descending: boolean, values: View, indices: View): void;

  // matmul, float
  /** out [n, m] = a [n, k] · b [k, m], plus `bias` (broadcast to [n, m]) when given; or batched with one leading dimension, also broadcast (stride 0). */
  matmul(a: View, b: View, out: View, bias?: View | null): void;

  // softmax, float, contiguous [rows, columns]
  softmax(x: View, out: View, isLog: boolean): void;
  /** From the result `y`: g·y − y·Σ(g·y), or g − eʸ·Σg. */
  softmaxBackward(grad: View, y: View, out: View, isLog: boolean): void;

  // convolution, float, all contiguous: x [n, c, h, w], weight [o, c / groups, kh, kw], out [n, o, oh, ow]
  conv2d(x: View, weight: View, bias: View | null, out: View, options: ConvolutionOptions): void;
  conv2dInput(grad: View, weight: View, out: View, options: ConvolutionOptions): void;
  conv2dWeight(grad: View, x: View, out: View, options: ConvolutionOptions): void;

  // pooling, float, contiguous [n, c, h, w]
  /** `indices` (int64): position of each maximum in its input plane. Padding counts as −∞, the first maximum wins, NaN wins. */
  maxPool2d(x: View, out: View, indices: View, options: PoolOptions): void;
  maxPool2dBackward(grad: View, indices: View, out: View): void;
  averagePool2d(x: View, out: View, options: AveragePoolOptions): void;
  averagePool2dBackward(grad: View, out: View, options: AveragePoolOptions): void;
  /** Window i spans floor(i·in/out) … ceil((i+1)·in/out). */
  adaptiveAveragePool2d(x: View, out: View): void;
  adaptiveAveragePool2dBackward(grad: View, out: View): void;

  // norm, float, contiguous
  /** x, out [n, c, …]. Training: fills `mean` and `invstd` from the batch and moves the running statistics; else reads those. */
  batchNorm(x: View, out: View, options: BatchNormOptions): void;
  batchNormBackward(grad: View, x: View, options: NormBackwardOptions & { readonly training: boolean }): void;
  /** grad, x [rows, columns]: each row by its `mean` and `invstd` ([rows]), then by `weight` ([columns]), as `gradWeight` and `gradBias`. */
  layerNormBackward(grad: View, x: View, options: NormBackwardOptions): void;

  // gather and scatter; indices int64, every index is checked before anything is written
  /** out[… i …] = x[… index[… i …] …] along `dim`. Throws IndexError naming the index. */
  gather(x: View, dim: number, index: View, out: View): void;
  /** out[… index[… i …] …] += source[… i …] along `dim`, in the order of i. */
  scatterAdd(out: View, dim: number, index: View, source: View): void;
  /** out[…] = the slices of x at `index` (one dimension) along `dim`; negative indices count from the end. */
  indexSelect(x: View, dim: number, index: View, out: View): void;
  /** out[… index[i] …] += source[… i …]: the slices of source, added in order. */
  indexAdd(out: View, dim: number, index: View, source: View): void;
  /** Number of non-zero elements, and with `out` (int64 [count, rank]) their positions in row-major order. */
  countNonzero(x: View): number;
  nonzero(x: View, out: View): void;

  // random, PyTorch's CPU stream; `out` contiguous unless said
  /** from + (to − from)·u. */
  uniform(out: View, state: RandomState, from: number, to: number): void;
  normal(out: View, state: RandomState, mean: number, std: number): void;
  /** Whole numbers in [low, high). */
  randomIntegers(out: View, state: RandomState, low: number, high: number): void;
  /** 1 where a float64 draw is below p (one draw for each element), else 0. Any dtype. */
  bernoulli(out: View, state: RandomState, p: number): void;
  /** A permutation of 0 … n − 1, int64. */
  permutation(out: View, state: RandomState): void;

  // optimizer updates, float, contiguous and of equal length; one call for a whole group
  sgd(params: readonly View[], grads: readonly View[], buffers: readonly View[], options: SgdOptions): void;
  adam(
    params: readonly View[],
    grads: readonly View[],
    expAvgs: readonly View[],
    expAvgSqs: readonly View[],
    options: AdamOptions,
  ): void;
}

/** Another place than the cpu where tensors lie and are computed. */
export interface Device extends Kernels {
  /** As messages and `x.device` call it. */
  readonly name: string;
  /** Memory for `bytes` bytes, not cleared. `label` names the operation that wants it. */
  allocate(bytes: number, label: string): Storage;
}
