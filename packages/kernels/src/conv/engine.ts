/** What the three products of a convolution share: kernels, padded images, and the choice of the way to multiply. */
import type { Exports } from "../assembler/index.ts";
import { narrow, tileFor } from "../matmul/choice.ts";
import { elementsOf, type Real } from "../matmul/elements.ts";
import {
  blockScratch,
  type Engine,
  engineOf,
  type Matrix,
  multiplyBlocks,
  multiplySweep,
  type Packer,
  packerOfRows,
  type Sizes,
  sweepScratch,
} from "../matmul/engine.ts";
import { bytes, compile } from "../runtime.ts";
import { type Geometry, isPadded, paddedSize } from "./geometry.ts";
import { packGathered } from "./pack.ts";
import { addPlanes, copyPlanes } from "./planes.ts";

/** Columns of a product over several images: below, panels are half empty; above, C leaves the cache. */
const COLUMNS = 2048;
/** Output pixels from which an image is worth a product of its own. */
const LARGE_IMAGE = 256;
/** Columns up to which the weights are read where they are. */
const FEW = 64;
/** Bytes of packed B up to which it stays in L2 while the weights pass. */
const RESIDENT = 1 << 19;

/** How many images one product takes. No bit depends on it. */
export const imagesTogether = ({ n, pixels }: Geometry): number =>
  pixels >= LARGE_IMAGE ? 1 : Math.min(n, Math.floor(COLUMNS / pixels));

type Planes = Exports<"copy" | "add">;
const planes: Partial<Record<Real, Planes>> = {};

export function planeKernels(dtype: Real): Planes {
  let found = planes[dtype];
  if (!found) found = planes[dtype] = compile({ copy: copyPlanes(dtype), add: addPlanes(dtype) });
  return found;
}

const gathers = new Map<number, (...args: number[]) => number>();

function gatherKernel(dtype: Real, width: number): (...args: number[]) => number {
  const key = 8 * width + elementsOf(dtype).size;
  let run = gathers.get(key);
  if (!run) {
    run = compile({ run: packGathered(width, dtype) }).run;
    gathers.set(key, run);
  }
  return run;
}

/** Where gathered elements lie: `from + near[i] + along[k]`, tables of byte offsets at these addresses. */
export interface Gathered {
  readonly from: number;
  readonly near: number;
  readonly along: number;
}

function packerOfGathered(dtype: Real, width: number, { from, near, along }: Gathered): Packer {
  const run = gatherKernel(dtype, width);
  return (first, extent, p, depth, to) => {
    run(extent, depth, from, near + 4 * first, along + 4 * p, to);
  };
}

export interface Product {
  readonly dtype: Real;
  readonly sizes: Sizes;
  readonly engine: Engine;
  /** A is read where it is. */
  readonly isSwept: boolean;
  /** Bytes of scratch space. */
  readonly scratch: number;
}

/** `hasRows`: the rows of A are contiguous. Asks for the tile, so before the operation takes its scratch space. */
export function productOf(dtype: Real, sizes: Sizes, hasRows: boolean): Product {
  const { size } = elementsOf(dtype);
  const { rows, columns, k } = sizes;
  const isSwept = hasRows && columns <= FEW && size * k * Math.max(columns, 16) <= RESIDENT;
  const isNarrow = isSwept && dtype === "float32" && columns <= 8;
  const tile = isNarrow ? narrow[columns <= 4 ? 0 : 1] : tileFor(dtype, rows * columns * k);
  const engine = engineOf(tile);
  const scratch = isSwept ? sweepScratch(engine, sizes) : blockScratch(engine, sizes);
  return { dtype, sizes, engine, isSwept, scratch };
}

/** C = A · B, or += that; A is a matrix or gathered, B gathered; `k` and `columns` may be less than planned. */
export function runProduct(
  { dtype, engine, isSwept }: Product,
  sizes: Sizes,
  operands: {
    readonly a: Matrix | Gathered;
    readonly b: Gathered;
    readonly c: number;
    readonly ldc: number;
    readonly isContinued?: boolean;
    readonly span?: number;
  },
  scratch: number,
): void {
  const { a, b, c, ldc } = operands;
  const { mr, nr } = engine.tile;
  const packB = packerOfGathered(dtype, nr, b);
  if (isSwept && "at" in a) multiplySweep(engine, sizes, { a, packB, c, ldc }, scratch);
  else {
    const packA = "at" in a ? packerOfRows(engine, a) : packerOfGathered(dtype, mr, a);
    multiplyBlocks(engine, sizes, { ...operands, packA, packB }, scratch);
  }
}

/** Bytes of the copy of so many images with a border; 0 when they need none. */
export const borderBytes = (geometry: Geometry, images: number, size: number): number =>
  isPadded(geometry) ? size * images * paddedSize(geometry) : 0;

/** The address of `images` images at `from` with a border of zeros: a copy at `to`, or `from` when they need none. */
export function withBorder(geometry: Geometry, images: number, from: number, to: number, dtype: Real): number {
  if (!isPadded(geometry)) return from;
  const { c, h, w, paddedH, paddedW, options } = geometry;
  const { size } = elementsOf(dtype);
  const [top, left] = options.padding;
  bytes().fill(0, to, to + borderBytes(geometry, images, size));
  const inside = to + size * (top * paddedW + left);
  const { copy } = planeKernels(dtype);
  copy(images * c, h, w, from, size * h * w, inside, size * paddedW, size * paddedW * paddedH);
  return to;
}
