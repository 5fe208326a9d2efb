/**
 * Matrix product, outer part: C = A · B cut into blocks around the caches: 256 of k, about 96 rows in L2, 2048
 * columns in L3. Only the 256 shows in the numbers.
 */
import type { Exports } from "../assembler/index.ts";
import { compile } from "../runtime.ts";
import { blockProduct, KC, sweepProduct } from "./block.ts";
import { elementsOf, type Real } from "./elements.ts";
import { pack } from "./pack.ts";
import { addBias, moveElements, plainProduct } from "./small.ts";
import { streamProduct } from "./stream.ts";
import type { Tile } from "./tile.ts";
import { vectorProduct } from "./vector.ts";

/** Columns of a block: a multiple of every tile's width. */
export const NC = 2048;
/** Below this depth a row of tiles is finished before the next one begins: writing C is then most of the work. */
const SHALLOW = 32;

/** A matrix in memory: byte address, and byte distance between rows and between columns. */
export interface Matrix {
  readonly at: number;
  readonly row: number;
  readonly column: number;
}

export interface Engine {
  readonly tile: Tile;
  readonly run: Exports<"packA" | "packB" | "first" | "next" | "sweep">;
}

/** Writes panels: `extent` neighbours from `from` on, `depth` of k from `p` on. */
export type Packer = (from: number, extent: number, p: number, depth: number, to: number) => void;

export interface Sizes {
  readonly rows: number;
  readonly columns: number;
  readonly k: number;
}

const engines = new Map<number, Engine>();

/** The kernels of a tile, compiled at first use. */
export function engineOf(tile: Tile): Engine {
  const { dtype, mr, nr } = tile;
  const key = (dtype === "float32" ? 0 : 4096) + 64 * mr + nr;
  let engine = engines.get(key);
  if (!engine) {
    const run = compile({
      packA: pack(mr, dtype),
      packB: pack(nr, dtype),
      first: blockProduct(tile, false),
      next: blockProduct(tile, true),
      sweep: sweepProduct(tile),
    });
    engine = { tile, run };
    engines.set(key, engine);
  }
  return engine;
}

type Common = Exports<"plain" | "bias" | "move" | "stream" | "vector">;
const common: Partial<Record<Real, Common>> = {};

/** The kernels that know no tile. */
export function commonKernels(dtype: Real): Common {
  let found = common[dtype];
  if (!found)
    found = common[dtype] = compile({
      plain: plainProduct(dtype),
      bias: addBias(dtype),
      move: moveElements(dtype),
      stream: streamProduct(dtype),
      vector: vectorProduct,
    });
  return found;
}

export const roundUp = (x: number, to: number): number => Math.ceil(x / to) * to;

const rowsPerBlock = ({ mr }: Tile): number => mr * Math.ceil(96 / mr);

/** Bytes that `multiplyBlocks` needs. */
export function blockScratch({ tile }: Engine, { columns, k }: Sizes): number {
  const { size } = elementsOf(tile.dtype);
  const depth = Math.min(k, KC);
  const wide = roundUp(Math.min(columns, NC), tile.nr);
  return roundUp(size * tile.mr * tile.nr, 64) + size * depth * (rowsPerBlock(tile) + wide) + 64;
}

/** C = A · B from packers; the columns of C are adjacent and its rows `ldc` bytes apart. */
export function multiplyBlocks(
  { tile, run }: Engine,
  { rows, columns, k }: Sizes,
  operands: {
    readonly packA: Packer;
    readonly packB: Packer;
    readonly c: number;
    readonly ldc: number;
    /** C holds the sum of earlier blocks of k already. */
    readonly isContinued?: boolean;
    /** Sums start from zero after so much of k: 256, or a divisor of it for more accuracy. Part of the numbers. */
    readonly span?: number;
  },
  scratch: number,
): void {
  const { size } = elementsOf(tile.dtype);
  const { packA, packB, c, ldc, isContinued = false, span = KC } = operands;
  const mc = rowsPerBlock(tile);
  const panelsA = scratch + roundUp(size * tile.mr * tile.nr, 64);
  const panelsB = panelsA + size * Math.min(k, KC) * mc;
  for (let j = 0; j < columns; j += NC) {
    const width = Math.min(NC, columns - j);
    for (let p = 0; p < k; p += KC) {
      const depth = Math.min(KC, k - p);
      const step = depth < SHALLOW ? tile.mr : mc;
      const multiply = p === 0 && !isContinued ? run.first : run.next;
      packB(j, width, p, depth, panelsB);
      for (let i = 0; i < rows; i += mc) {
        const last = Math.min(rows, i + mc);
        packA(i, last - i, p, depth, panelsA);
        for (let r = i; r < last; r += step) {
          const from = panelsA + (r - i) * depth * size;
          const to = c + r * ldc + size * j;
          multiply(Math.min(step, last - r), width, depth, span, from, panelsB, to, ldc, scratch);
        }
      }
    }
  }
}

/** Bytes that `multiplySweep` needs. */
export function sweepScratch({ tile }: Engine, { columns, k }: Sizes): number {
  const { size } = elementsOf(tile.dtype);
  return roundUp(size * tile.mr * tile.nr, 64) + size * k * roundUp(columns, tile.nr);
}

/** The same for few columns and an A whose rows are contiguous: B is packed whole, A is read once and where it is. */
export function multiplySweep(
  { tile, run }: Engine,
  { rows, columns, k }: Sizes,
  operands: { readonly a: Matrix; readonly packB: Packer; readonly c: number; readonly ldc: number },
  scratch: number,
): void {
  const { a, packB, c, ldc } = operands;
  const panels = scratch + roundUp(elementsOf(tile.dtype).size * tile.mr * tile.nr, 64);
  packB(0, columns, 0, k, panels);
  run.sweep(rows, columns, k, a.at, a.row, panels, c, ldc, scratch);
}

export const packerOfRows =
  ({ run }: Engine, { at, row, column }: Matrix): Packer =>
  (from, extent, p, depth, to) => {
    run.packA(extent, depth, at + from * row + p * column, row, column, to);
  };

export const packerOfColumns =
  ({ run }: Engine, { at, row, column }: Matrix): Packer =>
  (from, extent, p, depth, to) => {
    run.packB(extent, depth, at + from * column + p * row, column, row, to);
  };
