/** How do kernels that want row-major operands get them? By copies that nobody records and that vanish after the call. */
import { type DType, isContiguous, type View } from "@ag/kernels";
import * as kernels from "../core/kernels.ts";
import type { Layout, Tensor } from "../core/tensor.ts";
import { fresh } from "../make/fresh.ts";
import type { Shape } from "./shape.ts";

/** A row-major copy without history, perhaps in another dtype. */
export function denseCopy(x: View, dtype: DType = x.dtype): Tensor {
  const copy = fresh(x.sizes, dtype, null, x.storage.device);
  kernels.copy(x, copy);
  return copy;
}

/** Calls `use` with the row-major elements of the inputs: themselves, or copies that are given back afterwards. */
export function withDense<const X extends readonly (View | null)[], R>(inputs: X, use: (...dense: X) => R): R {
  const copies: Tensor[] = [];
  const dense = inputs.map((x) => {
    if (x === null || isContiguous(x)) return x;
    const copy = denseCopy(x);
    copies.push(copy);
    return copy;
  });
  try {
    return use(...(dense as unknown as X));
  } finally {
    for (const copy of copies) copy.dispose();
  }
}

/** The elements of `x` in another layout, as kernels take them: no handle that would have to be given back. */
export const shown = ({ storage, dtype }: View, { offset, sizes: shape, strides }: Layout): View => ({
  storage,
  dtype,
  offset,
  sizes: shape,
  strides,
});

/** `x` broadcast to a shape that it stretches to. */
export function stretched(x: View, shape: Shape): View {
  const added = shape.length - x.sizes.length;
  const strides = shape.map((size, d) => (d >= added && x.sizes[d - added] === size ? x.strides[d - added]! : 0));
  return shown(x, { offset: x.offset, sizes: shape, strides });
}
