/**
 * Reading, adding and writing at positions from an index. All indices are checked before anything is written. Along a dimension
 * line by line (any strides); whole slices of contiguous tensors block by block. Sums and writes run in the order of the index.
 */

import type { IndexOptions } from "../../device.ts";
import { type DType, itemSize } from "../../dtype.ts";
import { split } from "../../threads/split.ts";
import { isContiguous, sizeOf, type View } from "../../view.ts";
import { once } from "../../wasm/once.ts";
import { address, beginOperation, bytes, compile, scratch } from "../../wasm/runtime.ts";
import { copy } from "../copy/copy.ts";
import { splitNest, visitOuter } from "../pointwise/layout.ts";
import { contiguousLike } from "../reduce/contiguous.ts";
import { lines } from "../reduce/lines.ts";
import { checkedIndices, release } from "./indices.ts";
import { countSet, gatherBlocks, gatherLines, positionsSet, scatterBlocks, scatterLines } from "./kernels.ts";

type Run = (...args: number[]) => number;
interface Runs {
  readonly lines: Run;
  readonly blocks: Run;
}

/** Shorter slices are moved element by element. */
const BLOCK_BYTES = 64;

const gatherRuns: Partial<Record<number, Runs>> = {};
const scatterRuns: Record<"add" | "set", Partial<Record<DType, Runs>>> = { add: {}, set: {} };
const nonzeroKernels = once((dtype: DType) => compile({ count: countSet(dtype), positions: positionsSet(dtype) }));

const gathering = (dtype: DType): Runs => {
  const size = itemSize(dtype) as 1 | 2 | 4 | 8;
  gatherRuns[size] ??= compile({ lines: gatherLines(size), blocks: gatherBlocks });
  return gatherRuns[size];
};

const scattering = (kind: "add" | "set", dtype: DType): Runs => {
  const runs = scatterRuns[kind];
  runs[dtype] ??= compile({ lines: scatterLines(kind, dtype), blocks: scatterBlocks(kind, dtype) });
  return runs[dtype];
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

/** Slices before and behind `dim`. */
function around({ sizes: shape }: View, dim: number): { readonly outer: number; readonly inner: number } {
  return { outer: sizeOf(shape.slice(0, dim)), inner: sizeOf(shape.slice(dim + 1)) };
}

/** Whether a checked index names whole slices of contiguous tensors, other than along `dim`. */
const isOfSlices = ({ sizes, strides }: View, dim: number, x: View, y: View): boolean =>
  sizes.every((size, d) => (d === dim ? size < 2 || strides[d] === 1 : size < 2 || strides[d] === 0)) &&
  sizes.every((size, d) => d === dim || (size === x.sizes[d] && size === y.sizes[d])) &&
  isContiguous(x) &&
  isContiguous(y);

/** As `Device.gather` says. */
export function gather(x: View, index: View, out: View, { dim, wraps = false }: IndexOptions): void {
  const [from, at, to] = [withDimension(x), withDimension(index), withDimension(out)];
  const checked = checkedIndices(at, { op: "gather", dim, size: from.sizes[dim]!, wraps });
  if (sizeOf(at.sizes) > 0) {
    const runs = gathering(x.dtype);
    const { outer, inner } = around(to, dim);
    const block = inner * itemSize(x.dtype);
    if (block >= BLOCK_BYTES && isOfSlices(checked, dim, from, to)) {
      beginOperation();
      const [target, source, positions] = [address(to), address(from), address(checked)];
      const [k, fromOuter] = [at.sizes[dim]!, from.sizes[dim]! * block];
      const work = (outer * k * block) / 16;
      if (outer === 1)
        split({ n: k, work }, (first, count) => {
          runs.blocks(1, count, block, target + first * block, source, fromOuter, positions + 8 * first);
        });
      else
        split({ n: outer, work }, (first, count) => {
          runs.blocks(count, k, block, target + first * k * block, source + first * fromOuter, fromOuter, positions);
        });
    } else alongLines(runs.lines, dim, to, from, checked);
  }
  release(checked, at);
}

/** As `Device.scatter` says. */
export function scatter(
  kind: "add" | "set",
  out: View,
  index: View,
  source: View,
  { dim, wraps = false }: IndexOptions,
): void {
  const runs = scattering(kind, out.dtype);
  const [to, at, from] = [withDimension(out), withDimension(index), withDimension(source)];
  const checked = checkedIndices(at, { op: "scatter", dim, size: to.sizes[dim]!, wraps });
  if (sizeOf(at.sizes) > 0) {
    const { outer, inner } = around(from, dim);
    const isWhole = from.sizes[dim] === at.sizes[dim]; // none of the source is left out
    if (inner > 1 && isWhole && isOfSlices(checked, dim, from, to)) {
      beginOperation();
      const [target, added, positions] = [address(to), address(from), address(checked)];
      const [k, size] = [at.sizes[dim]!, itemSize(out.dtype)];
      const [row, work] = [inner * size, sizeOf(from.sizes) / 2];
      const toOuter = to.sizes[dim]! * row;
      if (outer === 1)
        // each thread takes some columns of all slices: so the order stays
        split({ n: inner, work, multiple: 16 }, (first, count) => {
          runs.blocks(1, k, count, row, target + first * size, toOuter, added + first * size, positions);
        });
      else
        split({ n: outer, work }, (first, count) => {
          runs.blocks(count, k, inner, row, target + first * toOuter, toOuter, added + first * k * row, positions);
        });
    } else alongLines(runs.lines, dim, to, from, checked);
  }
  release(checked, at);
}

/** As `Device.nonzero` says. */
export function nonzero(x: View, room: (count: number) => View): void {
  const [rank, n] = [x.sizes.length, sizeOf(x.sizes)];
  const { count, positions } = nonzeroKernels(x.dtype);
  const plain = isContiguous(x) ? x : contiguousLike(x);
  try {
    if (plain !== x) copy(x, plain);
    beginOperation();
    const out = room(count(n, address(plain)));
    beginOperation();
    const sizes = scratch(4 * rank);
    new Int32Array(bytes().buffer, sizes, rank).set(x.sizes);
    if (sizeOf(out.sizes) > 0) positions(n, address(plain), address(out), rank, sizes);
  } finally {
    if (plain !== x) plain.storage.release();
  }
}
