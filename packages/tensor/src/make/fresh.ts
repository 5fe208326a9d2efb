/** Tensors whose elements somebody will write: nothing is checked, and nothing is there yet. */
import { allocate, cpu, type DType, itemSize } from "@ag/kernels";
import { creating } from "../core/creating.ts";
import { Tensor } from "../core/tensor.ts";
import { isDense, type Shape, sizeOf } from "../layout/shape.ts";

/** In row-major order, or with strides that leave no element out. */
export function fresh<const S extends Shape>(
  shape: S,
  dtype: DType,
  strides: readonly number[] | null = null,
): Tensor<S> {
  const storage = allocate(sizeOf(shape) * itemSize(dtype), creating.op);
  return new Tensor(storage, dtype, shape, strides && { offset: 0, strides }, null);
}

/** With the shape of `x`, and its order of elements if they are dense. */
export const freshLike = (x: Tensor, dtype: DType = x.dtype): Tensor =>
  fresh(x.sizes, dtype, isDense(x) ? x.strides : null);

/** All elements of one value. */
export function filled<const S extends Shape>(shape: S, value: number | bigint | boolean, dtype: DType): Tensor<S> {
  const out = fresh(shape, dtype);
  cpu.fill(out, typeof value === "boolean" ? Number(value) : value);
  return out;
}

/** As many elements as `x` has, in its dtype, of one value. */
export const filledLike = (x: Tensor, value: number): Tensor => filled(x.sizes, value, x.dtype);

/** The dtype a JavaScript value has by itself. */
export const dtypeOf = (value: number | bigint | boolean): DType =>
  typeof value === "bigint" ? "int64" : typeof value === "boolean" ? "bool" : "float32";

/** A number as a tensor without dimensions. */
export const scalar = (value: number | bigint | boolean): Tensor<readonly []> => filled([], value, dtypeOf(value));
