import type { Formula } from "./cpu/pointwise/algebra.ts";
import type { RandomState } from "./cpu/random/state.ts";
import type { Rule } from "./cpu/update/kernel.ts";
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

/** The statistics of a batch normalisation; running ones are updated in place when `training`. */
export interface BatchNormOptions {
  readonly training: boolean;
  /** Share of the new value in the running statistics. */
  readonly momentum: number;
  readonly eps: number;
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
  readonly pointwise: (
    formula: Formula,
    operands: readonly (View | number | bigint)[],
    out: View,
    compute: DType,
  ) => void;

  // copy
  /** Copies with broadcast and conversion between any two dtypes, as PyTorch's `copy_` converts. */
  readonly copy: (from: View, to: View) => void;
  /** Every element becomes `value`, converted to the dtype. */
  readonly fill: (out: View, value: number | bigint) => void;
  /** out[i] = start + i · step, computed in float64 (int64: exactly), contiguous. */
  readonly arange: (out: View, start: number, step: number) => void;

  // reduce
  /** Reduces `x` over every dimension in which `out`, of the same rank and dtype, has size 1. `sum` of no element is 0, `prod` 1. */
  readonly reduce: (kind: Reduction, x: View, out: View) => void;
  /** The first index (int64) of the largest or smallest element along `dim`, in which `indices` and `values` have size 1. */
  readonly argReduce: (kind: "max" | "min", x: View, dim: number, values: View | null, indices: View) => void;
  /** Running sum along `dim`. */
  readonly cumsum: (x: View, dim: number, out: View) => void;
  /** Sorts along `dim`, stable; NaN is largest. `indices` int64. */
  readonly sort: (x: View, dim: number, descending: boolean, values: View, indices: View) => void;

  // matmul, float
  /** out [n, m] = a [n, k] · b [k, m], plus `bias` (broadcast to [n, m]) when given; or batched with one leading dimension, also broadcast (stride 0). */
  readonly matmul: (a: View, b: View, out: View, bias?: View | null) => void;

  // softmax, float, contiguous [rows, columns]
  readonly softmax: (x: View, out: View, isLog: boolean) => void;
  /** From the result `y`: g·y − y·Σ(g·y), or g − eʸ·Σg. */
  readonly softmaxBackward: (grad: View, y: View, out: View, isLog: boolean) => void;

  // convolution, float, all contiguous: x [n, c, h, w], weight [o, c / groups, kh, kw], out [n, o, oh, ow]
  readonly conv2d: (x: View, weight: View, bias: View | null, out: View, options: ConvolutionOptions) => void;
  readonly conv2dInput: (grad: View, weight: View, out: View, options: ConvolutionOptions) => void;
  readonly conv2dWeight: (grad: View, x: View, out: View, options: ConvolutionOptions) => void;

  // pooling, float, contiguous [n, c, h, w]
  /** `indices` (int64): position of each maximum in its input plane. Padding counts as −∞, the first maximum wins, NaN wins. */
  readonly maxPool2d: (x: View, out: View, indices: View, options: PoolOptions) => void;
  readonly maxPool2dBackward: (grad: View, indices: View, out: View) => void;
  readonly averagePool2d: (x: View, out: View, options: AveragePoolOptions) => void;
  readonly averagePool2dBackward: (grad: View, out: View, options: AveragePoolOptions) => void;
  /** Window i spans floor(i·in/out) … ceil((i+1)·in/out). */
  readonly adaptiveAveragePool2d: (x: View, out: View) => void;
  readonly adaptiveAveragePool2dBackward: (grad: View, out: View) => void;

  // norm, float, contiguous [n, c, …]
  /** Training: fills `mean` and `invstd` ([c], saved for backward) from the batch and moves the running statistics; else reads those. */
  readonly batchNorm: (
    x: View,
    weight: View | null,
    bias: View | null,
    runningMean: View | null,
    runningVar: View | null,
    out: View,
    mean: View,
    invstd: View,
    options: BatchNormOptions,
  ) => void;
  /** `mean` and `invstd` as the forward left them (or from the running statistics when not training). Any of the results may be null. */
  readonly batchNormBackward: (
    grad: View,
    x: View,
    weight: View | null,
    mean: View,
    invstd: View,
    gradX: View | null,
    gradWeight: View | null,
    gradBias: View | null,
    training: boolean,
  ) => void;

  // gather and scatter; indices int64, every index is checked before anything is written
  /** out[… i …] = x[… index[… i …] …] along `dim`. Throws IndexError naming the index. */
  readonly gather: (x: View, dim: number, index: View, out: View) => void;
  /** out[… index[… i …] …] += source[… i …] along `dim`, in the order of i. */
  readonly scatterAdd: (out: View, dim: number, index: View, source: View) => void;
  /** out[…] = the slices of x at `index` (one dimension) along `dim`; negative indices count from the end. */
  readonly indexSelect: (x: View, dim: number, index: View, out: View) => void;
  /** out[… index[i] …] += source[… i …]: the slices of source, added in order. */
  readonly indexAdd: (out: View, dim: number, index: View, source: View) => void;
  /** Number of non-zero elements, and with `out` (int64 [count, rank]) their positions in row-major order. */
  readonly countNonzero: (x: View) => number;
  readonly nonzero: (x: View, out: View) => void;

  // random, PyTorch's CPU stream; `out` contiguous unless said
  /** from + (to − from)·u. */
  readonly uniform: (out: View, state: RandomState, from: number, to: number) => void;
  readonly normal: (out: View, state: RandomState, mean: number, std: number) => void;
  /** Whole numbers in [low, high). */
  readonly randomIntegers: (out: View, state: RandomState, low: number, high: number) => void;
  /** 1 where a float64 draw is below p (one draw for each element), else 0. Any dtype. */
  readonly bernoulli: (out: View, state: RandomState, p: number) => void;
  /** A permutation of 0 … n − 1, int64. */
  readonly permutation: (out: View, state: RandomState) => void;

  // steps of optimizers, float, contiguous; one call for a whole group
  /**
   * Each array becomes what the rule says, element by element and in place: arrays[k][i] ← rule([arrays[0][i], …], scalars)[k].
   * All arrays of one i have the same size and dtype; scalars are rounded to it.
   */
  readonly update: (rule: Rule, arrays: readonly (readonly View[])[], scalars: readonly number[]) => void;
}

/** Another place than the cpu where tensors lie and are computed. */
export interface Device extends Kernels {
  /** As messages and `x.device` call it. */
  readonly name: string;
  /** Memory for `bytes` bytes, not cleared. `label` names the operation that wants it. */
  readonly allocate: (bytes: number, label: string) => Storage;
}
