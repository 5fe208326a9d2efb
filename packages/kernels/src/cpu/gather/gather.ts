/**
 * Reading and adding at positions from an index. All indices are checked before anything is written. Along a dimension
 * line by line (any strides); whole slices of contiguous tensors block by block. Sums run in the order of the index.
 */

import { type DType, itemSize } from "../../dtype.ts";
import { split } from "../../threads/split.ts";
import { isContiguous, sizeOf, type View } from "../../view.ts";
import { address, beginOperation, bytes, compile, scratch } from "../../wasm/runtime.ts";
import { copy } from "../copy/copy.ts";
import { splitNest, visitOuter } from "../pointwise/layout.ts";
import { contiguousLike } from "../reduce/contiguous.ts";
import { lines } from "../reduce/lines.ts";
import { checkedIndices, release } from "./indices.ts";
import { addBlocks, addLines, countSet, gatherBlocks, gatherLines, positionsSet } from "./kernels.ts";

type Run = (...args: number[]) => number;

/** Shorter slices are read element by element. */
const BLOCK_BYTES = 64;

const gatherRuns: Partial<Record<number, { readonly lines: Run; readonly blocks: Run }>> = {};
const addRuns: Partial<Record<DType, { readonly lines: Run; readonly blocks: Run }>> = {};
const nonzeroRuns: Partial<Record<DType, { readonly count: Run; readonly positions: Run }>> = {};

const gathering = (dtype: DType): { readonly lines: Run; readonly blocks: Run } => {
  const size = itemSize(dtype) as 1 | 2 | 4 | 8;
  gatherRuns[size] ??= compile({ lines: gatherLines(size), blocks: gatherBlocks });
  return gatherRuns[size];
};

const adding = (dtype: DType): { readonly lines: Run; readonly blocks: Run } => {
  addRuns[dtype] ??= compile({ lines: addLines(dtype), blocks: addBlocks(dtype) });
  return addRuns[dtype];
};

const testing = (dtype: DType): { readonly count: Run; readonly positions: Run } => {
  nonzeroRuns[dtype] ??= compile({ count: countSet(dtype), positions: positionsSet(dtype) });
  return nonzeroRuns[dtype];
};

/** A view without dimensions as one with one. */
const withDimension = (x: View): View => (x.sizes.length > 0 ? x : { ...x, sizes: [1], strides: [1] });

/** Calls `run` for all lines along `dim`: of as many elements as the index has there, in the rows of the index. */
function alongLines(run: Run, dim: number, to: View, from: View, index: View): void {
  const loops = lines([index, to, from], dim);
  const row = loops.sizes.length - 2;
  const stepOf = (x: View): number => x.strides[dim]! * itemSize(x.dtype);
  beginOperation();
  const at = [address(index), address(to), address(from)];
  const [n, indexStep, toStep, fromStep] = [index.sizes[dim]!, stepOf(index), stepOf(to), stepOf(from)];
  const [indexRow, toRow, fromRow] = loops.strides.map((s) => s[row]!);
  splitNest(loops, at, sizeOf(index.sizes), (part, at) =>
    visitOuter(part, at, () => {
      run(part.sizes[row]!, n, at[1]!, toStep, toRow!, at[2]!, fromStep, fromRow!, at[0]!, indexStep, indexRow!);
    }),
  );
}

/** As `Device.gather` says. */
export function gather(x: View, dim: number, index: View, out: View): void {
  const [from, at, to] = [withDimension(x), withDimension(index), withDimension(out)];
  if (sizeOf(at.sizes) === 0) return;
  const checked = checkedIndices(at, { op: "gather", dim, size: from.sizes[dim]!, wraps: false });
  alongLines(gathering(x.dtype).lines, dim, to, from, checked);
  release(checked, at);
}

/** As `Device.scatterAdd` says. */
export function scatterAdd(out: View, dim: number, index: View, source: View): void {
  const run = adding(out.dtype).lines;
  const [to, at, from] = [withDimension(out), withDimension(index), withDimension(source)];
  if (sizeOf(at.sizes) === 0) return;
  const checked = checkedIndices(at, { op: "scatterAdd", dim, size: to.sizes[dim]!, wraps: false });
  alongLines(run, dim, to, from, checked);
  release(checked, at);
}

