/** How do our own packages make tensors that users have no call for? */
import type { DType } from "@ag/kernels";
import { creating } from "../core/creating.ts";
import { ShapeError } from "../core/errors.ts";
import { allocate } from "../core/kernels.ts";
import { placeOf } from "../core/place.ts";
import { Tensor } from "../core/tensor.ts";
import { checkedShape, rowMajor, type Shape, showShape, sizeOf } from "../layout/shape.ts";
import { isFloating } from "../types/dtype.ts";

/** Where a layout ends, counted in elements of its storage; throws for what is no layout. */
export function reachOf(op: string, shape: Shape, strides: readonly number[], offset: number): number {
  const sizes = checkedShape(shape, op);
  if (strides.length !== sizes.length || ![offset, ...strides].every((s) => s >= 0))
    throw new ShapeError(
      `${op}: need as many strides as sizes, and an offset, that are at least 0; got shape ${showShape(shape)}, ` +
        `strides ${showShape(strides)}, offset ${offset}.`,
    );
  return sizeOf(sizes) === 0 ? 0 : sizes.reduce((end, size, d) => end + (size - 1) * strides[d]!, offset + 1);
}

/** A tensor of little-endian bytes, copied, in a layout that lies within them: nothing is checked. */
export function tensorOfBytes(
  bytes: Uint8Array,
  dtype: DType,
  shape: Shape,
  strides: readonly number[] = rowMajor(shape),
  offset = 0,
): Tensor {
  const storage = allocate(bytes.length, creating.op, creating.device);
  storage.write(bytes);
  return new Tensor(storage, dtype, shape, offset, strides, null);
}

/** Another tensor on the storage of `x`, no view of it, in a layout that lies within: nothing is checked. */
export function tensorBeside(x: Tensor, shape: Shape, strides: readonly number[], offset: number): Tensor {
  x.storage.retain();
  return new Tensor(x.storage, x.dtype, shape, offset, strides, null);
}

/** Marks a loaded tensor of a floating dtype: the flag is plain data, so `@ag/autograd` need not be there. */
export function markRequiresGrad<T extends Tensor>(x: T): T {
  placeOf(x).requiresGrad = true;
  return x;
}

/** Makes a loaded tensor a parameter: `instanceof Parameter` of `@ag/nn` reads the flag. */
export function markParameter<T extends Tensor>(x: T, requiresGrad = true): T {
  Object.assign(placeOf(x), { isParameter: true, isKept: true, requiresGrad: requiresGrad && isFloating(x.dtype) });
  return x;
}
