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
  /** "forward" adds it to every output pixel: [o]. */
  readonly bias?: View | null;
}

/** A convolution, or the gradient of one. */
export type Convolution = "forward" | "input" | "weight";

/** Where the windows of a pooling layer lie: a size for each spatial dimension. How many there are is the output's to say. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}

/** What becomes of a window, and where windows lie. Without `windows` they fit: window i spans floor(i·in/out) … ceil((i+1)·in/out). */
export type Pooling =
  | {
      /** Padding counts as −∞, the first maximum wins, NaN wins. */
      readonly kind: "max";
      readonly windows: Windows | null;
      /** int64, of the output's shape: the position of each maximum in its input plane. Written by `pool`, read by `poolBackward`. */
      readonly indices: View;
    }
  | {
      readonly kind: "average";
      readonly windows: Windows | null;
      /** Padding counts as zeros in the divisor. */
      readonly countIncludePad: boolean;
      /** Divides by this instead of the size of the window. */
      readonly divisor: number | null;
    };

/** Along which dimension an index reads or adds. */
export interface IndexOptions {
  readonly dim: number;
  /** Negative indices count from the end. */
  readonly wraps?: boolean;
}

/** What random numbers are. */
export type Draw =
  /** from + (to − from)·u, float. */
  | { readonly kind: "uniform"; readonly from: number; readonly to: number }
  /** Float. */
  | { readonly kind: "normal"; readonly mean: number; readonly std: number }
  /** Whole numbers in [low, high). */
  | { readonly kind: "integers"; readonly low: number; readonly high: number }
  /** 1 where a float64 draw is below p (one draw for each element), else 0. Any dtype. */
  | { readonly kind: "bernoulli"; readonly p: number }
  /** 0 … n − 1 in some order, int64, contiguous. */
  | { readonly kind: "permutation" };

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
  /**
   * Throws {@link ElementError} with the first element of `x`, in row-major order, for which a condition on it and on the
   * numbers does not hold; computed in the dtype of `x`.
   */
  readonly check: (holds: Formula, x: View, numbers?: readonly number[]) => void;

  // copy
  /** Copies with broadcast and conversion between any two dtypes, as PyTorch's `copy_` converts. */
  readonly copy: (from: View, to: View) => void;
  /** Every element becomes `value`, converted to the dtype. */
  readonly fill: (out: View, value: number | bigint) => void;
  /** out[i] = start + i · step, computed in float64 (int64: exactly), contiguous. */
  readonly arange: (out: View, start: number, step: number) => void;

  // reduce
  /**
   * Reduces `x`, or `of` each of its elements, over every dimension in which `out`, of the same rank and dtype, has size 1.
   * `sum` of no element is 0, `prod` 1. A condition counts as 1 or 0, and then `out` may be bool or int64 too. The bits are those
   * of `pointwise(of)` and a reduction of what it gives. TypeError for a formula with `rarely`.
   */
  readonly reduce: (kind: Reduction, x: View, out: View, of?: Formula | null) => void;
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
  /** "forward": out of x and weight; "input": the gradient of x, of that of out and weight; "weight": that of weight, of that of out and x. */
  readonly convolution: (kind: Convolution, a: View, b: View, out: View, options: ConvolutionOptions) => void;

  // pooling, float, contiguous [n, c, …spatial]; TypeError for as many spatial dimensions as the device does not know
  readonly pool: (x: View, out: View, pooling: Pooling) => void;
  /** out: the gradient of x, of that of the output. */
  readonly poolBackward: (grad: View, out: View, pooling: Pooling) => void;

  // norm, float, contiguous
  /** x, out [n, c, …]. Training: fills `mean` and `invstd` from the batch and moves the running statistics; else reads those. */
  readonly batchNorm: (x: View, out: View, options: BatchNormOptions) => void;
  readonly batchNormBackward: (
    grad: View,
    x: View,
    options: NormBackwardOptions & { readonly training: boolean },
  ) => void;
  /** grad, x [rows, columns]: each row by its `mean` and `invstd` ([rows]), then by `weight` ([columns]), as `gradWeight` and `gradBias`. */
  readonly layerNormBackward: (grad: View, x: View, options: NormBackwardOptions) => void;

  // gather and scatter; indices int64, each of them is checked before anything is written
  /**
   * out[… i …] = x[… index[… i …] …] along `dim`, for each i of `index`, which has the shape of `out`: with stride 0 in all
   * other dimensions it picks slices. Throws {@link ElementError} with the first index outside, also where it is never used
   * because slices are empty.
   */
  readonly gather: (x: View, index: View, out: View, options: IndexOptions) => void;
  /** "add": out[… index[… i …] …] += source[… i …] along `dim`; "set": = source[… i …]. In the order of i; errors as `gather`. */
  readonly scatter: (kind: "add" | "set", out: View, index: View, source: View, options: IndexOptions) => void;
  /**
   * The positions of the elements that are not zero, in row-major order, as int64 [count, rank]: written to what `room` gives for so
   * many, contiguous. NaN is not zero.
   */
  readonly nonzero: (x: View, room: (count: number) => View) => void;

  // random, PyTorch's CPU stream
  readonly random: (draw: Draw, out: View, state: RandomState) => void;

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
