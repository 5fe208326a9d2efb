/**
 * Which register tile suits this machine and engine? At most three candidates, once, when enough products have been
 * computed for the answer to matter. Tiles differ in speed only, never in bits, so a wrong choice costs time and
 * nothing else. Most of the time goes in waiting for the optimizing compiler: a candidate counts only once its time
 * has dropped.
 */
import type { Real } from "../../dtype.ts";
import { bytes, compile, scratch } from "../../wasm/runtime.ts";
import { type Tile, tileProduct } from "./tile.ts";

const K = 256; // panels of the largest tile fill 22 KiB: within L1
const CALLS = 8;
const BUDGET = 40; // ms, rarely used up
const ROUNDS = 12; // after the last candidate was optimized
/** Optimized code takes at most so much of the time that the first code takes; a half may be noise. */
const OPTIMIZED = 0.4;
/** Multiply-adds after which the probe pays: some milliseconds of work. */
const ENOUGH = 2 ** 27;

/** The tiles of one kind of numerics. */
interface Tiles {
  /** 128-bit registers hold the first two, joined ones the third. */
  readonly candidates: readonly [Tile, Tile, Tile];
  /** Of four rows, for 128-bit and for joined registers. */
  readonly four: readonly [Tile, Tile];
  /** For few columns: at most 4, at most 8. */
  readonly narrow: readonly [Tile, Tile];
  readonly double: Tile;
}

function tilesOf(isFused: boolean): Tiles {
  const float32 = (mr: number, nr: number, unroll: number): Tile => ({ dtype: "float32", mr, nr, unroll, isFused });
  const four = [float32(4, 8, 2), float32(4, 16, 8)] as const;
  return {
    candidates: [four[0], float32(5, 8, 2), float32(5, 16, 8)],
    four,
    narrow: [float32(8, 4, 4), float32(4, 8, 4)],
    double: { dtype: "float64", mr: 4, nr: 4, unroll: 2, isFused: false },
  };
}

export const reproducible: Tiles = tilesOf(false);
const fused: Tiles = tilesOf(true);
let tiles = reproducible;
let chosen: Tile = tiles.candidates[0];
let work = 0;

/** From now on tiles of that kind; the probe begins anew. */
export function setFused(isFused: boolean): void {
  tiles = isFused ? fused : reproducible;
  chosen = tiles.candidates[0];
  work = 0;
}

/** A tile of four rows. */
export const fourRows = (multiplyAdds: number): Tile => {
  const [narrow, wide] = tiles.four;
  return tileFor("float32", multiplyAdds).nr === wide.nr ? wide : narrow;
};

/** For at most 8 columns. */
export const narrowTile = (columns: number): Tile => tiles.narrow[columns <= 4 ? 0 : 1];

/**
 * The tile for a product of so many multiply-adds. Ask before the operation takes its scratch space: the probe uses it.
 */
export function tileFor(dtype: Real, multiplyAdds: number): Tile {
  if (dtype === "float64") return tiles.double;
  if (work < ENOUGH) {
    work += multiplyAdds;
    if (work >= ENOUGH) chosen = fastest();
  }
  return chosen;
}

function fastest(): Tile {
  const start = performance.now();
  const at = scratch(65536);
  bytes().fill(0, at, at + 65536);
  const runs = tiles.candidates.map((tile) => ({
    tile,
    product: compile({ product: tileProduct(tile, { isPacked: true, isContinued: false }) }).product,
    baseline: 0,
    best: Number.POSITIVE_INFINITY,
  }));
  for (let round = 0, optimized = 0; optimized < ROUNDS && performance.now() - start < BUDGET; round++) {
    for (const run of runs) {
      const t = performance.now();
      for (let i = 0; i < CALLS; i++) run.product(K, at, 0, 0, at + 16384, at + 49152, 4 * run.tile.nr);
      const elapsed = performance.now() - t;
      if (round === 1) run.baseline = elapsed; // round 0 compiles
      run.best = Math.min(run.best, elapsed);
    }
    if (round > 1 && runs.every((run) => run.best < OPTIMIZED * run.baseline)) optimized++;
  }
  const speed = ({ tile, best }: { tile: Tile; best: number }): number => (tile.mr * tile.nr) / best;
  return runs.reduce((x, y) => (speed(y) > speed(x) ? y : x)).tile;
}
