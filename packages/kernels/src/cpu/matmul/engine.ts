/** Which kernels compute matrix products, and how do packers find the elements of a matrix? */
import type { Real } from "../../dtype.ts";
import type { Exports } from "../../wasm/assembler/index.ts";
import { once } from "../../wasm/once.ts";
import { compile } from "../../wasm/runtime.ts";
import { blockProduct, sweepProduct } from "./block.ts";
import { pack } from "./pack.ts";
import { addBias, moveElements, plainProduct } from "./small.ts";
import { streamProduct } from "./stream.ts";
import type { Tile } from "./tile.ts";
import { vectorProduct } from "./vector.ts";

/** A matrix in memory: byte address, and byte distance between rows and between columns. */
export interface Matrix {
  readonly at: number;
  readonly row: number;
  readonly column: number;
}

export interface Engine {
  readonly tile: Tile;
  readonly run: Exports<"packA" | "packB" | "first" | "next" | "sweep" | "sweepOn">;
}

/** Writes panels: `extent` neighbours from `from` on, `depth` of k from `p` on. */
export type Packer = (from: number, extent: number, p: number, depth: number, to: number) => void;

export interface Sizes {
  readonly rows: number;
  readonly columns: number;
  readonly k: number;
}

/** The kernels of a tile. */
export const engineOf: (tile: Tile) => Engine = once((tile) => {
  const { dtype, mr, nr } = tile;
  const run = compile({
    packA: pack(mr, dtype),
    packB: pack(nr, dtype),
    first: blockProduct(tile, false),
    next: blockProduct(tile, true),
    sweep: sweepProduct(tile, false),
    sweepOn: sweepProduct(tile, true),
  });
  return { tile, run };
});

/** The kernels that know no tile. */
export const commonKernels: (dtype: Real) => Exports<"plain" | "bias" | "move" | "stream" | "vector"> = once((dtype) =>
  compile({
    plain: plainProduct(dtype),
    bias: addBias(dtype),
    move: moveElements(dtype),
    stream: streamProduct(dtype),
    vector: vectorProduct,
  }),
);

export const roundUp = (x: number, to: number): number => Math.ceil(x / to) * to;

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
