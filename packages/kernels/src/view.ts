import type { DType } from "./dtype.ts";
import type { Storage } from "./memory/storage.ts";

/** What every kernel takes: a strided window on a storage. A Tensor is one, so a call allocates nothing. */
export interface View {
  readonly storage: Storage;
  /** First element, in elements. */
  readonly offset: number;
  readonly sizes: readonly number[];
  /** Distance of neighbours along each dimension, in elements; 0 repeats. */
  readonly strides: readonly number[];
  readonly dtype: DType;
}

/** Number of elements. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let d = 0; d < shape.length; d++) size *= shape[d]!;
  return size;
}

/** Whether the elements lie one after the other in row-major order. */
export function isContiguous({ sizes: shape, strides }: View): boolean {
  let expected = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d]!;
    if (size === 0) return true;
    if (size !== 1 && strides[d] !== expected) return false;
    expected *= size;
  }
  return true;
}
