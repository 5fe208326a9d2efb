/** Tensors whose elements somebody will write: nothing is checked, and nothing is there yet. */
import { allocate, type DType, itemSize } from "@ag/kernels";
import { creating } from "./creating.ts";
import { type Shape, sizeOf } from "./shape.ts";
import { Tensor } from "./tensor.ts";

export function fresh<const S extends Shape>(shape: S, dtype: DType): Tensor<S> {
  return new Tensor(allocate(sizeOf(shape) * itemSize(dtype), creating.op), dtype, shape, null, null);
}

/** Dense in another order of dimensions. */
export function freshStrided<const S extends Shape>(shape: S, strides: readonly number[], dtype: DType): Tensor<S> {
  const storage = allocate(sizeOf(shape) * itemSize(dtype), creating.op);
  return new Tensor(storage, dtype, shape, { offset: 0, strides }, null);
}
