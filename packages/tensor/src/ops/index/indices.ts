/** Tensors of indices, as operations take them and as kernels do. */
import type { View } from "@ag/kernels";
import { kindOf } from "../../arguments/accepts.ts";
import { DTypeError, IndexError } from "../../core/errors.ts";
import { withScope } from "../../core/scope.ts";
import type { Tensor } from "../../core/tensor.ts";
import { type Shape, sizeOf } from "../../layout/shape.ts";
import { elementsOf } from "../../make/read.ts";
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

/** Throws unless every index is within a dimension; PyTorch's kernels say it in several ways. */
export function checkWithin(index: Tensor, size: number, message: (i: number) => string, low = 0): void {
  for (const i of elementsOf(index)) if (i < low || i >= size) throw new IndexError(message(Number(i)));
}

/** A scalar counts as a row of one. */
export const atLeast1 = (shape: Shape): Shape => (shape.length === 0 ? [1] : shape);

/** At least one dimension: what the kernels take. */
export const lined = (x: Tensor): View =>
  x.sizes.length === 0 ? { storage: x.storage, offset: x.offset, sizes: [1], strides: [1], dtype: x.dtype } : x;

/** The elements of a row-major tensor as one row. */
export const row = (x: View): View => ({
  storage: x.storage,
  offset: x.offset,
  sizes: [sizeOf(x.sizes)],
  strides: [1],
  dtype: x.dtype,
});
