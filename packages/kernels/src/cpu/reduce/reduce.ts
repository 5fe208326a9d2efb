/**
 * Reductions. A contiguous tensor is reduced run by run of dimensions (stages.ts): sums of float32 and float64 by the
 * trees of rowsums.ts and columnsums.ts, everything else by fold.ts. Other layouts are copied first, so that the bits of a
 * result depend on the shape alone.
 */

import type { Reduction } from "../../device.ts";
import { checkComputes, type DType, isFloating, itemSize } from "../../dtype.ts";
import { isSmall, split } from "../../threads/split.ts";
import { isContiguous, sizeOf, type View } from "../../view.ts";
import { f32, f64, i32, type Kernel, kernel, pointer, type Value } from "../../wasm/assembler/index.ts";
import { once } from "../../wasm/once.ts";
import { address, beginOperation, compile, scratch } from "../../wasm/runtime.ts";
import { copy, fill } from "../copy/copy.ts";
import { elementRows } from "../copy/kernels.ts";
import { columnSumsBytes, columnSumsOf } from "./columnsums.ts";
import { withContiguous } from "./contiguous.ts";
import { foldColumns, foldRows, identity } from "./fold.ts";
import { longSumOf, sumsOf } from "./rowsums.ts";
import { type Stage, stagesOf } from "./stages.ts";
import { type Floating, plainSum } from "./terms.ts";

export { argReduce, cumsum } from "./scan.ts";
export { sort } from "./sort.ts";

type Run = (...args: number[]) => number;

/** Sums of floats need `room`, {@link columnSumsBytes} of {@link COLUMNS}; others ignore it. */
interface Kernels {
  /** (rows, n, x, out, room) */
  readonly rows: Run;
  /** (rows, n, row, x, out, room) with at most {@link COLUMNS} columns */
  readonly columns: Run;
  /** (n, part, x): {@link CHUNK} elements, or fewer at the end of a row, as one part of the result. */
  readonly part: Run;
  /** (n, parts, out): the result of n parts. */
  readonly join: Run;
  /** Nanoseconds for an element, about. */
  readonly cost: number;
  /** Bytes of a part; 0 where rows are not cut, because another order gives other bits. */
  readonly partSize: number;
}

/** Elements whose sum is one task: longer rows add such sums, in order, and then what is left. */
const CHUNK = 262144;

/** Columns that are summed at once: their float64 sums stay in the nearest cache. */
const COLUMNS = 1024;
/** From so many rows on no row need be cut. */
const MANY = 8;

/** The rounded element of a sum in float64. */
const rounded = (dtype: Floating, x: Value<"f64">): Value<"f32" | "f64"> => (dtype === "float32" ? f32.demote(x) : x);

/** (rows, n, x, out, sum): `sum` is room for one float64. */
const sumRows = (dtype: Floating): Kernel =>
  kernel({ rows: i32, n: i32, x: pointer, out: pointer, sum: pointer }, (f, { rows, n, x, out, sum }) => {
    const [chunk, rest] = [longSumOf(plainSum(dtype), CHUNK), sumsOf(plainSum(dtype))];
    const [total, left] = [f.local(f64), f.local(i32)];
    const size = itemSize(dtype);
    f.repeat(rows, () => {
      left.set(n);
      total.set(f64.of(0));
      f.block((leave) => {
        f.loop((again) => {
          leave.jumpIf(i32.ltUnsigned(left, CHUNK));
          f.call(chunk, sum, x);
          total.set(f64.add(total, f64.load(sum)));
          x.advance(CHUNK * size);
          left.set(i32.sub(left, CHUNK));
          again.jump();
        });
      });
      f.call(rest, left, sum, x);
      f.store(out, 0, rounded(dtype, f64.add(total, f64.load(sum))));
      x.advance(i32.mul(left, size));
      out.advance(size);
    });
  });

/** (n, part, x) */
const sumPart = (dtype: Floating): Kernel =>
  kernel({ n: i32, part: pointer, x: pointer }, (f, { n, part, x }) => {
    f.when(
      i32.eq(n, CHUNK),
      () => f.call(longSumOf(plainSum(dtype), CHUNK), part, x),
      () => f.call(sumsOf(plainSum(dtype)), n, part, x),
    );
  });

/** (n, parts, out) */
const sumParts = (dtype: Floating): Kernel =>
  kernel({ n: i32, parts: pointer, out: pointer }, (f, { n, parts, out }) => {
    const total = f.let(f64.of(0));
    f.repeat(n, () => {
      total.set(f64.add(total, f64.load(parts)));
      parts.advance(8);
    });
    f.store(out, 0, rounded(dtype, total));
  });

/** The same for what is no sum of floats: parts are elements. */
const foldParts = (kind: Reduction, dtype: DType): { readonly part: Kernel; readonly join: Kernel } => {
  const fold = foldRows(kind, dtype);
  const [n, one] = [i32, i32.of(1)];
  return {
    part: kernel({ n, part: pointer, x: pointer }, (f, { n, part, x }) => f.call(fold, one, n, x, part)),
    join: kernel({ n, parts: pointer, out: pointer }, (f, { n, parts, out }) => f.call(fold, one, n, parts, out)),
  };
};

