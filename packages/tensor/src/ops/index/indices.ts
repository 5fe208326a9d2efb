/** Tensors of indices, as operations take them and as kernels do. */
import type { View } from "@ag/kernels";
import { kindOf } from "../../arguments/accepts.ts";
import { DTypeError, IndexError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import { withScope } from "../../core/scope.ts";
import type { Tensor } from "../../core/tensor.ts";
import { shown } from "../../layout/dense.ts";
import { type Shape, sizeOf } from "../../layout/shape.ts";
import { fresh } from "../../make/fresh.ts";
import { checkComputes } from "../../types/dtype.ts";
import { to } from "../shape/cast.ts";

/** Calls `use` with indices as int64; throws for what is not int32 or int64. */
export function withIndices(op: string, index: Tensor, use: (index: Tensor) => Tensor): Tensor {
  if (index.dtype !== "int64" && index.dtype !== "int32")
    throw new DTypeError(
      `${op}: ${op}(): Expected dtype int32/int64 for index (expected scalar type Long but found ${kindOf(index.dtype)}): ` +
        `need whole indices; got ${index.dtype}. Use tensor([…], { dtype: "int64" }).`,
    );
  return withScope(() => use(to(index, "int64")));
}

/** The error for an index outside of a dimension, as most operations word it. */
export const outside =
  (op: string, dim: number, size: number): kernels.Refusal =>
  (i) =>
    new IndexError(`${op}: index ${i} is out of bounds for dimension ${dim} with size ${size}.`);

/** An index of one dimension (or none) for whole slices: repeated along all dimensions but `dim`. */
export const along = (index: View, dim: number, sizes: Shape): View =>
  shown(index, {
    offset: index.offset,
    sizes,
    strides: sizes.map((_, d) => (d === dim ? (index.strides[0] ?? 0) : 0)),
  });

/** The positions of the elements that are not zero, [count, rank]. The count is a size: the device has to be waited for. */
export function positionsOf(x: View): Tensor {
  checkComputes("nonzero", x.dtype);
  let out: Tensor | undefined;
  kernels.nonzero(x, (count) => {
    out = fresh([count, x.sizes.length], "int64");
    return out;
  });
  return out!;
}

/** A scalar counts as a row of one. */
export const atLeast1 = (shape: Shape): Shape => (shape.length === 0 ? [1] : shape);

/** At least one dimension: what the kernels take. */
export const lined = (x: Tensor): View =>
  x.sizes.length === 0 ? shown(x, { offset: x.offset, sizes: [1], strides: [1] }) : x;

/** The elements of a row-major tensor as one row. */
export const row = (x: View): View => shown(x, { offset: x.offset, sizes: [sizeOf(x.sizes)], strides: [1] });
