/**
 * Matrix product, outer part: C = A · B where at least one operand is packed beforehand, for all who multiply with it.
 *
 * Blocking   256 of k, then 96 rows of A that stay in L2 while the columns pass. Only the 256 shows in the numbers.
 */
import { parallel } from "../../threads/parallel.ts";
import { KC } from "./block.ts";
import { elementsOf } from "./elements.ts";
import { type Engine, type Packer, roundUp, type Sizes } from "./engine.ts";

/** Rows that are multiplied with all columns before the next ones: their panels stay in L2. */
export const ROWS = 96;
/** Below this depth a row of tiles is finished before the next one begins: writing C is then most of the work. */
const SHALLOW = 32;
/** Neighbours that one thread packs at a time: a multiple of every panel's width. */
const PACKED = 128;

/** Panels of one operand for all of k: blocks of 256 of k one after the other, each as pack.ts has them. */
export interface Panels {
  readonly at: number;
  /** Neighbours, rounded up to whole panels. */
  readonly extent: number;
}

/** What is packed: neighbours, and how much of k. */
interface Extents {
  readonly extent: number;
  readonly k: number;
}

/** Bytes of panels for `extent` neighbours and all of k. */
export const panelBytes = (size: number, extent: number, width: number, k: number): number =>
  size * roundUp(extent, width) * k;

/** Where the block of k from `p` on begins. */
const panelsFrom = (size: number, { at, extent }: Panels, p: number): number => at + size * extent * p;

/** Packs the block of k with the number `block`. */
export function packBlock(size: number, packer: Packer, { extent, k }: Extents, to: Panels, block: number): void {
  const p = KC * block;
  packer(0, extent, p, Math.min(KC, k - p), panelsFrom(size, to, p));
}

/** Packs all blocks, by all threads: each takes some neighbours. */
export function packAll(size: number, packer: Packer, { extent, k }: Extents, to: Panels): void {
  parallel({ chunks: Math.ceil(extent / PACKED), work: (size * extent * k) / 4 }, (chunk) => {
    const first = PACKED * chunk;
    const count = Math.min(PACKED, extent - first);
    for (let p = 0; p < k; p += KC) {
      const depth = Math.min(KC, k - p);
      packer(first, count, p, depth, panelsFrom(size, to, p) + size * first * depth);
    }
  });
}

/** Bytes of scratch space that `multiplyPacked` needs for chunks of so many rows or columns. */
export function packedScratch({ tile: { dtype, mr, nr } }: Engine, extent: number, k: number): number {
  const { size } = elementsOf(dtype);
  return roundUp(size * mr * nr, 64) + size * (roundUp(extent, mr) + nr) * Math.min(k, KC);
}

/** C = A · B, or += that: one operand is panels, the other comes from a packer, block by block of k. */
export function multiplyPacked(
  { tile, run }: Engine,
  { rows, columns, k }: Sizes,
  operands: {
    readonly a: Panels | Packer;
    readonly b: Panels | Packer;
    readonly c: number;
    readonly ldc: number;
    readonly isContinued?: boolean;
    readonly span?: number;
  },
  scratch: number,
): void {
  const { dtype, mr, nr } = tile;
  const { size } = elementsOf(dtype);
  const { a, b, c, ldc, isContinued = false, span = KC } = operands;
  const space = scratch + roundUp(size * mr * nr, 64);
  const blockOf = (operand: Panels | Packer, extent: number, p: number, depth: number): number => {
    if (typeof operand !== "function") return panelsFrom(size, operand, p);
    operand(0, extent, p, depth, space);
    return space;
  };
  for (let p = 0; p < k; p += KC) {
    const depth = Math.min(KC, k - p);
    const multiply = p === 0 && !isContinued ? run.first : run.next;
    const panelsA = blockOf(a, rows, p, depth);
    const panelsB = blockOf(b, columns, p, depth);
    const step = depth < SHALLOW ? 4 * mr : roundUp(ROWS, mr);
    for (let r = 0; r < rows; r += step)
      multiply(
        ...[Math.min(step, rows - r), columns, depth, span],
        ...[panelsA + r * depth * size, panelsB, c + r * ldc, ldc, scratch],
      );
  }
}
