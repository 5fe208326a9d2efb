/**
 * Reductions. A contiguous tensor is reduced run by run of dimensions (stages.ts): sums of float32 and float64 by the
 * trees of rowsums.ts and columnsums.ts, everything else by fold.ts. Other layouts are copied first, so that the bits of a
 * result depend on the shape alone.
 */

import type { Reduction } from "../../device.ts";
import { itemSize } from "../../dtype.ts";
import { isSmall, split } from "../../threads/split.ts";
import { isContiguous, sizeOf, type View } from "../../view.ts";
import { address, beginOperation, scratch } from "../../wasm/runtime.ts";
import { copy, fill } from "../copy/copy.ts";
import type { Formula } from "../pointwise/algebra.ts";
import { columnSumsBytes } from "./columnsums.ts";
import { withContiguous } from "./contiguous.ts";
import { identity } from "./fold.ts";
import { CHUNK, COLUMNS, type Kernels, kernelsFor, kernelsWith } from "./kernels.ts";
import { type Stage, stagesOf } from "./stages.ts";

export { argReduce, cumsum } from "./scan.ts";
export { sort } from "./sort.ts";

/** From so many rows on no row need be cut. */
const MANY = 8;

let sumAll32: Kernels | null = null;

/** As `Device.reduce` says. */
export function reduce(kind: Reduction, x: View, out: View, of: Formula | null = null): void {
  if (of === null && kind === "sum" && x.dtype === "float32" && sizeOf(out.sizes) === 1 && isContiguous(x)) {
    sumAll32 ??= kernelsFor("sum", "float32");
    const rows = sizeOf(x.sizes);
    beginOperation();
    const room = scratch(8 + partsBytes(rows));
    if (isSmall(rows * sumAll32.cost)) sumAll32.rows(1, rows, address(x), address(out), room);
    else runRows(sumAll32, { batch: 1, rows, columns: 1 }, { from: address(x), to: address(out), parts: room });
    return;
  }
  if (sizeOf(out.sizes) === 0) return;
  if (sizeOf(x.sizes) === 0) {
    fill(out, identity(kind, out.dtype));
    return;
  }
  withContiguous(x, out, (from, to) => reduceContiguous(kind, from, to, of));
}

/** One element a row: nothing is reduced. */
const eachAlone = ({ sizes }: View): Stage[] => [{ batch: sizeOf(sizes), rows: 1, columns: 1 }];

function reduceContiguous(kind: Reduction, x: View, out: View, of: Formula | null): void {
  let stages = stagesOf(x.sizes, out.sizes);
  if (stages.length === 0) {
    if (of === null) {
      copy(x, out);
      return;
    }
    stages = eachAlone(x);
  }
  let kernels = of === null ? kernelsFor(kind, x.dtype) : kernelsWith(of, kind, x.dtype, out.dtype);
  const size = itemSize(out.dtype);
  const largest = stages.length === 1 ? 0 : Math.ceil((stages[0]!.batch * stages[0]!.columns * size) / 64) * 64;
  beginOperation();
  const parts = scratch(2 * largest + partsBytes(sizeOf(x.sizes)));
  const between = [parts + partsBytes(sizeOf(x.sizes)), parts + partsBytes(sizeOf(x.sizes)) + largest];
  let from = address(x);
  for (let i = 0; i < stages.length; i++) {
    const to = i === stages.length - 1 ? address(out) : between[i & 1]!;
    const stage = stages[i]!;
    const run = stage.columns === 1 ? runRows : runColumns;
    run(kernels, stage, { from, to, parts });
    from = to;
    if (of !== null && i + 1 < stages.length) kernels = kernelsFor(kind, out.dtype);
  }
}

/** Bytes of scratch for the parts of rows of `n` elements together, a multiple of 64. */
const partsBytes = (n: number): number => 64 * (1 + Math.ceil(n / CHUNK / 8));

interface Places {
  readonly from: number;
  readonly to: number;
  /** Scratch. */
  readonly parts: number;
}

function runRows(kernels: Kernels, stage: Stage, places: Places): void {
  const { rows: run, part, join, from: size, to: outSize, cost, partSize } = kernels;
  const { batch, rows } = stage;
  const { from, to, parts } = places;
  const work = batch * rows * cost;
  if (isSmall(work)) {
    run(batch, rows, from, to, parts);
    return;
  }
  if (batch >= MANY || rows < 2 * CHUNK || partSize === 0) {
    split({ n: batch, work, local: 8 }, (first, count, room) => {
      run(count, rows, from + first * rows * size, to + first * outSize, room);
    });
    return;
  }
  const n = Math.ceil(rows / CHUNK);
  for (let b = 0; b < batch; b++) {
    const at = from + b * rows * size;
    split({ n, work: work / batch }, (first, count) => {
      for (let i = first; i < first + count; i++)
        part(Math.min(CHUNK, rows - i * CHUNK), parts + partSize * i, at + i * CHUNK * size);
    });
    join(n, parts, to + b * outSize);
  }
}

function runColumns(
  { columns: run, from: size, to: outSize, cost }: Kernels,
  { batch, rows, columns }: Stage,
  { from, to }: Places,
): void {
  const work = batch * rows * columns * cost;
  const narrow = 64 * Math.ceil((columns * batch) / (16 * 64)); // a multiple of 8: what is left of the last 8 is summed in another way
  const width = isSmall(work) ? COLUMNS : Math.min(COLUMNS, Math.max(128, narrow));
  const blocks = Math.ceil(columns / width);
  split({ n: batch * blocks, work, local: columnSumsBytes(COLUMNS) }, (first, count, room) => {
    for (let i = first; i < first + count; i++) {
      const [b, j] = [Math.floor(i / blocks), (i % blocks) * width];
      const at = [from + (b * rows * columns + j) * size, to + (b * columns + j) * outSize] as const;
      run(rows, Math.min(width, columns - j), columns * size, ...at, room);
    }
  });
}
