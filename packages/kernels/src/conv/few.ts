/**
 * out[o, pixel] = W[o, tap] · image[tap, pixel] for few pixels: the image is packed once, each chunk is some output
 * channels.
 *
 * Weights are read once and where they are: all of a row if the packed image stays in L2, else 256 of k at a time.
 */
import { itemSize } from "../dtype.ts";
import { KC } from "../matmul/block.ts";
import { narrowTile, tileFor } from "../matmul/choice.ts";
import type { Real } from "../matmul/elements.ts";
import { type Engine, engineOf, roundUp } from "../matmul/engine.ts";
import { type Panels, packBlocks, panelBytes } from "../matmul/panels.ts";
import { parallel } from "../parallel.ts";
import { addPlaces, copyBorder, placesOf } from "./bands.ts";
import { packerOfGathered, planeKernels } from "./engine.ts";
import { type Geometry, stripFor, tableBytes, writePixels, writeTaps } from "./geometry.ts";

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
export interface Plan {
  readonly bytes: number;
  readonly run: (space: number, at: Addresses) => void;
}

/** Some output channels of one group. */
interface Part {
  readonly group: number;
  readonly first: number;
  readonly count: number;
  readonly panels: Panels;
  readonly space: number;
  /** How much of k passes at a time. */
  readonly depth: number;
}

function engineFor(dtype: Real, { n, pixels, taps, o }: Geometry, isSwept: boolean): Engine {
  const columns = n * pixels;
  if (isSwept && dtype === "float32" && columns <= 8) return engineOf(narrowTile(columns));
  return engineOf(tileFor(dtype, o * columns * taps));
}

export function fewPlan(geometry: Geometry, dtype: Real): Plan {
  const size = itemSize(dtype);
  const { n, oh, pixels, c, groupC, groupO, o, taps, options } = geometry;
  const columns = n * pixels;
  const isSwept = size * taps * Math.max(columns, 16) <= RESIDENT;
  const engine = engineFor(dtype, geometry, isSwept);
  const width = engine.tile.nr;
  const all = { image: 0, images: n, row: 0, rows: oh };
  const strip = stripFor(geometry, size, all, c);
  const extent = roundUp(columns, width);
  const places = placesOf({
    ...{ taps: tableBytes(taps), pixels: tableBytes(columns), border: strip.bytes },
    panels: panelBytes(size, columns, width, options.groups * taps),
  });
  const run = (space: number, addresses: Addresses): void => {
    const at = addPlaces(places.at, space);
    writeTaps(at.taps, geometry, size, strip);
    writePixels(at.pixels, geometry, all, size, strip);
    const border = { x: addresses.x, above: 0, first: 0, count: c, to: at.border };
    const from = copyBorder(dtype, geometry, strip, all, border);
    const blocks = isSwept ? 1 : Math.ceil(taps / KC);
    const panelsOf = (group: number): Panels => ({ at: at.panels + size * group * extent * taps, extent });
    parallel({ chunks: options.groups * blocks, work: size * columns * taps * options.groups }, (chunk) => {
      const group = Math.floor(chunk / blocks);
      const gathered = { from: from + group * groupC * strip.plane, near: at.pixels, along: at.taps };
      const packer = packerOfGathered(dtype, width, gathered);
      if (isSwept) packer(0, columns, 0, taps, panelsOf(group).at);
      else packBlocks(size, packer, { extent: columns, k: taps }, panelsOf(group), { first: chunk % blocks, count: 1 });
    });
    const parts = Math.ceil(groupO / OUTPUTS);
    const local = roundUp(size * OUTPUTS * columns, 64) + size * engine.tile.mr * engine.tile.nr;
    parallel({ chunks: options.groups * parts, work: (o * columns * taps) / 20, local }, (chunk, space) => {
      const group = Math.floor(chunk / parts);
      const first = OUTPUTS * (chunk % parts);
      const part = { group, first, count: Math.min(OUTPUTS, groupO - first), panels: panelsOf(group), space };
      sweep(geometry, engine, addresses, { ...part, depth: isSwept ? taps : KC });
    });
  };
  return { bytes: places.bytes, run };
}

/** The weights' rows pass the packed image. */
function sweep({ n, pixels, o, groupO, taps }: Geometry, { tile, run }: Engine, at: Addresses, part: Part): void {
  const { group, first, count, panels, space, depth } = part;
  const size = itemSize(tile.dtype);
  const row = group * groupO + first;
  const columns = n * pixels;
  const to = at.out + size * row * pixels;
  const spare = space + roundUp(size * OUTPUTS * columns, 64);
  const c = n > 1 ? space : to;
  for (let p = 0; p < taps; p += depth)
    (p === 0 ? run.sweep : run.sweepOn)(
      ...[count, columns, Math.min(depth, taps - p), at.weight + size * (row * taps + p), size * taps],
      ...[panels.at + size * panels.extent * p, c, size * columns, spare],
    );
  if (n === 1) return;
  const { copy } = planeKernels(tile.dtype);
  for (let i = 0; i < n; i++)
    copy(count, 1, pixels, c + size * i * pixels, 0, size * columns, to + size * i * o * pixels, 0, size * pixels);
}
