/** Indices before they are used: contiguous, none negative, all inside. */

import { IndexError } from "../../errors.ts";
import { isContiguous, sizeOf, type View } from "../../view.ts";
import { address, beginOperation, bytes, compile } from "../../wasm/runtime.ts";
import { copy } from "../copy/copy.ts";
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

/** The given view, or a new one to be released. Throws {@link IndexError} naming the first index outside. */
export function checkedIndices(index: View, dimension: Dimension): View {
  if (index.dtype !== "int64")
    throw new TypeError(`${dimension.op}: need an index of dtype int64; got ${index.dtype}.`);
  runs ??= compile({ outside: firstOutside, wrap: wrapIndices });
  let checked = index;
  if (!isContiguous(index)) {
    checked = contiguousLike(index);
    copy(index, checked);
  }
  const n = sizeOf(index.sizes);
  let at = firstBad(checked, n, dimension.size);
  if (at < n && dimension.wraps) {
    const wrapped = contiguousLike(index);
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
    const value = elementOf(index, at);
    throw new IndexError(`${op}: index ${value} is out of bounds for dimension ${dim} with size ${size}`);
  }
  return checked;
}

/** Gives back what {@link checkedIndices} has made. */
export function release(checked: View, index: View): void {
  if (checked !== index) checked.storage.release();
}

function firstBad(index: View, n: number, size: number): number {
  beginOperation();
  return runs!.outside(n, address(index), size);
}

/** Element number `i` in row-major order. */
function elementOf({ storage, offset, sizes: shape, strides }: View, i: number): bigint {
  let [at, rest] = [offset, i];
  for (let d = shape.length - 1; d >= 0; d--) {
    at += (rest % shape[d]!) * strides[d]!;
    rest = Math.floor(rest / shape[d]!);
  }
  beginOperation();
  return new DataView(bytes().buffer).getBigInt64(storage.address() + 8 * at, true);
}
