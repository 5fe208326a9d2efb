/**
 * Reductions. A contiguous tensor is reduced run by run of dimensions (stages.ts): sums of float32 and float64 by the
 * trees of rowsums.ts and columnsums.ts, everything else by fold.ts. Other layouts are copied first, so that the bits of a
 * result depend on the shape alone.
 */
import { f32, f64, i32, type Kernel, kernel, pointer, type Value } from "../assembler/index.ts";
import { copy, fill } from "../copy/copy.ts";
import { elementRows } from "../copy/kernels.ts";
import type { Reduction } from "../device.ts";
import { type DType, itemSize } from "../dtype.ts";
import { address, beginOperation, compile, scratch } from "../runtime.ts";
import { isContiguous, sizeOf, type View } from "../view.ts";
import { columnSumsBytes, columnSumsOf } from "./columnsums.ts";
import { withContiguous } from "./contiguous.ts";
import { foldColumns, foldRows, identity } from "./fold.ts";
import { longSumOf, sumsOf } from "./rowsums.ts";
import { type Stage, stagesOf } from "./stages.ts";
import { type Floating, plainSum } from "./terms.ts";

export { argReduce, cumsum } from "./scan.ts";
export { sort } from "./sort.ts";

type Run = (...args: number[]) => number;

interface Kernels {
  /** (rows, n, x, out) */
  readonly rows: Run;
  /** (rows, n, row, x, out) with at most {@link COLUMNS} columns; sums of floats have (…, x, out, sums). */
  readonly columns: Run;
}

/** Elements whose sum is one task: longer rows add such sums, in order, and then what is left. */
const CHUNK = 262144;

/** Columns that are summed at once: their float64 sums stay in the nearest cache. */
const COLUMNS = 1024;

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

const kinds: readonly Reduction[] = ["sum", "prod", "max", "min"];
const dtypes: readonly DType[] = ["float32", "float64", "int64", "int32", "uint8", "bool"];
const kernels: (Kernels | undefined)[] = new Array(kinds.length * dtypes.length).fill(undefined);

const isFloating = (dtype: DType): dtype is Floating => dtype === "float32" || dtype === "float64";

function compileFor(kind: Reduction, dtype: DType): Kernels {
  if (!dtypes.includes(dtype))
    throw new TypeError(`reduce: need a dtype to compute with; got ${dtype}, which is storage only.`);
  if (kind === "sum" && isFloating(dtype)) return compile({ rows: sumRows(dtype), columns: sumColumns(dtype) });
  return compile({ rows: foldRows(kind, dtype), columns: foldColumns(kind, dtype) });
}

function kernelsFor(kind: Reduction, dtype: DType): Kernels {
  const key = kinds.indexOf(kind) * dtypes.length + dtypes.indexOf(dtype);
  let found = kernels[key];
  if (found === undefined) found = kernels[key] = compileFor(kind, dtype);
  return found;
}

let sumAll32: Run | null = null;

/** As `Device.reduce` says. */
export function reduce(kind: Reduction, x: View, out: View): void {
  if (kind === "sum" && x.dtype === "float32" && sizeOf(out.shape) === 1 && isContiguous(x)) {
    sumAll32 ??= kernelsFor("sum", "float32").rows;
    beginOperation();
    const sum = scratch(8);
    sumAll32(1, sizeOf(x.shape), address(x), address(out), sum);
    return;
  }
  if (sizeOf(out.shape) === 0) return;
  if (sizeOf(x.shape) === 0) {
    fill(out, identity(kind, x.dtype));
    return;
  }
  withContiguous(x, out, (from, to) => reduceContiguous(kind, from, to));
}

function reduceContiguous(kind: Reduction, x: View, out: View): void {
  const stages = stagesOf(x.shape, out.shape);
  if (stages.length === 0) {
    copy(x, out);
    return;
  }
  const { rows, columns } = kernelsFor(kind, x.dtype);
  const size = itemSize(x.dtype);
  const largest = stages.length === 1 ? 0 : Math.ceil((stages[0]!.batch * stages[0]!.columns * size) / 64) * 64;
  beginOperation();
  const sums = scratch(columnSumsBytes(COLUMNS) + 2 * largest);
  const between = [sums + columnSumsBytes(COLUMNS), sums + columnSumsBytes(COLUMNS) + largest];
  let from = address(x);
  for (let i = 0; i < stages.length; i++) {
    const to = i === stages.length - 1 ? address(out) : between[i & 1]!;
    const stage = stages[i]!;
    if (stage.columns === 1) rows(stage.batch, stage.rows, from, to, sums);
    else runColumns(columns, stage, { from, to, size, sums });
    from = to;
  }
}

function runColumns(
  run: Run,
  { batch, rows, columns }: Stage,
  { from, to, size, sums }: { from: number; to: number; size: number; sums: number },
): void {
  for (let b = 0; b < batch; b++)
    for (let j = 0; j < columns; j += COLUMNS)
      run(
        rows,
        Math.min(COLUMNS, columns - j),
        columns * size,
        from + (b * rows * columns + j) * size,
        to + (b * columns + j) * size,
        sums,
      );
}
