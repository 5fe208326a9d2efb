/** Sums over dimensions, for who has arguments of the right types. */
import type { DType } from "@ag/kernels";
import { defineOp } from "../../core/define.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { isFloating } from "../../types/dtype.ts";
import { type Dims, type ReduceOptions, reduced, spread } from "./reduction.ts";

/** The options of sums and products. */
export interface SumOptions extends ReduceOptions {
  /** What is computed in, and the dtype of the result; int64 for whole numbers and bools unless given. */
  readonly dtype?: DType;
}

/** Sums of whole numbers and booleans are int64. */
export const sumType = (x: Tensor, dtype: DType | undefined): DType =>
  dtype ?? (isFloating(x.dtype) ? x.dtype : "int64");

/** `sum` over dimensions. */
export const sumDim: Op<[x: Tensor, dim: Dims, options?: SumOptions]> = defineOp({
  name: "sum",
  node: "SumBackward1",
  inputs: ["x"],
  forward: (x, dim, options) => reduced("sum", x, dim, { ...options, dtype: sumType(x, options?.dtype), op: "sum" }),
  derivative: { x: (grad, { shape }, dim) => spread(grad, shape, dim, "sum") },
});
