/**
 * Winograd's convolution F(4×4, 3×3) in float32, the gradient of the weights: 36 products
 * dU[o, c] = Σ Y[tile, o] · V[tile, c].
 *
 * Blocking   as many tiles at a time as L3 holds; chunks of channels are transformed, then chunks of the 36 matrices
 *            are multiplied, and at the end chunks of output channels are transformed back.
 * Order      fixed by shape alone: tiles in order in sums of 16, which start anew with every block of tiles.
 */

import { parallel } from "../../../threads/parallel.ts";
import type { View } from "../../../view.ts";
import { address, beginOperation, scratch } from "../../../wasm/runtime.ts";
import { roundUp } from "../../matmul/engine.ts";
import {
  addPlaces,
  type Band,
  bandsOf,
  copyBorder,
  directStrip,
  type Images,
  placesOf,
  type Strip,
} from "../direct/bands.ts";
import { tableBytes, writeGrid, writeSteps } from "../geometry.ts";
import { CHANNELS, EDGE, packKernel, stepOf, tileStrip, type WinogradEngine, winogradEngine } from "./engine.ts";
import type { Layer } from "./layer.ts";
import { PLANES, SIDE } from "./transforms.ts";

/** Bytes of transformed tiles at a time. Part of the numbers. */
const BLOCK = 6 << 20;
/** Matrices of a chunk. */
const MATRICES = 3;

/** One of the two operands: what is transformed, and into which panels. */
interface Operand {
  readonly source: "image" | "gradient";
  readonly images: Images;
  readonly width: number;
  readonly strip: Strip;
  readonly step: number;
}

interface WinogradWeightPlan {
  readonly engine: WinogradEngine;
  readonly tilesX: number;
  readonly bands: readonly Band[];
  readonly tiles: number;
  readonly grad: Operand;
  readonly x: Operand;
  readonly stepW: number;
}

function winogradWeightPlan({ n, c, h, w, o, oh, ow, padding }: Layer): WinogradWeightPlan {
  const [tilesY, tilesX] = [Math.ceil(oh / EDGE), Math.ceil(ow / EDGE)];
  const most = Math.floor(BLOCK / (4 * PLANES * (c + o)));
  const bands = bandsOf(n, tilesY, tilesX, most);
  const { images, rows } = bands[0]!;
  const tiles = images * rows * tilesX;
  const engine = winogradEngine(PLANES * n * tilesY * tilesX * c * o);
  const { nr } = engine.tile;
  const strip = (reach: number): Strip => tileStrip({ images, rows, tilesX, channels: CHANNELS }, reach);
  const isDirect = oh % EDGE === 0 && ow % EDGE === 0;
  const gradients = { c: o, h: oh, w: ow, padding: [0, 0] } as const;
  return {
    ...{ engine, tilesX, bands, tiles, stepW: stepOf(o * c) },
    grad: {
      ...{ source: "gradient", images: gradients, width: 4 },
      strip: isDirect ? directStrip(4, gradients) : strip(EDGE),
      step: stepOf(roundUp(o, 4) * tiles),
    },
    x: {
      ...{ source: "image", images: { c, h, w, padding }, width: nr, strip: strip(SIDE) },
      step: stepOf(roundUp(c, nr) * tiles),
    },
  };
}

/** Where an operand lies: itself, its panels, and the tables of its channels and tiles. */
interface Places {
  readonly from: number;
  readonly panels: number;
  readonly channels: number;
  readonly tiles: number;
}

/** The gradient of the weight, for a layer that Winograd suits. */
export function runWinogradWeight(layer: Layer, grad: View, x: View, out: View): void {
  const plan = winogradWeightPlan(layer);
  const { c, o } = layer;
  const { tiles, bands, tilesX, stepW } = plan;
  const shared = placesOf({
    ...{
      gradChannels: tableBytes(o),
      gradTiles: tableBytes(tiles),
      xChannels: tableBytes(c),
      xTiles: tableBytes(tiles),
    },
    ...{ gradPanels: PLANES * plan.grad.step, xPanels: PLANES * plan.x.step, weights: PLANES * stepW },
  });
  beginOperation();
  const at = addPlaces(shared.at, scratch(shared.bytes));
  const atGrad = { from: address(grad), panels: at.gradPanels, channels: at.gradChannels, tiles: at.gradTiles };
  const atX = { from: address(x), panels: at.xPanels, channels: at.xChannels, tiles: at.xTiles };
  for (const [operand, places] of [
    [plan.grad, atGrad],
    [plan.x, atX],
  ] as const) {
    const { image, row } = operand.strip;
    const { images, rows } = bands[0]!;
    writeGrid(places.tiles, [images, rows, tilesX], [image, EDGE * row, 4 * EDGE]);
    writeSteps(places.channels, operand.images.c, operand.strip.plane);
  }
  bands.forEach((band, i) => {
    transformBoth(plan, band, atGrad, atX);
    multiply(layer, plan, band, { a: at.gradPanels, b: at.xPanels, c: at.weights, isFirst: i === 0 });
  });
  const to = address(out);
  parallel({ chunks: Math.ceil(o / CHANNELS), work: 6 * c * o, local: 1024 }, (chunk, spare) => {
    const first = CHANNELS * chunk;
    const rows = Math.min(CHANNELS, o - first);
    plan.engine.weights(rows, c, at.weights + 4 * first * c, 4 * c, stepW, to + 36 * first * c, spare);
  });
}

/** Both operands' panels, in chunks of channels. */
function transformBoth({ grad, x, tilesX }: WinogradWeightPlan, band: Band, atGrad: Places, atX: Places): void {
  const tiles = band.images * band.rows * tilesX;
  const chunksOf = ({ images }: Operand): number => Math.ceil(images.c / CHANNELS);
  const local = Math.max(grad.strip.bytes, x.strip.bytes);
  const work = 12 * tiles * (grad.images.c + x.images.c);
  parallel({ chunks: chunksOf(grad) + chunksOf(x), work, local }, (chunk, border) => {
    const isGrad = chunk < chunksOf(grad);
    const first = CHANNELS * (isGrad ? chunk : chunk - chunksOf(grad));
    transform(isGrad ? grad : x, band, tiles, { first, border, at: isGrad ? atGrad : atX });
  });
}

function transform(
  { source, images, width, strip, step }: Operand,
  band: Band,
  tiles: number,
  { first, border, at }: { readonly first: number; readonly border: number; readonly at: Places },
): void {
  const count = Math.min(CHANNELS, images.c - first);
  const from = copyBorder("float32", images, strip, band, {
    x: at.from,
    above: EDGE * band.row,
    first,
    count,
    to: border,
  });
  packKernel(width, source)(
    ...[count, tiles, from, strip.row, at.channels, at.tiles],
    ...[at.panels + 4 * first * tiles, 4 * width * tiles, step],
  );
}

function multiply(
  { c, o }: Layer,
  { engine, grad, x, tilesX, stepW }: WinogradWeightPlan,
  band: Band,
  at: { readonly a: number; readonly b: number; readonly c: number; readonly isFirst: boolean },
): void {
  const tiles = band.images * band.rows * tilesX;
  const run = at.isFirst ? engine.first : engine.next;
  parallel({ chunks: PLANES / MATRICES, work: tiles * c * o, local: 1024 }, (chunk, spare) => {
    const i = MATRICES * chunk;
    const [a, b, to] = [at.a + i * grad.step, at.b + i * x.step, at.c + i * stepW];
    run(MATRICES, o, c, tiles, a, grad.step, b, x.step, to, stepW, 4 * c, spare);
  });
}