/** Slices before and behind `dim`. */
function around({ sizes: shape }: View, dim: number): { readonly outer: number; readonly inner: number } {
  return { outer: sizeOf(shape.slice(0, dim)), inner: sizeOf(shape.slice(dim + 1)) };
}

/** An index of one dimension, repeated along all others of `like`. */
const spreadAlong = (index: View, dim: number, { sizes: shape }: View): View => ({
  ...index,
  sizes: shape,
  strides: shape.map((_, d) => (d === dim ? 1 : 0)),
});

/** As `Device.indexSelect` says. */
export function indexSelect(x: View, dim: number, index: View, out: View): void {
  const [from, at, to] = [withDimension(x), withDimension(index), withDimension(out)];
  const checked = checkedIndices(at, { op: "indexSelect", dim, size: from.sizes[dim]!, wraps: true });
  const { outer, inner } = around(to, dim);
  const block = inner * itemSize(x.dtype);
  if (sizeOf(to.sizes) > 0) {
    const runs = gathering(x.dtype);
    if (block >= BLOCK_BYTES && isContiguous(from) && isContiguous(to)) {
      beginOperation();
      const [target, source, positions] = [address(to), address(from), address(checked)];
      const [k, fromOuter] = [at.sizes[0]!, from.sizes[dim]! * block];
      const work = (outer * k * block) / 16;
      if (outer === 1)
        split({ n: k, work }, (first, count) => {
          runs.blocks(1, count, block, target + first * block, source, fromOuter, positions + 8 * first);
        });
      else
        split({ n: outer, work }, (first, count) => {
          runs.blocks(count, k, block, target + first * k * block, source + first * fromOuter, fromOuter, positions);
        });
    } else alongLines(runs.lines, dim, to, from, spreadAlong(checked, dim, to));
  }
  release(checked, at);
}

/** As `Device.indexAdd` says. */
export function indexAdd(out: View, dim: number, index: View, source: View): void {
  const runs = adding(out.dtype);
  const [to, at, from] = [withDimension(out), withDimension(index), withDimension(source)];
  const checked = checkedIndices(at, { op: "indexAdd", dim, size: to.sizes[dim]!, wraps: true });
  const { outer, inner } = around(from, dim);
  if (sizeOf(from.sizes) > 0) {
    if (isContiguous(from) && isContiguous(to)) {
      beginOperation();
      const [target, added, positions] = [address(to), address(from), address(checked)];
      const [k, size] = [at.sizes[0]!, itemSize(out.dtype)];
      const [row, work] = [inner * size, sizeOf(from.sizes) / 2];
      const toOuter = to.sizes[dim]! * row;
      if (outer === 1)
        // each thread takes some columns of all slices: so the order of the sums stays
        split({ n: inner, work, multiple: 16 }, (first, count) => {
          runs.blocks(1, k, count, row, target + first * size, toOuter, added + first * size, positions);
        });
      else
        split({ n: outer, work }, (first, count) => {
          runs.blocks(count, k, inner, row, target + first * toOuter, toOuter, added + first * k * row, positions);
        });
    } else alongLines(runs.lines, dim, to, from, spreadAlong(checked, dim, from));
  }
  release(checked, at);
}

/** Runs on a contiguous copy where the view is not contiguous. */
function onContiguous(x: View, run: (x: View) => number): number {
  if (isContiguous(x)) return run(x);
  const plain = contiguousLike(x);
  copy(x, plain);
  const result = run(plain);
  plain.storage.release();
  return result;
}

/** As `Device.countNonzero` says. NaN is not zero. */
export function countNonzero(x: View): number {
  return onContiguous(x, (plain) => {
    const { count } = testing(x.dtype);
    beginOperation();
    return count(sizeOf(plain.sizes), address(plain));
  });
}

/** As `Device.nonzero` says. */
export function nonzero(x: View, out: View): void {
  const rank = x.sizes.length;
  if (sizeOf(out.sizes) === 0) return;
  const to = isContiguous(out) ? out : contiguousLike(out);
  onContiguous(x, (plain) => {
    const { positions } = testing(x.dtype);
    beginOperation();
    const sizes = scratch(4 * rank);
    new Int32Array(bytes().buffer, sizes, rank).set(x.sizes);
    return positions(sizeOf(plain.sizes), address(plain), address(to), rank, sizes);
  });
  if (to === out) return;
  copy(to, out);
  to.storage.release();
}