/** (rows, n, row, x, out, sums): `sums` is room for what {@link columnSumsBytes} says. */
const sumColumns = (dtype: Floating): Kernel => {
  const sum = columnSumsOf(plainSum(dtype));
  const round = elementRows("float64", dtype);
  const [size, double] = [itemSize(dtype), 8];
  return kernel(
    { rows: i32, n: i32, row: i32, x: pointer, out: pointer, sums: pointer },
    (f, { rows, n, row, x, out, sums }) => {
      f.call(sum, rows, n, row, sums, x);
      f.call(round, i32.of(1), n, out, i32.of(size), i32.of(0), sums, i32.of(double), i32.of(0));
    },
  );
};

function compileFor(kind: Reduction, dtype: DType): Kernels {
  checkComputes("reduce", dtype);
  if (kind === "sum" && isFloating(dtype)) {
    const kernels = { rows: sumRows(dtype), columns: sumColumns(dtype), part: sumPart(dtype), join: sumParts(dtype) };
    return { ...compile(kernels), cost: itemSize(dtype) / 64, partSize: 8 };
  }
  const { rows, columns, part, join } = compile({
    rows: foldRows(kind, dtype),
    columns: foldColumns(kind, dtype),
    ...foldParts(kind, dtype),
  });
  const isProduct = kind === "prod" && isFloating(dtype);
  return {
    rows: (...args) => rows(...args.slice(0, 4)),
    columns: (...args) => columns(...args.slice(0, 5)),
    part,
    join,
    cost: isFloating(dtype) && !isProduct ? 0.1 : 0.6,
    partSize: isProduct ? 0 : itemSize(dtype),
  };
}

const kernelsFor = once((kind: Reduction) => once((dtype: DType) => compileFor(kind, dtype)));

let sumAll32: Kernels | null = null;

/** As `Device.reduce` says. */
export function reduce(kind: Reduction, x: View, out: View): void {
  if (kind === "sum" && x.dtype === "float32" && sizeOf(out.sizes) === 1 && isContiguous(x)) {
    sumAll32 ??= kernelsFor("sum")("float32");
    const rows = sizeOf(x.sizes);
    beginOperation();
    const room = scratch(8 + partsBytes(rows));
    if (isSmall(rows * sumAll32.cost)) sumAll32.rows(1, rows, address(x), address(out), room);
    else
      runRows(sumAll32, { batch: 1, rows, columns: 1 }, { from: address(x), to: address(out), size: 4, parts: room });
    return;
  }
  if (sizeOf(out.sizes) === 0) return;
  if (sizeOf(x.sizes) === 0) {
    fill(out, identity(kind, x.dtype));
    return;
  }
  withContiguous(x, out, (from, to) => reduceContiguous(kind, from, to));
}

function reduceContiguous(kind: Reduction, x: View, out: View): void {
  const stages = stagesOf(x.sizes, out.sizes);
  if (stages.length === 0) {
    copy(x, out);
    return;
  }
  const kernels = kernelsFor(kind)(x.dtype);
  const size = itemSize(x.dtype);
  const largest = stages.length === 1 ? 0 : Math.ceil((stages[0]!.batch * stages[0]!.columns * size) / 64) * 64;
  beginOperation();
  const parts = scratch(2 * largest + partsBytes(sizeOf(x.sizes)));
  const between = [parts + partsBytes(sizeOf(x.sizes)), parts + partsBytes(sizeOf(x.sizes)) + largest];
  let from = address(x);
  for (let i = 0; i < stages.length; i++) {
    const to = i === stages.length - 1 ? address(out) : between[i & 1]!;
    const stage = stages[i]!;
    const run = stage.columns === 1 ? runRows : runColumns;
    run(kernels, stage, { from, to, size, parts });
    from = to;
  }
}

/** Bytes of scratch for the parts of rows of `n` elements together, a multiple of 64. */
const partsBytes = (n: number): number => 64 * (1 + Math.ceil(n / CHUNK / 8));

interface Places {
  readonly from: number;
  readonly to: number;
  /** Bytes of an element. */
  readonly size: number;
  /** Scratch. */
  readonly parts: number;
}

function runRows({ rows: run, part, join, cost, partSize }: Kernels, stage: Stage, places: Places): void {
  const { batch, rows } = stage;
  const { from, to, size, parts } = places;
  const work = batch * rows * cost;
  if (batch >= MANY || rows < 2 * CHUNK || partSize === 0) {
    split({ n: batch, work, local: 8 }, (first, count, room) => {
      run(count, rows, from + first * rows * size, to + first * size, room);
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
    join(n, parts, to + b * size);
  }
}

function runColumns(
  { columns: run, cost }: Kernels,
  { batch, rows, columns }: Stage,
  { from, to, size }: Places,
): void {
  const work = batch * rows * columns * cost;
  const narrow = 64 * Math.ceil((columns * batch) / (16 * 64)); // a multiple of 8: what is left of the last 8 is summed in another way
  const width = isSmall(work) ? COLUMNS : Math.min(COLUMNS, Math.max(128, narrow));
  const blocks = Math.ceil(columns / width);
  split({ n: batch * blocks, work, local: columnSumsBytes(COLUMNS) }, (first, count, room) => {
    for (let i = first; i < first + count; i++) {
      const [b, j] = [Math.floor(i / blocks), (i % blocks) * width];
      const at = [from + (b * rows * columns + j) * size, to + (b * columns + j) * size] as const;
      run(rows, Math.min(width, columns - j), columns * size, ...at, room);
    }
  });
}
