/** Contiguous stand-ins for views with other strides. */

import { itemSize } from "../../dtype.ts";
import { allocate } from "../../memory/storage.ts";
import { isContiguous, type View } from "../../view.ts";
import { copy } from "../copy/copy.ts";

/** Contiguous copies where the views are not. */
export function withContiguous(x: View, out: View, run: (x: View, out: View) => void): void {
  const from = isContiguous(x) ? x : contiguousLike(x);
  const to = isContiguous(out) ? out : contiguousLike(out);
  if (from !== x) copy(x, from);
  run(from, to);
  if (to !== out) copy(to, out);
  if (from !== x) from.storage.release();
  if (to !== out) to.storage.release();
}

/** A new contiguous view of the same shape and dtype. */
export function contiguousLike({ sizes: shape, dtype }: Pick<View, "sizes" | "dtype">): View {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= shape[d]!;
  }
  return {
    storage: allocate(Math.max(1, stride) * itemSize(dtype), "contiguous"),
    offset: 0,
    sizes: shape,
    strides,
    dtype,
  };
}
