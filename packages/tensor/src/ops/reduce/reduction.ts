/** How is a reduction prepared and finished? Dimensions are named, the kernel gets them as size 1, and they are dropped afterwards. */

import type { DType, Formula, Reduction } from "@ag/kernels";
import { IndexError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import { reshaped, type Tensor } from "../../core/tensor.ts";
import { cast } from "../../layout/cast.ts";
import { dimsOf, kept, type Shape, showShape, sizeOf } from "../../layout/shape.ts";
import { fresh } from "../../make/fresh.ts";
import { checkComputes } from "../../types/dtype.ts";
import { expandOp, reshapeTo } from "../shape/reshape.ts";

export interface ReduceOptions {
  /** The reduced dimensions stay, with size 1. */
  readonly keepdim?: boolean;
}

export type Dims = number | Shape | null | undefined;

/** A fresh result without the reduced dimensions. */
export const dropped = (out: Tensor, dims: Shape): Tensor =>
  dims.length === 0
    ? out
    : reshaped(
        out,
        out.sizes.filter((_, d) => !dims.includes(d)),
      );

interface Reduced extends ReduceOptions {
  readonly op: string;
  readonly dtype?: DType;
  /** What is reduced, instead of the elements themselves. */
  readonly of?: Formula;
}

/** Reduces `x`, converted to `dtype`, or a formula of its elements that gives `dtype`, over `dim`. Not recorded. */
export function reduced(
  kind: Reduction,
  x: Tensor,
  dim: Dims,
  { keepdim = false, dtype = x.dtype, op, of }: Reduced,
): Tensor {
  checkComputes(op, x.dtype);
  checkComputes(op, dtype);
  const dims = dimsOf(dim, x.sizes.length, op);
  const source = of ? x : cast(x, dtype);
  const out = fresh(kept(x.sizes, dims), dtype);
  kernels.reduce(kind, source, out, of);
  if (source !== x) source.dispose();
  return keepdim ? out : dropped(out, dims);
}

/** The shape a reduced gradient has before it is spread over `shape` again. */
export const keptShape = (shape: Shape, dim: Dims, op: string): Shape => kept(shape, dimsOf(dim, shape.length, op));

/** The result of a reduction, or its gradient, with the reduced dimensions of size 1: what it meets decides on the layout. */
export const restored = (x: Tensor, shape: Shape, dim: Dims, op: string): Tensor =>
  reshapeTo(x, keptShape(shape, dim, op));

/** The same, as large as the input again. */
export const spread = (x: Tensor, shape: Shape, dim: Dims, op: string): Tensor =>
  expandOp(restored(x, shape, dim, op), shape);

/** How many elements become one. */
export const countOf = (shape: Shape, dim: Dims, op: string): number =>
  sizeOf(dimsOf(dim, shape.length, op).map((d) => shape[d]!));

/** Among no elements there is no largest one. */
export function refuseEmpty(op: string, { sizes: shape }: Tensor, dim: Dims): void {
  const dims = dimsOf(dim, shape.length, op);
  const none = dims.find((d) => shape[d] === 0);
  if (none === undefined) return;
  throw new IndexError(
    dims.length === shape.length && (shape.length > 1 || dim === undefined || dim === null)
      ? `${op}: ${op}(): Expected reduction dim to be specified for input.numel() == 0: need a dim that is not empty; got ` +
          `shape ${showShape(shape)}.`
      : `${op}: ${op}(): Expected reduction dim ${none} to have non-zero size: need at least one element; got shape ` +
          `${showShape(shape)}.`,
  );
}
