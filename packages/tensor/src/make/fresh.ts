/** Tensors whose elements somebody will write: nothing is checked, and nothing is there yet. */
import { type Device, type DType, itemSize } from "@ag/kernels";
import { creating } from "../core/creating.ts";
import * as kernels from "../core/kernels.ts";
import { Tensor } from "../core/tensor.ts";
import { isDense, rowMajor, type Shape, sizeOf } from "../layout/shape.ts";
import { stridesInOrderOf } from "../layout/strides.ts";

/** In row-major order, or with strides that leave no element out; where the operation that runs now, `op`, computes. */
export function fresh<const S extends Shape>(
  shape: S,
  dtype: DType,
  strides: readonly number[] | null = null,
  device: Device | null = creating.device,
  op: string = creating.op,
): Tensor<S> {
  const storage = kernels.allocate(sizeOf(shape) * itemSize(dtype), op, device);
  return new Tensor(storage, dtype, shape, 0, strides ?? rowMajor(shape), null);
}

/** With the shape of `x`, and its order of elements. */
export const freshLike = (x: Tensor, dtype: DType = x.dtype, device: Device | null = x.storage.device): Tensor =>
  fresh(x.sizes, dtype, isDense(x) ? x.strides : stridesInOrderOf([x], x.sizes), device);

function fill<T extends Tensor>(out: T, value: number | bigint | boolean): T {
  kernels.fill(out, typeof value === "boolean" ? Number(value) : value);
  return out;
}

/** All elements of one value. */
export const filled = <const S extends Shape>(shape: S, value: number | bigint | boolean, dtype: DType): Tensor<S> =>
  fill(fresh(shape, dtype), value);

/** As many elements as `x` has, in its dtype, of one value. */
export const filledLike = (x: Tensor, value: number): Tensor =>
  fill(fresh(x.sizes, x.dtype, null, x.storage.device), value);

/** The dtype a JavaScript value has by itself. */
export const dtypeOf = (value: number | bigint | boolean): DType =>
  typeof value === "bigint" ? "int64" : typeof value === "boolean" ? "bool" : "float32";

/** A number as a tensor without dimensions. */
export const scalar = (value: number | bigint | boolean): Tensor<readonly []> => filled([], value, dtypeOf(value));
