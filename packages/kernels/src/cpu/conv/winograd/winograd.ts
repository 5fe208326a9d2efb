/**
 * Winograd's convolution F(4×4, 3×3) in float32, forward and the gradient of the image: 36 products
 * M[tile, o] = V[tile, c] · U[c, o].
 *
 * Blocking   Many tiles: the weights are transformed once; then each chunk takes some tiles through everything. Few
 *            tiles: all of them are transformed once; then each chunk takes some output channels through everything,
 *            64 input channels at a time, so that transformed weights, four times as large, never leave L2.
 * Order      fixed by shape alone: sums over 16 channels, of which four are added, and then those.
 */

import { parallel } from "../../../threads/parallel.ts";
import type { View } from "../../../view.ts";
import { address, beginOperation, scratch } from "../../../wasm/runtime.ts";
import { commonKernels, roundUp } from "../../matmul/engine.ts";
import { addPlaces, type Band, bandsOf, copyBorder, placesOf, type Strip } from "../direct/bands.ts";
import { planeKernels } from "../direct/engine.ts";
import { tableBytes, writeGrid, writeSteps } from "../geometry.ts";
import {
  BLOCK,
  CHANNELS,
  EDGE,
  packSection,
  stepOf,
  tileStrip,
  type WinogradEngine,
  winogradEngine,
} from "./engine.ts";
import type { Layer } from "./layer.ts";
import { PLANES, SIDE } from "./transforms.ts";

/** Tiles of a chunk, about. */
const TILES = 48;
/** Tiles that count as few. */
const FEW_TILES = 64;
/** Nanoseconds for transforming the weights between two channels. */
const WEIGHT = 6;

interface WinogradPlan {
  readonly layer: Layer;
  readonly engine: WinogradEngine;
  readonly tilesX: number;
  readonly bands: readonly Band[];
  /** The border that a band's images get. */
  readonly strip: Strip;
  /** Tiles of a band. */
  readonly tiles: number;
  /** Channels with a border at a time, and output channels at a time. */
  readonly channels: number;
  readonly outputs: number;
  readonly isFew: boolean;
  /** Tiles reach beyond the output: they are computed in a place of their own. */
  readonly hasMargin: boolean;
  /** Bytes between rows and between planes where tiles are written. */
  readonly row: number;
  readonly plane: number;
  readonly stepV: number;
  readonly stepU: number;
  readonly stepM: number;
}

interface Addresses {
  readonly x: number;
  readonly weight: number;
  readonly bias: number | null;
  readonly out: number;
}

function winogradPlan(layer: Layer): WinogradPlan {
  const { n, c, o, oh, ow } = layer;
  const [tilesY, tilesX] = [Math.ceil(oh / EDGE), Math.ceil(ow / EDGE)];
  const total = n * tilesY * tilesX;
  const isFew = total <= FEW_TILES;
  const bands = isFew ? [{ image: 0, images: n, row: 0, rows: tilesY }] : bandsOf(n, tilesY, tilesX, TILES);
  const { images, rows } = bands[0]!;
  const engine = winogradEngine(PLANES * total * c * o);
  const hasMargin = oh % EDGE > 0 || ow % EDGE > 0;
  const channels = isFew ? Math.min(c, CHANNELS) : c;
  const outputs = isFew ? Math.min(o, CHANNELS) : o;
  const tiles = tilesOf(bands[0]!, tilesX);
  return {
    ...{ layer, engine, tilesX, bands, tiles, channels, outputs, isFew, hasMargin },
    strip: tileStrip({ images, rows, tilesX, channels }, SIDE),
    row: 4 * (hasMargin ? EDGE * tilesX : ow),
    plane: 4 * (hasMargin ? EDGE * EDGE * rows * tilesX : oh * ow),
    stepV: stepOf(4 * Math.ceil(tiles / 4) * c),
    stepU: stepOf(engine.tile.nr * Math.ceil(outputs / engine.tile.nr) * (isFew ? Math.min(c, BLOCK) : c)),
    stepM: stepOf(tiles * outputs),
  };
}

