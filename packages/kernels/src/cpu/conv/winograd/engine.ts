/** What Winograd's convolutions share: kernels, and where tiles lie. */
import {
  type Exports,
  f32x4,
  i32,
  type Kernel,
  kernel,
  least,
  pointer,
  type Value,
} from "../../../wasm/assembler/index.ts";
import { once } from "../../../wasm/once.ts";
import { compile } from "../../../wasm/runtime.ts";
import { blockProduct, countDown } from "../../matmul/block.ts";
import { fourRows } from "../../matmul/choice.ts";
import { roundUp } from "../../matmul/engine.ts";
import type { Tile } from "../../matmul/tile.ts";
import { type Strip, stripOf } from "../direct/bands.ts";
import { packTransformed, type Source, unpackOutput, unpackWeights } from "./kernels.ts";
import { PLANES } from "./transforms.ts";

/** Output elements of a tile along each dimension. */
export const EDGE = 4;

/** Channels that are transformed together. */
export const CHANNELS = 16;

/** Sums over channels or tiles start from zero after so many: the transforms magnify what products err. */
const SPAN = 16;

/** Sums over channels are added to C after so many. */
export const BLOCK = 64;

/** C = A · B, packed, or += that, for `planes` matrices. */
const products = (tile: Tile, isContinued: boolean): Kernel => {
  const product = blockProduct(tile, isContinued);
  return kernel(
    {
      ...{ planes: i32, rows: i32, columns: i32, k: i32, a: pointer, stepA: i32, b: pointer, stepB: i32 },
      ...{ c: pointer, stepC: i32, ldc: i32, spare: pointer },
    },
    (f, { planes, rows, columns, k, a, stepA, b, stepB, c, stepC, ldc, spare }) => {
      f.repeat(planes, () => {
        f.call(product as Kernel<readonly "i32"[]>, rows, columns, k, SPAN, a, b, c, ldc, spare);
        a.advance(stepA);
        b.advance(stepB);
        c.advance(stepC);
      });
    },
  );
};

/** to[rows × columns] += from, whose rows are contiguous. `columns`: a multiple of 8. */
const addRows = kernel(
  { rows: i32, columns: i32, from: pointer, to: pointer, ldTo: i32 },
  (f, { rows, columns, from, to, ldTo }) => {
    f.repeat(rows, () => {
      const at = f.let(to);
      f.repeat(i32.shiftRightUnsigned(columns, 3), () => {
        const sums = [0, 16].map((offset) => f.let(f32x4.add(f32x4.load(at, offset), f32x4.load(from, offset))));
        for (const [i, sum] of sums.entries()) f.store(at, 16 * i, sum);
        at.advance(32);
        from.advance(32);
      });
      to.advance(ldTo);
    });
  },
);

/**
 * C = A · B for all matrices, or += that, whose panels come in blocks of 64 of k. `sums`: rows · columns elements.
 * `columns`: a multiple of 8.
 */
const blockedProducts = (tile: Tile): Kernel => {
  const product = blockProduct(tile, false) as Kernel<readonly "i32"[]>;
  const rounded = (x: Value<"i32">, to: number): Value<"i32"> => i32.and(i32.add(x, to - 1), -to);
  return kernel(
    {
      ...{ isFirst: i32, rows: i32, columns: i32, k: i32, a: pointer, stepA: i32, b: pointer, stepB: i32 },
      ...{ c: pointer, stepC: i32, ldc: i32, sums: pointer, spare: pointer },
    },
    (f, { isFirst, rows, columns, k, a, stepA, b, stepB, c, stepC, ldc, sums, spare }) => {
      f.repeat(PLANES, () => {
        const [ai, bi] = [f.let(a), f.let(b)];
        countDown(f, k, BLOCK, (left) => {
          const depth = f.let(least(left, BLOCK));
          f.when(
            i32.and(isFirst, i32.eq(left, k)),
            () => f.call(product, rows, columns, depth, SPAN, ai, bi, c, ldc, spare),
            () => {
              f.call(product, rows, columns, depth, SPAN, ai, bi, sums, i32.mul(columns, 4), spare);
              f.call(addRows as Kernel<readonly "i32"[]>, rows, columns, sums, c, ldc);
            },
          );
          ai.advance(i32.mul(i32.mul(depth, 4), rounded(rows, tile.mr)));
          bi.advance(i32.mul(i32.mul(depth, 4), rounded(columns, tile.nr)));
        });
        a.advance(stepA);
        b.advance(stepB);
        c.advance(stepC);
      });
    },
  );
};

export interface WinogradEngine extends Exports<"blocks" | "first" | "next" | "output" | "weights"> {
  readonly tile: Tile;
}

const engineOf = once((tile: Tile): WinogradEngine => {
  const kernels = {
    first: products(tile, false),
    next: products(tile, true),
    blocks: blockedProducts(tile),
    output: unpackOutput,
    weights: unpackWeights,
  };
  return { tile, ...compile(kernels) };
});

/** Of a float32 tile of four rows, as panels of transformed tiles have. Asks for the tile, so before the operation takes its scratch space. */
export const winogradEngine = (multiplyAdds: number): WinogradEngine => engineOf(fourRows(multiplyAdds));

const packKernels = once((source: Source) =>
  once((width: number) => compile({ run: packTransformed(width, source) }).run),
);

/** The kernel that packs transformed tiles or weights into panels of `width`. */
export const packKernel = (width: number, source: Source): ((...args: number[]) => unknown) =>
  packKernels(source)(width);

/** Some neighbours at some of k, out of so many of both; the first neighbour is the first of a panel. */
export interface Section {
  readonly first: number;
  readonly extent: number;
  readonly of: number;
  readonly firstK: number;
  readonly depth: number;
  readonly k: number;
}

/** Packs a section in blocks of 64 of k, one after the other. The tables begin with the section. */
export function packSection(
  width: number,
  source: Source,
  { first, extent, of, firstK, depth, k }: Section,
  { from, row, near, along }: { readonly [N in "from" | "row" | "near" | "along"]: number },
  { to, step }: { readonly to: number; readonly step: number },
): void {
  const run = packKernel(width, source);
  const end = firstK + depth;
  for (let p = firstK; p < end; p += BLOCK - (p % BLOCK)) {
    const block = p - (p % BLOCK);
    const blockDepth = Math.min(BLOCK, k - block);
    const at = to + 4 * (roundUp(of, width) * block + first * blockDepth + width * (p - block));
    const count = Math.min(end, block + blockDepth) - p;
    run(extent, count, from, row, near, along + 4 * (p - firstK), at, 4 * width * blockDepth, step);
  }
}

/** Bytes between matrices of `count` elements: no multiple of a page, for there are 36. */
export const stepOf = (count: number): number => roundUp(4 * count, 64) + 320;

/** A copy of some channels with all elements that tiles of `reach` elements along each dimension read. */
export const tileStrip = (
  { images, rows, tilesX, channels }: { readonly [N in "images" | "rows" | "tilesX" | "channels"]: number },
  reach: number,
): Strip => stripOf(4, images, channels, EDGE * (rows - 1) + reach, EDGE * (tilesX - 1) + reach);
