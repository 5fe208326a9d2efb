/** Which way is a product computed? By its sizes and by where neighbours lie. Every way gives the same bits. */
import type { Real } from "../../dtype.ts";
import { split } from "../../threads/split.ts";
import { narrowTile, tileFor } from "./choice.ts";
import { elementsOf } from "./elements.ts";
import { commonKernels, type Engine, engineOf, roundUp, type Sizes } from "./engine.ts";
import { type Needs, needsOf, type Stage, stagesOf, type Way } from "./ways.ts";

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

export interface MatmulPlan {
  readonly dtype: Real;
  readonly way: Way;
  /** Computes Cᵀ = Bᵀ · Aᵀ: sizes and layouts are those of this product. */
  readonly isTransposed: boolean;
  readonly sizes: Sizes;
  readonly layouts: Layouts;
  readonly engine: Engine | null;
  readonly needs: Needs;
  /** Bytes in front of the way's own scratch space, where C is computed first; 0 when it is written directly. */
  readonly bytesOfC: number;
  /** Bytes of scratch space: for all threads, and for one thread that computes all. */
  readonly shared: number;
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
  if (dtype === "float32" && way === "sweep" && columns <= 8) return engineOf(narrowTile(columns));
  return engineOf(tileFor(dtype, rows * columns * k));
}

export function matmulPlan(dtype: Real, sizes: Sizes, given: Layouts): MatmulPlan {
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
  const isDirect = chosen.c[way === "vector" ? "row" : "column"] === size;
  const bytesOfC = isDirect ? 0 : roundUp(size * rows * columns, 64);
  const needs = needsOf(way, dtype, engine, actual);
  const shared = bytesOfC + roundUp(needs.shared, 64);
  const scratch = shared + needs.local;
  return { dtype, way, isTransposed, sizes: actual, layouts: chosen, engine, needs, bytesOfC, shared, scratch };
}

/** Computes everything here. `space` has the plan's scratch bytes. */
export function runPlan(plan: MatmulPlan, at: Addresses, space: number): void {
  runStages(plan, at, space, ({ part }) => part(0, plan.needs.extent, space + plan.shared));
}

/** The same by all threads. `space` has the plan's shared bytes. */
export function sharePlan(plan: MatmulPlan, at: Addresses, space: number): void {
  const { rows, columns, k } = plan.sizes;
  const { local, extent: n, multiple } = plan.needs;
  const work = Math.max((rows * columns * k) / 20, (elementsOf(plan.dtype).size * (rows + columns) * k) / 8);
  runStages(plan, at, space, ({ part }) => split({ n, work, multiple, local }, part));
}

function runStages(plan: MatmulPlan, at: Addresses, space: number, compute: (stage: Stage) => void): void {
  const { dtype, sizes, layouts, bytesOfC } = plan;
  const { size } = elementsOf(dtype);
  const [c, ldc] = bytesOfC > 0 ? [space, size * sizes.columns] : [at.c, layouts.c.row];
  const [a, b] = plan.isTransposed ? [at.b, at.a] : [at.a, at.b];
  const product = { ...plan, a: { at: a, ...layouts.a }, b: { at: b, ...layouts.b }, c, ldc };
  for (const stage of stagesOf(plan.way, product, space + bytesOfC)) {
    stage.prepare();
    compute(stage);
  }
  if (bytesOfC > 0)
    commonKernels(dtype).move(
      ...[sizes.rows, sizes.columns, space, ldc, size],
      ...[at.c, layouts.c.row, layouts.c.column],
    );
}
