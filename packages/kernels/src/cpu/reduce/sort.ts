/** Sorting along one dimension: lines are brought into JavaScript, merged in place, and written back. */

import { type Computed, checkComputes, type DType, dtypes } from "../../dtype.ts";
import { isContiguous, sizeOf, type View } from "../../view.ts";
import { address, beginOperation, bytes } from "../../wasm/runtime.ts";
import { copy } from "../copy/copy.ts";
import { contiguousLike } from "./contiguous.ts";

type Keys = InstanceType<(typeof dtypes)[Computed]["array"]>;

function keysAt(dtype: DType, at: number, n: number): Keys {
  checkComputes("sort", dtype);
  return new dtypes[dtype].array(bytes().buffer as ArrayBuffer, at, n);
}

/** Whether a belongs after b: NaN is the largest of all. */
const isAfter = (a: number | bigint, b: number | bigint): boolean => !(a <= b) && !Number.isNaN(b);

/** The order of the n keys from `start` on: positions, merged from runs of 1, 2, 4 … */
function orderOf(keys: Keys, start: number, n: number, descending: boolean): Uint32Array {
  let from = new Uint32Array(n);
  for (let i = 0; i < n; i++) from[i] = i;
  let to = new Uint32Array(n);
  for (let width = 1; width < n; width *= 2) {
    for (let low = 0; low < n; low += 2 * width) {
      const [middle, high] = [Math.min(low + width, n), Math.min(low + 2 * width, n)];
      let [i, j] = [low, middle];
      for (let k = low; k < high; k++) {
        const takesRight =
          j < high &&
          (i >= middle ||
            (descending
              ? isAfter(keys[start + from[j]!]!, keys[start + from[i]!]!)
              : isAfter(keys[start + from[i]!]!, keys[start + from[j]!]!)));
        to[k] = takesRight ? from[j++]! : from[i++]!;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}

/** `dim` brought to the end. */
const withLast = (x: View, dim: number): View => {
  const move = (list: readonly number[]): number[] => [...list.filter((_, d) => d !== dim), list[dim]!];
  return x.sizes.length === 0 ? x : { ...x, sizes: move(x.sizes), strides: move(x.strides) };
};

/** As `Device.sort` says. */
export function sort(x: View, dim: number, descending: boolean, values: View, indices: View): void {
  if (sizeOf(x.sizes) === 0) return;
  const lastX = withLast(x, dim);
  const [lastValues, lastIndices] = [withLast(values, dim), withLast(indices, dim)];
  const keysView = contiguousLike(lastX);
  copy(lastX, keysView);
  const sorted = isContiguous(lastValues) ? lastValues : contiguousLike(lastValues);
  const positions = isContiguous(lastIndices) ? lastIndices : contiguousLike(lastIndices);
  sortLines(keysView, sorted, positions, descending);
  if (sorted !== lastValues) {
    copy(sorted, lastValues);
    sorted.storage.release();
  }
  if (positions !== lastIndices) {
    copy(positions, lastIndices);
    positions.storage.release();
  }
  keysView.storage.release();
}

function sortLines(x: View, values: View, indices: View, descending: boolean): void {
  const total = sizeOf(x.sizes);
  const n = x.sizes.at(-1) ?? 1;
  beginOperation();
  const [from, to, positions] = [address(x), address(values), address(indices)];
  const keys = keysAt(x.dtype, from, total);
  const sorted = keysAt(x.dtype, to, total);
  const places = new BigInt64Array(bytes().buffer, positions, total);
  for (let start = 0; start < total; start += n) {
    const order = orderOf(keys, start, n, descending);
    for (let i = 0; i < n; i++) {
      sorted[start + i] = keys[start + order[i]!]!;
      places[start + i] = BigInt(order[i]!);
    }
  }
}
