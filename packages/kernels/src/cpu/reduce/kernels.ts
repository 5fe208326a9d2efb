/** Which kernels reduce elements of a dtype, or a formula of them? Kept by kind and dtypes, and those of a formula under it. */

import type { Reduction } from "../../device.ts";
import { checkComputes, type DType, isFloating, itemSize, type Real } from "../../dtype.ts";
import { f32, f64, i32, type Kernel, kernel, pointer, type Value } from "../../wasm/assembler/index.ts";
import { once } from "../../wasm/once.ts";
import { compile } from "../../wasm/runtime.ts";
import { elementRows } from "../copy/kernels.ts";
import type { Formula } from "../pointwise/algebra.ts";
import { columnSumsOf } from "./columnsums.ts";
import { foldColumns, foldRows, plain, type Source } from "./fold.ts";
import { longSumOf, sumsOf } from "./rowsums.ts";
import { plainSum, type Terms } from "./terms.ts";

type Run = (...args: number[]) => number;

/** Sums of floats need `room`, {@link columnSumsBytes} of {@link COLUMNS}; others ignore it. */
export interface Kernels {
  /** (rows, n, x, out, room) */
  readonly rows: Run;
  /** (rows, n, row, x, out, room) with at most {@link COLUMNS} columns */
  readonly columns: Run;
  /** Bytes of an element of x. */
  readonly from: number;
  /** Bytes of one of the result. */
  readonly to: number;
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
export const CHUNK = 262144;

/** Columns that are summed at once: their float64 sums stay in the nearest cache. */
export const COLUMNS = 1024;
/** The rounded element of a sum in float64. */
const rounded = (dtype: Real, x: Value<"f64">): Value<"f32" | "f64"> => (dtype === "float32" ? f32.demote(x) : x);

/** (rows, n, x, out, sum): `sum` is room for one float64. */
const sumRows = (terms: Terms): Kernel =>
  kernel({ rows: i32, n: i32, x: pointer, out: pointer, sum: pointer }, (f, { rows, n, x, out, sum }) => {
    const { dtype } = terms;
    const [chunk, rest] = [longSumOf(terms, CHUNK), sumsOf(terms)];
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
const sumPart = (terms: Terms): Kernel =>
  kernel({ n: i32, part: pointer, x: pointer }, (f, { n, part, x }) => {
    f.when(
      i32.eq(n, CHUNK),
      () => f.call(longSumOf(terms, CHUNK), part, x),
      () => f.call(sumsOf(terms), n, part, x),
    );
  });

/** (n, parts, out) */
const sumParts = (dtype: Real): Kernel =>
  kernel({ n: i32, parts: pointer, out: pointer }, (f, { n, parts, out }) => {
    const total = f.let(f64.of(0));
    f.repeat(n, () => {
      total.set(f64.add(total, f64.load(parts)));
      parts.advance(8);
    });
    f.store(out, 0, rounded(dtype, total));
  });

/** The same for what is no sum of floats: parts are elements. */
const foldParts = (kind: Reduction, source: Source): { readonly part: Kernel; readonly join: Kernel } => {
  const [fold, unite] = [foldRows(kind, source), foldRows(kind, plain(source.dtype))];
  const [n, one, none] = [i32, i32.of(1), i32.of(0)];
  return {
    part: kernel({ n, part: pointer, x: pointer }, (f, { n, part, x }) => f.call(fold, one, n, x, part, none)),
    join: kernel({ n, parts: pointer, out: pointer }, (f, { n, parts, out }) =>
      f.call(unite, one, n, parts, out, none),
    ),
  };
};

/** (rows, n, row, x, out, sums): `sums` is room for what {@link columnSumsBytes} says. */
const sumColumns = (terms: Terms): Kernel => {
  const { dtype } = terms;
  const sum = columnSumsOf(terms);
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

function compileFor(kind: Reduction, from: DType, dtype: DType, of: Formula | null = null): Kernels {
  checkComputes("reduce", from);
  checkComputes("reduce", dtype);
  const source: Source = { from, of, dtype };
  const sizes = { from: itemSize(from), to: itemSize(dtype) };
  if (kind === "sum" && isFloating(dtype)) {
    const terms = plainSum(dtype, of);
    const kernels = { rows: sumRows(terms), columns: sumColumns(terms), part: sumPart(terms), join: sumParts(dtype) };
    return { ...compile(kernels), ...sizes, cost: itemSize(dtype) / 64, partSize: 8 };
  }
  const kernels = { rows: foldRows(kind, source), columns: foldColumns(kind, source), ...foldParts(kind, source) };
  const isProduct = kind === "prod" && isFloating(dtype);
  return {
    ...compile(kernels),
    ...sizes,
    cost: isFloating(dtype) && !isProduct ? 0.1 : 0.6,
    partSize: isProduct ? 0 : itemSize(dtype),
  };
}

const plainKernels = once((kind: Reduction) => once((dtype: DType) => compileFor(kind, dtype, dtype)));

/** For the elements themselves. */
export const kernelsFor = (kind: Reduction, dtype: DType): Kernels => plainKernels(kind)(dtype);

type Found = (kind: Reduction) => (from: DType) => (dtype: DType) => Kernels;
const kernelsOf = new WeakMap<Formula, Found>();

/** For a formula of the elements. */
export function kernelsWith(of: Formula, kind: Reduction, from: DType, dtype: DType): Kernels {
  const found = kernelsOf.get(of) ?? once((k) => once((f) => once((d) => compileFor(k, f, d, of))));
  kernelsOf.set(of, found);
  return found(kind)(from)(dtype);
}
