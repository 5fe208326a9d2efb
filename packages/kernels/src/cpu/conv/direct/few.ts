/**
 * out[o, pixel] = W[o, tap] · image[tap, pixel] for few pixels: the image is packed once, each chunk is some output
 * channels.
 *
 * Weights are read once and where they are: as much of a row at a time as leaves the packed image in L2.
 */
import { itemSize, type Real } from "../../../dtype.ts";
import { parallel } from "../../../threads/parallel.ts";
import { KC } from "../../matmul/block.ts";
import { fourRows, narrowTile, tileFor } from "../../matmul/choice.ts";
import { type Engine, engineOf, roundUp } from "../../matmul/engine.ts";
import { panelBytes } from "../../matmul/panels.ts";
import { type Geometry, stripFor, tableBytes, writePixels, writeTaps } from "../geometry.ts";
import { addPlaces, copyBorder, placesOf } from "./bands.ts";
import { packerOfGathered, planeKernels } from "./engine.ts";

/** Bytes of packed images up to which they stay in L2 while the weights pass. */
const RESIDENT = 1 << 19;
/** Output channels of a chunk. */
const OUTPUTS = 32;

export interface Addresses {
  readonly x: number;
  readonly weight: number;
  readonly bias: number | null;
  readonly out: number;
}

/** Bytes of scratch space, and what to do with it. */
export interface FewPlan {
  readonly bytes: number;
  readonly run: (space: number, at: Addresses) => void;
}

/** Some of the pixels, and the tile that suits their number. */
interface Piece {
  readonly engine: Engine;
  readonly first: number;
  readonly count: number;
  /** Byte offset of its panels. */
  readonly at: number;
}

/** All pixels; where a few are left over in the last panel, those apart, in a narrow one. */
function piecesOf(dtype: Real, { n, pixels, taps, o, options }: Geometry): readonly Piece[] {
  const columns = n * pixels;
  const engine = engineOf(dtype === "float32" ? fourRows(o * columns * taps) : tileFor(dtype, o * columns * taps));
  const { nr } = engine.tile;
  const rest = columns % nr;
  const isSplit = dtype === "float32" && rest > 0 && rest <= 8 && (columns <= 8 || nr > 8);
  const whole = isSplit ? columns - rest : columns;
  const bytes = roundUp(panelBytes(itemSize(dtype), whole, nr, options.groups * taps), 64);
  const pieces = [
    { engine, first: 0, count: whole, at: 0 },
    { engine: engineOf(narrowTile(rest)), first: whole, count: columns - whole, at: bytes },
  ];
  return pieces.filter(({ count }) => count > 0);
}

/** Some output channels of one group. */
interface Part {
  readonly group: number;
  readonly first: number;
  readonly count: number;
  readonly panels: number;
  readonly space: number;
  /** How much of k passes at a time. */
  readonly depth: number;
}

/** How much of k passes at a time: all if the packed image then stays in L2, else what takes half of that. */
const depthOf = (bytes: number, taps: number): number =>
  bytes * taps <= RESIDENT ? taps : KC * Math.max(1, Math.floor(RESIDENT / 2 / bytes / KC));

export function fewPlan(geometry: Geometry, dtype: Real): FewPlan {
  const size = itemSize(dtype);
  const { n, oh, pixels, c, groupC, groupO, o, taps, options } = geometry;
  const columns = n * pixels;
  const depth = depthOf(size * roundUp(columns, 16), taps);
  const pieces = piecesOf(dtype, geometry);
  const all = { image: 0, images: n, row: 0, rows: oh };
  const strip = stripFor(geometry, size, all, c);
  const { at: end, count, engine: last } = pieces.at(-1)!;
  const places = placesOf({
    ...{ taps: tableBytes(taps), pixels: tableBytes(columns), border: strip.bytes },
    panels: end + panelBytes(size, count, last.tile.nr, options.groups * taps),
  });
  const run = (space: number, addresses: Addresses): void => {
    const at = addPlaces(places.at, space);
    writeTaps(at.taps, geometry, size, strip);
    writePixels(at.pixels, geometry, all, size, strip);
    const border = { x: addresses.x, above: 0, first: 0, count: c, to: at.border };
    const from = copyBorder(dtype, geometry, strip, all, border);
    const blocks = Math.ceil(taps / depth);
    parallel({ chunks: options.groups * blocks, work: (size * columns * taps * options.groups) / 4 }, (chunk) => {
      const group = Math.floor(chunk / blocks);
      const p = depth * (chunk % blocks);
      for (const piece of pieces) {
        const near = at.pixels + 4 * piece.first;
        const gathered = { from: from + group * groupC * strip.plane, near, along: at.taps };
        const pack = packerOfGathered(dtype, piece.engine.tile.nr, gathered);
        pack(0, piece.count, p, Math.min(depth, taps - p), at.panels + panelsAt(piece, taps, group, p));
      }
    });
    const parts = Math.ceil(groupO / OUTPUTS);
    const local =
      roundUp(size * OUTPUTS * columns, 64) +
      size * Math.max(...pieces.map(({ engine: { tile } }) => tile.mr * tile.nr));
    parallel({ chunks: options.groups * parts, work: (o * columns * taps) / 20, local }, (chunk, space) => {
      const group = Math.floor(chunk / parts);
      const first = OUTPUTS * (chunk % parts);
      const part = { group, first, count: Math.min(OUTPUTS, groupO - first), panels: at.panels, space, depth };
      sweep(geometry, pieces, addresses, part);
    });
  };
  return { bytes: places.bytes, run };
}

/** Byte offset of the panels of a group's k from `p` on. */
function panelsAt({ engine: { tile }, count, at }: Piece, taps: number, group: number, p: number): number {
  return at + itemSize(tile.dtype) * roundUp(count, tile.nr) * (group * taps + p);
}

/** The weights' rows pass the packed image. */
function sweep({ n, pixels, o, groupO, taps }: Geometry, pieces: readonly Piece[], at: Addresses, part: Part): void {
  const { group, first, count, panels, space, depth } = part;
  const { dtype } = pieces[0]!.engine.tile;
  const size = itemSize(dtype);
  const row = group * groupO + first;
  const columns = n * pixels;
  const to = at.out + size * row * pixels;
  const spare = space + roundUp(size * OUTPUTS * columns, 64);
  const c = n > 1 ? space : to;
  for (let p = 0; p < taps; p += depth)
    for (const piece of pieces) {
      const { run } = piece.engine;
      (p === 0 ? run.sweep : run.sweepOn)(
        ...[count, piece.count, Math.min(depth, taps - p), at.weight + size * (row * taps + p), size * taps],
        ...[panels + panelsAt(piece, taps, group, p), c + size * piece.first, size * columns, spare],
      );
    }
  if (n === 1) return;
  const { copy } = planeKernels(dtype);
  for (let i = 0; i < n; i++)
    copy(count, 1, pixels, c + size * i * pixels, 0, size * columns, to + size * i * o * pixels, 0, size * pixels);
}
