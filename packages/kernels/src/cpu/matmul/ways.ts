/**
 * How does each way compute a product? In stages, one after the other; in each something is prepared for all, then parts
 * of the result, which do not depend on each other, are computed by any thread. Every way gives the same bits.
 *
 * stream   few rows: B is read once, in order, where it is.
 * sweep    few columns: B is packed whole, A is read once and where it is.
 * vector   one column: as it says in vector.ts.
 * blocks   everything else: B becomes panels, as many at a time as L3 and the scratch space bear.
 */
import type { Real } from "../../dtype.ts";
import { KC } from "./block.ts";
import { elementsOf } from "./elements.ts";
import {
  commonKernels,
  type Engine,
  type Matrix,
  packerOfColumns,
  packerOfRows,
  roundUp,
  type Sizes,
} from "./engine.ts";
import { multiplyPacked, packAll, packedScratch, panelBytes, ROWS } from "./panels.ts";
import { streamSpare } from "./stream.ts";
import { VECTOR_SPARE } from "./vector.ts";

export type Way = "plain" | "vector" | "sweep" | "stream" | "blocks";

/** Columns of B that are panels at a time: a multiple of every tile's width. */
const COLUMNS = 2048;
/** Bytes of panels at a time. */
const MOST_PANELS = 32 << 20;

/** A product to compute; the rows of C lie `ldc` bytes apart, its columns are adjacent. */
export interface Product {
  readonly dtype: Real;
  readonly sizes: Sizes;
  readonly engine: Engine | null;
  readonly a: Matrix;
  readonly b: Matrix;
  readonly c: number;
  readonly ldc: number;
}

export interface Stage {
  readonly prepare: () => void;
  /** Computes rows, or columns in `stream`, from `first` on. */
  readonly part: (first: number, count: number, local: number) => void;
}

/** What the parts of a way are, and how many bytes it needs, for all and for each part. */
export interface Needs {
  readonly shared: number;
  readonly local: number;
  /** Parts are cut from so many rows or columns, at multiples of `multiple`. */
  readonly extent: number;
  readonly multiple: number;
}

/** How much of k the panels of `columns` columns hold at a time. */
const depthOf = (size: number, columns: number, k: number): number =>
  Math.min(k, KC * Math.max(1, Math.floor(MOST_PANELS / (size * KC * columns))));

export function needsOf(way: Way, dtype: Real, engine: Engine | null, { rows, columns, k }: Sizes): Needs {
  const { size } = elementsOf(dtype);
  if (way === "stream")
    return { shared: size * rows * k, local: streamSpare(dtype, rows), extent: columns, multiple: 512 };
  if (way === "vector") return { shared: size * k, local: VECTOR_SPARE, extent: rows, multiple: 8 };
  if (!engine) return { shared: 0, local: 0, extent: rows, multiple: 1 };
  const { mr, nr } = engine.tile;
  if (way === "sweep")
    return { shared: panelBytes(size, columns, nr, k), local: size * mr * nr, extent: rows, multiple: mr };
  const width = Math.min(columns, COLUMNS);
  return {
    shared: panelBytes(size, width, nr, depthOf(size, width, k)),
    local: packedScratch(engine, Math.min(rows, roundUp(ROWS, mr)), k),
    extent: rows,
    multiple: roundUp(Math.min(48, Math.max(mr, rows / 20)), mr), // fewer would read the panels too often
  };
}

/** `space`: the bytes for all. */
export function stagesOf(way: Way, product: Product, space: number): Stage[] {
  if (way === "stream") return [streamStage(product, space)];
  if (way === "vector") return [vectorStage(product, space)];
  if (way === "sweep") return [sweepStage(product, product.engine!, space)];
  return way === "plain" ? [plainStage(product)] : blockStages(product, product.engine!, space);
}

const nothing = (): void => {};

const plainStage = ({ dtype, sizes: { columns, k }, a, b, c, ldc }: Product): Stage => ({
  prepare: nothing,
  part: (first, count) => {
    const { plain } = commonKernels(dtype);
    const { size } = elementsOf(dtype);
    plain(
      ...[count, columns, k, a.at + first * a.row, a.row, a.column],
      ...[b.at, b.row, b.column, c + first * ldc, ldc, size],
    );
  },
});

/** The rows of A must be contiguous: they are few, so they are copied otherwise. */
function streamStage({ dtype, sizes: { rows, k }, a, b, c, ldc }: Product, space: number): Stage {
  const { size } = elementsOf(dtype);
  const { move, stream } = commonKernels(dtype);
  const isContiguous = a.column === size;
  const [at, rowA] = isContiguous ? [a.at, a.row] : [space, size * k];
  return {
    prepare: () => {
      if (!isContiguous) move(rows, k, a.at, a.row, a.column, space, rowA, size);
    },
    part: (first, count, local) => {
      stream(rows, count, k, at, rowA, b.at + size * first, b.row, c + size * first, ldc, local);
    },
  };
}

/** The vector must be contiguous. */
function vectorStage({ dtype, sizes: { k }, a, b, c }: Product, space: number): Stage {
  const { move, vector } = commonKernels(dtype);
  const isContiguous = b.row === 4;
  return {
    prepare: () => {
      if (!isContiguous) move(1, k, b.at, 0, b.row, space, 0, 4);
    },
    part: (first, count, local) => {
      vector(count, k, a.at + first * a.row, a.row, isContiguous ? b.at : space, c + 4 * first, local);
    },
  };
}

function sweepStage({ sizes: { columns, k }, a, b, c, ldc }: Product, engine: Engine, space: number): Stage {
  return {
    prepare: () => packerOfColumns(engine, b)(0, columns, 0, k, space),
    part: (first, count, local) => {
      engine.run.sweep(count, columns, k, a.at + first * a.row, a.row, space, c + first * ldc, ldc, local);
    },
  };
}

function blockStages({ dtype, sizes: { columns, k }, a, b, c, ldc }: Product, engine: Engine, at: number): Stage[] {
  const { size } = elementsOf(dtype);
  const stages: Stage[] = [];
  const step = depthOf(size, Math.min(columns, COLUMNS), k);
  const tall = roundUp(ROWS, engine.tile.mr);
  for (let j = 0; j < columns; j += COLUMNS) {
    const width = Math.min(COLUMNS, columns - j);
    const panels = { at, extent: roundUp(width, engine.tile.nr) };
    for (let p = 0; p < k; p += step) {
      const depth = Math.min(step, k - p);
      const from = (m: Matrix, row: number, column: number): Matrix => ({
        ...m,
        at: m.at + row * m.row + column * m.column,
      });
      stages.push({
        prepare: () => packAll(size, packerOfColumns(engine, from(b, p, j)), { extent: width, k: depth }, panels),
        part: (first, count, local) => {
          for (let r = first; r < first + count; r += tall) {
            const rows = Math.min(tall, first + count - r);
            const sum = { c: c + r * ldc + size * j, ldc, isContinued: p > 0 };
            const packer = packerOfRows(engine, from(a, r, p));
            multiplyPacked(engine, { rows, columns: width, k: depth }, { a: packer, b: panels, ...sum }, local);
          }
        },
      });
    }
  }
  return stages;
}
