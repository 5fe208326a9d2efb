/** Which shape has one number for many? */
import type { Kind, METHOD } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Extreme } from "../ops/reduce/extremes.ts";
import type { ReduceOptions } from "../ops/reduce/reduction.ts";
import type { Broadcast, Clash } from "../shapes/broadcast.ts";
import type { Fits, ShapeOf } from "../shapes/known.ts";
import type { Dimensions, Reduced } from "../shapes/reduce.ts";

/** Whether the reduced dimensions stay: inferred by itself, so that other options are checked as ever. */
interface Keeping<K extends boolean> {
  /** The reduced dimensions stay, with size 1. */
  readonly keepdim?: K;
}

/** Over the dimensions `dim`, or all; `O` are its options, and `D` is what may name dimensions. */
export interface Reduction<O extends ReduceOptions = ReduceOptions, D extends Dimensions = Dimensions>
  extends Kind<[x: Tensor, dim?: D | null, options?: O]> {
  <T extends Tensor, const N extends D | null | undefined = null, K extends boolean = false>(
    x: T,
    dim?: N,
    options?: Omit<O, "keepdim"> & Keeping<K>,
  ): Tensor<Reduced<ShapeOf<T>, N, K>>;
  readonly [METHOD]?: <T extends Tensor, const N extends D | null | undefined = null, K extends boolean = false>(
    this: T,
    dim?: N,
    options?: Omit<O, "keepdim"> & Keeping<K>,
  ) => Tensor<Reduced<ShapeOf<T>, N, K>>;
}

/** The same where dimensions must be named. */
export interface ReductionAlong<
  O extends ReduceOptions = ReduceOptions,
  D extends Dimensions = number | readonly number[],
> extends Kind<[x: Tensor, dim: D, options?: O]> {
  <T extends Tensor, const N extends D, K extends boolean = false>(
    x: T,
    dim: N,
    options?: Omit<O, "keepdim"> & Keeping<K>,
  ): Tensor<Reduced<ShapeOf<T>, N, K>>;
  readonly [METHOD]?: <T extends Tensor, const N extends D, K extends boolean = false>(
    this: T,
    dim: N,
    options?: Omit<O, "keepdim"> & Keeping<K>,
  ) => Tensor<Reduced<ShapeOf<T>, N, K>>;
}

/** What max and min give: of all elements, along a dimension, or of two tensors. */
type Most<T extends Tensor, D, K> = undefined extends D
  ? D extends undefined
    ? Tensor<[]>
    : Tensor | Extreme
  : D extends Tensor
    ? Tensor<Broadcast<ShapeOf<T>, ShapeOf<D>>>
    : D extends number
      ? Extreme<Tensor<Reduced<ShapeOf<T>, D, K>>>
      : never;
type Refused<T extends Tensor, D> = D extends Tensor ? Fits<Clash<ShapeOf<T>, ShapeOf<D>>> : unknown;

/** The largest or the smallest element: of all, along a dimension, or of two tensors. */
export interface Extremal extends Kind<[x: Tensor, dim?: number | Tensor, options?: ReduceOptions], Tensor | Extreme> {
  <T extends Tensor, D extends number | Tensor | undefined = undefined, K extends boolean = false>(
    x: T,
    dim?: D & Refused<T, D>,
    options?: Keeping<K>,
  ): Most<T, D, K>;
  readonly [METHOD]?: <T extends Tensor, D extends number | Tensor | undefined = undefined, K extends boolean = false>(
    this: T,
    dim?: D & Refused<T, D>,
    options?: Keeping<K>,
  ) => Most<T, D, K>;
}
