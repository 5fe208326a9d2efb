/**
 * out[o, pixel] = W[o, tap] · image[tap, pixel] + bias[o].
 *
 * Many pixels    the weights are packed once; each chunk is a band of pixels.
 * Few pixels     few.ts
 */
import type { ConvolutionOptions } from "../../../device.ts";
import { itemSize, type Real } from "../../../dtype.ts";
import { parallel } from "../../../threads/parallel.ts";
import { sizeOf, type View } from "../../../view.ts";
import { address, beginOperation, clear, scratch } from "../../../wasm/runtime.ts";
import { KC } from "../../matmul/block.ts";
import { tileFor } from "../../matmul/choice.ts";
import { commonKernels, type Engine, engineOf, packerOfRows, roundUp } from "../../matmul/engine.ts";
import { multiplyPacked, type Panels, packBlock, packedScratch, panelBytes } from "../../matmul/panels.ts";
import { type Geometry, geometryOf, stripFor, tableBytes, writePixels, writeTaps } from "../geometry.ts";
import { forwardLayer } from "../winograd/layer.ts";
import { runWinograd } from "../winograd/winograd.ts";
import { addPlaces, type Band, bandsOf, copyBorder, placesOf } from "./bands.ts";
import { packerOfGathered, planeKernels } from "./engine.ts";
import { type Addresses, type FewPlan, fewPlan } from "./few.ts";

/** Pixels of a band, about. */
const PIXELS = 256;
/** Pixels of all images that count as few: they are packed once for all threads. */
const FEW = 1024;

export function forward(x: View, weight: View, out: View, options: ConvolutionOptions): void {
  if (sizeOf(out.sizes) === 0) return;
  const { bias = null } = options;
  const dtype = out.dtype as Real;
  const geometry = geometryOf(x, weight, out, options);
  const layer = dtype === "float32" ? forwardLayer(geometry) : null;
  if (layer) {
    runWinograd(layer, x, weight, bias, out);
    return;
  }
  const { n, pixels, taps, o } = geometry;
  const isFew = n * pixels <= FEW;
  const plan = isFew ? fewPlan(geometry, dtype) : manyPlan(geometry, dtype);
  beginOperation();
  const space = scratch(plan.bytes);
  const at = { x: address(x), weight: address(weight), bias: bias && address(bias), out: address(out) };
  if (taps === 0) clear(at.out, itemSize(dtype) * n * o * pixels);
  else plan.run(space, at);
  if (bias) addBias(geometry, dtype, at);
}

function addBias({ n, o, pixels }: Geometry, dtype: Real, { out, bias }: Addresses): void {
  const size = itemSize(dtype);
  const add = commonKernels(dtype).bias;
  parallel({ chunks: n, work: (size * n * o * pixels) / 8 }, (image) => {
    add(o, pixels, out + size * image * o * pixels, size * pixels, size, bias!, size, 0);
  });
}

function manyPlan(geometry: Geometry, dtype: Real): FewPlan {
  const size = itemSize(dtype);
  const { n, oh, ow, o, groupC, groupO, taps, options } = geometry;
  const engine = engineOf(tileFor(dtype, n * o * oh * ow * taps));
  const { mr } = engine.tile;
  const bands = bandsOf(n, oh, ow, PIXELS);
  const { images, rows } = bands[0]!;
  const strip = stripFor(geometry, size, bands[0]!, groupC);
  const pixels = images * rows * ow;
  const bytesOfGroup = roundUp(panelBytes(size, groupO, mr, taps), 64);
  const shared = placesOf({
    ...{ taps: tableBytes(taps), pixels: tableBytes(pixels), panels: options.groups * bytesOfGroup },
  });
  const local = placesOf({
    ...{ border: strip.bytes, c: images > 1 ? size * groupO * pixels : 0, space: packedScratch(engine, pixels, taps) },
  });
  const run = (space: number, { x, weight, out }: Addresses): void => {
    const at = addPlaces(shared.at, space);
    writeTaps(at.taps, geometry, size, strip);
    writePixels(at.pixels, geometry, bands[0]!, size, strip);
    const panelsOf = (group: number): Panels => ({ at: at.panels + group * bytesOfGroup, extent: roundUp(groupO, mr) });
    const blocks = Math.ceil(taps / KC);
    parallel({ chunks: options.groups * blocks, work: (size * o * taps) / 4 }, (chunk) => {
      const group = Math.floor(chunk / blocks);
      const from = { at: weight + size * group * groupO * taps, row: size * taps, column: size };
      packBlock(size, packerOfRows(engine, from), { extent: groupO, k: taps }, panelsOf(group), chunk % blocks);
    });
    const work = (n * o * oh * ow * taps) / 20;
    parallel({ chunks: bands.length * options.groups, work, local: local.bytes }, (chunk, space) => {
      const band = bands[Math.floor(chunk / options.groups)]!;
      const group = chunk % options.groups;
      const own = addPlaces(local.at, space);
      const above = band.row * options.stride[0];
      const border = { x, above, first: group * groupC, count: groupC, to: own.border };
      const from = copyBorder(dtype, geometry, strip, band, border);
      const packB = packerOfGathered(dtype, engine.tile.nr, { from, near: at.pixels, along: at.taps });
      multiplyBand(geometry, engine, band, { group, a: panelsOf(group), b: packB, c: own.c, out, space: own.space });
    });
  };
  return { bytes: shared.bytes, run };
}

/** One group of a band. The result is written directly if it comes from one image. */
function multiplyBand(
  { oh, ow, o, groupO, taps }: Geometry,
  engine: Engine,
  { image, images, row, rows }: Band,
  part: {
    readonly group: number;
    readonly a: Panels;
    readonly b: ReturnType<typeof packerOfGathered>;
    readonly c: number;
    readonly out: number;
    readonly space: number;
  },
): void {
  const { dtype } = engine.tile;
  const size = itemSize(dtype);
  const { group, a, b, space } = part;
  const columns = images * rows * ow;
  const to = part.out + size * (((image * o + group * groupO) * oh + row) * ow);
  const c = images > 1 ? part.c : to;
  const ldc = size * (images > 1 ? columns : oh * ow);
  multiplyPacked(engine, { rows: groupO, columns, k: taps }, { a, b, c, ldc }, space);
  if (images === 1) return;
  const { copy } = planeKernels(dtype);
  const pixels = oh * ow;
  for (let i = 0; i < images; i++)
    copy(groupO, 1, pixels, c + size * i * pixels, 0, size * columns, to + size * i * o * pixels, 0, size * pixels);
}
