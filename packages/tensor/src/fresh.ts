/** Tensors whose elements somebody will write: nothing is checked, and nothing is there yet. */
import { allocate, cpu, type DType, itemSize } from "@ag/kernels";
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

/** As many elements as `x` has, in its dtype, of one value. */
export function filledLike(x: Tensor, value: number): Tensor {
  const out = fresh(x.sizes, x.dtype);
  cpu.fill(out, value);
  return out;
}

/** The dtype a JavaScript value has by itself. */
export const dtypeOf = (value: number | bigint | boolean): DType =>
  typeof value === "bigint" ? "int64" : typeof value === "boolean" ? "bool" : "float32";

/** A number as a tensor without dimensions. */
export function scalar(value: number | bigint | boolean): Tensor<readonly []> {
  const out = fresh([], dtypeOf(value));
  cpu.fill(out, typeof value === "boolean" ? Number(value) : value);
  return out;
}