/** Of each thread: where it works. A part that it does not need has no bytes. */
const localOf = ({ strip, stepV, stepU, stepM, tiles, isFew, hasMargin, outputs }: WinogradPlan) =>
  placesOf({
    spare: 2048,
    border: strip.bytes,
    v: isFew ? 0 : PLANES * stepV,
    u: isFew ? PLANES * stepU : 0,
    m: PLANES * stepM,
    sums: 4 * tiles * outputs,
    margin: hasMargin ? 4 * EDGE * EDGE * tiles * outputs : 0,
  });

type Local = ReturnType<typeof localOf>["at"];

const tilesOf = ({ images, rows }: Band, tilesX: number): number => images * rows * tilesX;

const sharedOf = ({ layer: { c, o }, tiles, isFew, stepV, stepU }: WinogradPlan) =>
  placesOf({
    tiles: tableBytes(tiles),
    channels: tableBytes(c),
    to: tableBytes(tiles),
    weightsO: tableBytes(o),
    weightsC: tableBytes(c),
    panels: PLANES * (isFew ? stepV : stepU),
  });

type Shared = ReturnType<typeof sharedOf>["at"];

/** The convolution, or the gradient of its input, for a layer that Winograd suits. */
export function runWinograd(layer: Layer, x: View, weight: View, bias: View | null, out: View): void {
  const plan = winogradPlan(layer);
  const { c, o, strideO, strideC } = layer;
  const { tilesX, bands, strip } = plan;
  const { images, rows } = bands[0]!;
  const [shared, local] = [sharedOf(plan), localOf(plan)];
  beginOperation();
  const at = addPlaces(shared.at, scratch(shared.bytes));
  const addresses = { x: address(x), weight: address(weight), bias: bias && address(bias), out: address(out) };
  writeGrid(at.tiles, [images, rows, tilesX], [strip.image, EDGE * strip.row, 4 * EDGE]);
  const image = plan.plane * (plan.hasMargin ? plan.outputs : o);
  writeGrid(at.to, [images, rows, tilesX], [image, EDGE * plan.row, 4 * EDGE]);
  writeSteps(at.channels, c, strip.plane);
  writeSteps(at.weightsO, o, strideO);
  writeSteps(at.weightsC, c, strideC);
  const run = plan.isFew ? few : many;
  run(plan, addresses, at, local);
}

type Spaces = ReturnType<typeof localOf>;

/** The weights once, then tiles chunk by chunk. */
function many(plan: WinogradPlan, addresses: Addresses, at: Shared, { at: local, bytes }: Spaces): void {
  const { layer, bands, tiles } = plan;
  const { c, o } = layer;
  parallel({ chunks: Math.ceil(o / CHANNELS), work: c * o * WEIGHT }, (chunk) => {
    const first = CHANNELS * chunk;
    transformWeights(plan, addresses, at, {
      first,
      count: Math.min(CHANNELS, o - first),
      of: o,
      firstK: 0,
      depth: c,
      to: at.panels,
    });
  });
  const work = bands.length * tiles * (c * o + 12 * (c + o));
  parallel({ chunks: bands.length, work, local: bytes }, (chunk, space) => {
    const own = addPlaces(local, space);
    const band = bands[chunk]!;
    transformImages(plan, addresses, at, { band, first: 0, count: c, border: own.border, to: own.v });
    const part = { band, first: 0, count: o, firstK: 0, depth: c, v: own.v, u: at.panels };
    multiply(plan, own, part);
    finish(plan, own, part, addresses, at);
  });
}

