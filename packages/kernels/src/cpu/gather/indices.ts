/** Indices before they are used: contiguous, none negative, all inside. */

import { isContiguous, sizeOf, type View } from "../../view.ts";
import { address, beginOperation, compile } from "../../wasm/runtime.ts";
import { copy } from "../copy/copy.ts";
import { refuse } from "../pointwise/check.ts";
import { contiguousLike } from "../reduce/contiguous.ts";
import { firstOutside, wrapIndices } from "./kernels.ts";

type Run = (...args: number[]) => number;

let runs: { readonly outside: Run; readonly wrap: Run } | null = null;

interface Dimension {
  readonly op: string;
  readonly dim: number;
  readonly size: number;
  /** Negative indices count from the end. */
  readonly wraps: boolean;
}

/** The part of an index that is not repeated: size 1 where the stride is 0. Slices may be empty, but not made of nothing. */
function distinct(index: View, dim: number): View {
  if (!index.strides.includes(0) || index.sizes[dim] === 0) return index;
  return { ...index, sizes: index.sizes.map((size, d) => (index.strides[d] === 0 ? 1 : size)) };
}

/** Those of `checked`, repeated as `index` is. */
const repeated = (checked: View, index: View): View =>
  checked.sizes === index.sizes
    ? checked
    : { ...checked, sizes: index.sizes, strides: checked.strides.map((s, d) => (index.strides[d] === 0 ? 0 : s)) };

/** The given view, or a new one to be released. Throws {@link ElementError} with the first index outside. */
export function checkedIndices(index: View, dimension: Dimension): View {
  if (index.dtype !== "int64")
    throw new TypeError(`${dimension.op}: need an index of dtype int64; got ${index.dtype}.`);
  runs ??= compile({ outside: firstOutside, wrap: wrapIndices });
  const own = distinct(index, dimension.dim);
  let checked = own;
  if (!isContiguous(own)) {
    checked = contiguousLike(own);
    copy(own, checked);
  }
  const n = sizeOf(own.sizes);
  let at = firstBad(checked, n, dimension.size);
  if (at < n && dimension.wraps) {
    const wrapped = contiguousLike(own);
    beginOperation();
    const [from, to] = [address(checked), address(wrapped)];
    runs.wrap(n, from, to, dimension.size);
    release(checked, index);
    checked = wrapped;
    at = firstBad(checked, n, dimension.size);
  }
  if (at < n) {
    const { op, dim, size } = dimension;
    release(checked, index);
    refuse(own, at, (value) => `${op}: index ${value} is out of bounds for dimension ${dim} with size ${size}`);
  }
  return checked === own ? index : repeated(checked, index);
}

/** Gives back what {@link checkedIndices} has made. */
export function release(checked: View, index: View): void {
  if (checked.storage !== index.storage) checked.storage.release();
}

function firstBad(index: View, n: number, size: number): number {
  beginOperation();
  return runs!.outside(n, address(index), size);
}
