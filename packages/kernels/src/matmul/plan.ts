/** Which way is a product computed? By its sizes and by where neighbours lie. Every way gives the same bits. */
import { narrow, tileFor } from "./choice.ts";
import { elementsOf, type Real } from "./elements.ts";
import {
  blockScratch,
  commonKernels,
  type Engine,
  engineOf,
  multiplyBlocks,
  multiplySweep,
  packerOfColumns,
  packerOfRows,
  roundUp,
  type Sizes,
  sweepScratch,
} from "./engine.ts";
import { streamSpare } from "./stream.ts";
import { VECTOR_SPARE } from "./vector.ts";

/** Rows up to which B is read where it is, in order. */
const FEW_ROWS = 8;
/** Columns up to which A is read where it is. */
const FEW_COLUMNS = 64;
/** Bytes of packed B up to which it stays in L2 while A passes. */
const RESIDENT = 1 << 19;

/** Byte distances between rows and between columns. */
export interface Layout {
  readonly row: number;
  readonly column: number;
}

interface Layouts {
  readonly a: Layout;
  readonly b: Layout;
  readonly c: Layout;
}

interface Addresses {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

type Way = "plain" | "vector" | "sweep" | "stream" | "blocks";

export interface Plan {
  readonly dtype: Real;
  readonly way: Way;
  /** Computes Cᵀ = Bᵀ · Aᵀ: sizes and layouts are those of this product. */
  readonly isTransposed: boolean;
  readonly sizes: Sizes;
  readonly layouts: Layouts;
  readonly engine: Engine | null;
  /** Bytes in front of the way's own scratch space, where C is computed first; 0 when it is written directly. */
  readonly bytesOfC: number;
  readonly scratch: number;
}

const transposedLayout = ({ row, column }: Layout): Layout => ({ row: column, column: row });

/** A dimension of one element has no stride: what its neighbour would need is assumed. */
const settled = ({ row, column }: Layout, rows: number, columns: number, size: number): Layout => ({
  row: rows === 1 && column !== size ? size : row,
  column: columns === 1 && (rows === 1 || row !== size) ? size : column,
});

const transposedLayouts = ({ a, b, c }: Layouts): Layouts => ({
  a: transposedLayout(b),
  b: transposedLayout(a),
  c: transposedLayout(c),
});

/** `null`: only packing helps. */
function directWay({ rows, columns, k }: Sizes, { a, b }: Layouts, dtype: Real): Way | null {
  const { size } = elementsOf(dtype);
  if (columns === 1 && a.column === size && dtype === "float32") return "vector";
  if (rows <= FEW_ROWS && b.column === size) return "stream";
  const few = columns <= FEW_COLUMNS && (columns < rows || columns <= 8) && size * k * roundUp(columns, 16) <= RESIDENT;
  return few && a.column === size ? "sweep" : null;
}

function engineFor(dtype: Real, way: Way, { rows, columns, k }: Sizes): Engine | null {
  if (way !== "sweep" && way !== "blocks") return null;
  if (dtype === "float32" && way === "sweep" && columns <= 8) return engineOf(narrow[columns <= 4 ? 0 : 1]);
  return engineOf(tileFor(dtype, rows * columns * k));
}

function scratchOf(way: Way, engine: Engine | null, sizes: Sizes, dtype: Real): number {
  if (way === "stream") return elementsOf(dtype).size * sizes.rows * sizes.k + 64 + streamSpare(dtype, sizes.rows);
  if (way === "vector") return VECTOR_SPARE + elementsOf(dtype).size * sizes.k;
  if (!engine) return 0;
  return way === "sweep" ? sweepScratch(engine, sizes) : blockScratch(engine, sizes);
}

export function planOf(dtype: Real, sizes: Sizes, given: Layouts): Plan {
  const { size } = elementsOf(dtype);
  const { rows, columns, k } = sizes;
  const layouts: Layouts = {
    a: settled(given.a, rows, k, size),
    b: settled(given.b, k, columns, size),
    c: settled(given.c, rows, columns, size),
  };
  const turnedSizes = { rows: columns, columns: rows, k };
  const turned = transposedLayouts(layouts);
  const straightWay = k === 0 ? "plain" : directWay(sizes, layouts, dtype);
  const turnedWay = straightWay ? null : directWay(turnedSizes, turned, dtype);
  const way = straightWay ?? turnedWay ?? "blocks";
  const isTransposed = turnedWay !== null || (way === "blocks" && layouts.c.column !== size && layouts.c.row === size);
  const actual = isTransposed ? turnedSizes : sizes;
  const chosen = isTransposed ? turned : layouts;
  const engine = engineFor(dtype, way, actual);
  const isDirect = way === "plain" || chosen.c[way === "vector" ? "row" : "column"] === size;
  const bytesOfC = isDirect ? 0 : roundUp(size * rows * columns, 64);
  const scratch = bytesOfC + scratchOf(way, engine, actual, dtype);
  return { dtype, way, isTransposed, sizes: actual, layouts: chosen, engine, bytesOfC, scratch };
}

/** `space` has the plan's scratch bytes. */
export function runPlan(plan: Plan, at: Addresses, space: number): void {
  const { dtype, sizes, layouts, bytesOfC } = plan;
  const { size } = elementsOf(dtype);
  const to = bytesOfC > 0 ? { at: space, row: size * sizes.columns } : { at: at.c, row: layouts.c.row };
  const operands = plan.isTransposed ? { a: at.b, b: at.a, c: to.at } : { a: at.a, b: at.b, c: to.at };
  runWay(plan, operands, to.row, space + bytesOfC);
  if (bytesOfC > 0)
    commonKernels(dtype).move(
      ...[sizes.rows, sizes.columns, to.at, to.row, size],
      ...[at.c, layouts.c.row, layouts.c.column],
    );
}

function runWay(plan: Plan, at: Addresses, ldc: number, space: number): void {
  const { dtype, way, sizes, layouts, engine } = plan;
  const { rows, columns, k } = sizes;
  const a = { at: at.a, ...layouts.a };
  const b = { at: at.b, ...layouts.b };
  if (way === "plain")
    commonKernels(dtype).plain(
      ...[rows, columns, k, a.at, a.row, a.column],
      ...[b.at, b.row, b.column, at.c, layouts.c.row, layouts.c.column],
    );
  else if (way === "vector") runVector(plan, at, space);
  else if (way === "stream") runStream(plan, at, ldc, space);
  else if (way === "sweep")
    multiplySweep(engine!, sizes, { a, packB: packerOfColumns(engine!, b), c: at.c, ldc }, space);
  else {
    const packers = { packA: packerOfRows(engine!, a), packB: packerOfColumns(engine!, b) };
    multiplyBlocks(engine!, sizes, { ...packers, c: at.c, ldc }, space);
  }
}

/** The vector must be contiguous. */
function runVector({ dtype, sizes, layouts }: Plan, at: Addresses, space: number): void {
  const { move, vector } = commonKernels(dtype);
  const copy = space + VECTOR_SPARE;
  const isContiguous = layouts.b.row === 4;
  if (!isContiguous) move(1, sizes.k, at.b, 0, layouts.b.row, copy, 0, 4);
  vector(sizes.rows, sizes.k, at.a, layouts.a.row, isContiguous ? at.b : copy, at.c, space);
}

/** The rows of A must be contiguous: they are few, so they are copied otherwise. */
function runStream({ dtype, sizes, layouts }: Plan, at: Addresses, ldc: number, space: number): void {
  const { rows, columns, k } = sizes;
  const { size } = elementsOf(dtype);
  const { move, stream } = commonKernels(dtype);
  const spare = space + roundUp(size * rows * k, 64);
  const isContiguous = layouts.a.column === size;
  const rowA = isContiguous ? layouts.a.row : size * k;
  if (!isContiguous) move(rows, k, at.a, layouts.a.row, layouts.a.column, space, rowA, size);
  stream(rows, columns, k, isContiguous ? at.a : space, rowA, at.b, layouts.b.row, at.c, ldc, spare);
}