/** The tiles once, then output channels chunk by chunk. */
function few(plan: WinogradPlan, addresses: Addresses, at: Shared, { at: local, bytes }: Spaces): void {
  const { layer, bands, tiles, channels, outputs } = plan;
  const { c, o } = layer;
  const band = bands[0]!;
  parallel({ chunks: Math.ceil(c / channels), work: 12 * tiles * c, local: bytes }, (chunk, space) => {
    const first = channels * chunk;
    const count = Math.min(channels, c - first);
    const border = addPlaces(local, space).border;
    transformImages(plan, addresses, at, { band, first, count, border, to: at.panels });
  });
  parallel({ chunks: Math.ceil(o / outputs), work: c * o * (WEIGHT + tiles), local: bytes }, (chunk, space) => {
    const own = addPlaces(local, space);
    const first = outputs * chunk;
    const count = Math.min(outputs, o - first);
    const range = { first, count, of: count, to: own.u };
    const part = { band, first, count, v: at.panels, u: own.u };
    for (let firstK = 0; firstK < c; firstK += BLOCK) {
      const depth = Math.min(BLOCK, c - firstK);
      transformWeights(plan, addresses, at, { ...range, firstK, depth });
      multiply(plan, own, { ...part, firstK, depth });
    }
    finish(plan, own, part, addresses, at);
  });
}

/** Weights of some output channels, a part of `of` or all, and some input channels become panels. */
function transformWeights(
  { layer, engine, stepU }: WinogradPlan,
  { weight }: Addresses,
  at: Shared,
  range: { readonly [N in "first" | "count" | "of" | "firstK" | "depth" | "to"]: number },
): void {
  const { first, count, of, firstK, depth, to } = range;
  const section = { first: of > count ? first : 0, extent: count, of, firstK: 0, depth, k: depth };
  const weights = { from: weight, row: 0, near: at.weightsO + 4 * first, along: at.weightsC + 4 * firstK };
  packSection(engine.tile.nr, layer.source, section, weights, { to, step: stepU });
}

/** Some channels of a band become panels. */
function transformImages(
  { layer, tilesX, strip, stepV }: WinogradPlan,
  { x }: Addresses,
  at: Shared,
  range: { readonly [N in "first" | "count" | "border" | "to"]: number } & { readonly band: Band },
): void {
  const { band, first, count, border, to } = range;
  copyBorder("float32", layer, strip, band, { x, above: EDGE * band.row, first, count, to: border });
  const tiles = tilesOf(band, tilesX);
  const section = { first: 0, extent: tiles, of: tiles, firstK: first, depth: count, k: layer.c };
  const images = { from: border, row: strip.row, near: at.tiles, along: at.channels };
  packSection(4, "image", section, images, { to, step: stepV });
}

/** Some output channels of a band. */
interface Part {
  readonly band: Band;
  readonly first: number;
  readonly count: number;
}

/** The products over some input channels. */
function multiply(
  { engine, tilesX, stepV, stepU, stepM }: WinogradPlan,
  { m, sums, spare }: Local,
  part: Part & { readonly [N in "firstK" | "depth" | "v" | "u"]: number },
): void {
  const { band, count, firstK, depth, v, u } = part;
  const tiles = tilesOf(band, tilesX);
  const from = v + 4 * roundUp(tiles, 4) * firstK;
  engine.blocks(Number(firstK === 0), tiles, count, depth, from, stepV, u, stepU, m, stepM, 4 * count, sums, spare);
}

/** Products become pixels. */
function finish(plan: WinogradPlan, own: Local, part: Part, addresses: Addresses, at: Shared): void {
  const { layer, engine, tilesX, hasMargin, stepM, row, plane, outputs } = plan;
  const { o, oh, ow } = layer;
  const { band, first, count } = part;
  const tiles = tilesOf(band, tilesX);
  const top = EDGE * band.row;
  const out = addresses.out + 4 * (((band.image * o + first) * oh + top) * ow);
  const to = hasMargin ? own.margin : out;
  engine.output(tiles, count, own.m, 4 * count, stepM, to, at.to, row, plane, own.spare);
  const rows = Math.min(EDGE * band.rows, oh - top);
  const { copy } = planeKernels("float32");
  for (let i = 0; i < band.images; i++) {
    const image = out + 4 * i * o * oh * ow;
    if (hasMargin) copy(count, rows, ow, to + i * outputs * plane, row, plane, image, 4 * ow, 4 * oh * ow);
    if (addresses.bias !== null) {
      const { bias } = commonKernels("float32");
      bias(count, rows * ow, image, 4 * oh * ow, 4, addresses.bias + 4 * first, 4, 0);
    }
  }
}
