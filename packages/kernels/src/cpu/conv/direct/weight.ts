/**
 * W[o, tap] = Σ grad[o, pixel] · image[pixel, tap], batch block by batch block.
 *
 * Images get their borders and gradients become panels first, for as many batch blocks as L3 holds; then each chunk sums
 * some taps over all those blocks.
 */
import type { ConvolutionOptions } from "../../../device.ts";
import { itemSize, type Real } from "../../../dtype.ts";
import { parallel } from "../../../threads/parallel.ts";
import { sizeOf, type View } from "../../../view.ts";
import { address, beginOperation, clear, scratch } from "../../../wasm/runtime.ts";
import { KC } from "../../matmul/block.ts";
import { tileFor } from "../../matmul/choice.ts";
import { type Engine, engineOf, roundUp } from "../../matmul/engine.ts";
import { multiplyPacked, type Panels, packBlock, packedScratch, panelBytes } from "../../matmul/panels.ts";
import {
  type Geometry,
  geometryOf,
  stripFor,
  tableBytes,
  writeOutputs,
  writePixels,
  writeSteps,
  writeTaps,
} from "../geometry.ts";
import { forwardLayer } from "../winograd/layer.ts";
import { runWinogradWeight } from "../winograd/weight.ts";
import { addPlaces, type Band, copyBorder, placesOf, type Strip } from "./bands.ts";
import { packerOfGathered } from "./engine.ts";

/**
 * Pixels summed from zero. Products of matrices take 256; here that errs up to eight times as much as PyTorch does, 64
 * less than three times (largest error, normal data).
 */
const SPAN = 64;
/** Bytes of prepared batch blocks. No bit depends on it. */
const PREPARED = 8 << 20;
/** Chunks of a product, about. */
const CHUNKS = 12;
/** Multiply-adds that are worth a chunk. */
const ENOUGH = 1 << 22;

interface WeightPlan {
  readonly geometry: Geometry;
  readonly engine: Engine;
  /** Images of a batch block, and batch blocks that are prepared at a time. */
  readonly together: number;
  readonly blocks: number;
  readonly strip: Strip;
  /** Bytes of the panels of one group of a batch block. */
  readonly bytesOfPanels: number;
  /** Where all these lie. */
  readonly at: Readonly<Record<"gradChannels" | "gradPixels" | "taps" | "pixels" | "border" | "panels", number>>;
  readonly bytes: number;
}

interface Addresses {
  readonly grad: number;
  readonly x: number;
  readonly out: number;
}

export function gradientOfWeight(grad: View, x: View, out: View, options: ConvolutionOptions): void {
  if (sizeOf(out.sizes) === 0) return;
  const dtype = out.dtype as Real;
  const size = itemSize(dtype);
  const geometry = geometryOf(x, out, grad, options);
  const layer = dtype === "float32" ? forwardLayer(geometry) : null;
  if (layer) {
    runWinogradWeight(layer, grad, x, out);
    return;
  }
  const { n, o, groupO, taps, pixels, oh } = geometry;
  if (n * pixels === 0) {
    beginOperation();
    clear(address(out), size * o * taps);
    return;
  }
  const found = weightPlan(geometry, dtype);
  beginOperation();
  const plan = { ...found, at: addPlaces(found.at, scratch(found.bytes)) };
  const addresses = { grad: address(grad), x: address(x), out: address(out) };
  const { at, strip, together } = plan;
  writeSteps(at.gradChannels, groupO, size * pixels);
  writeOutputs(at.gradPixels, geometry, together, size);
  writeTaps(at.taps, geometry, size, strip);
  writePixels(at.pixels, geometry, { images: together, rows: oh }, size, strip);
  for (let image = 0; image < n; image += together * plan.blocks) {
    const bands: Band[] = [];
    for (let i = image; i < Math.min(n, image + together * plan.blocks); i += together)
      bands.push({ image: i, images: Math.min(together, n - i), row: 0, rows: oh });
    prepare(plan, addresses, bands);
    multiply(plan, addresses, bands);
  }
}

function weightPlan(geometry: Geometry, dtype: Real): WeightPlan {
  const size = itemSize(dtype);
  const { n, c, o, groupO, taps, pixels, oh, options } = geometry;
  /** Part of the numbers: a batch block is as many images as have 256 pixels. */
  const together = Math.max(1, Math.min(n, Math.floor(KC / pixels)));
  const engine = engineOf(tileFor(dtype, o * taps * n * pixels));
  const strip = stripFor(geometry, size, { images: together, rows: oh }, c);
  const bytesOfPanels = roundUp(panelBytes(size, groupO, engine.tile.mr, together * pixels), 64);
  const most = Math.floor(PREPARED / (strip.bytes + options.groups * bytesOfPanels));
  const blocks = Math.max(1, Math.min(Math.ceil(n / together), most));
  const places = placesOf({
    ...{ gradChannels: tableBytes(groupO), gradPixels: tableBytes(together * pixels) },
    ...{ taps: tableBytes(taps), pixels: tableBytes(together * pixels) },
    ...{ border: blocks * strip.bytes, panels: blocks * options.groups * bytesOfPanels },
  });
  return { geometry, engine, together, blocks, strip, bytesOfPanels, ...places };
}

const panelsOf = ({ geometry, engine, at, bytesOfPanels }: WeightPlan, block: number, group: number): Panels => ({
  at: at.panels + (block * geometry.options.groups + group) * bytesOfPanels,
  extent: roundUp(geometry.groupO, engine.tile.mr),
});

/** Borders of the images, panels of the gradients. */
function prepare(plan: WeightPlan, { grad, x }: Addresses, bands: readonly Band[]): void {
  const { geometry, engine, together, strip, at } = plan;
  const { c, o, groupO, pixels, options } = geometry;
  const { dtype, mr } = engine.tile;
  const size = itemSize(dtype);
  const parts = Math.min(c, Math.ceil(CHUNKS / bands.length));
  if (strip.bytes > 0)
    parallel({ chunks: bands.length * parts, work: (bands.length * strip.bytes) / 4 }, (chunk) => {
      const [block, part] = [Math.floor(chunk / parts), chunk % parts];
      const first = Math.floor((c * part) / parts);
      const count = Math.floor((c * (part + 1)) / parts) - first;
      const to = at.border + block * strip.bytes + first * strip.plane;
      copyBorder(dtype, geometry, strip, bands[block]!, { x, above: 0, first, count, to });
    });
  const depths = Math.ceil((together * pixels) / KC);
  const chunks = bands.length * options.groups * depths;
  parallel({ chunks, work: (size * bands.length * together * pixels * o) / 4 }, (chunk) => {
    const item = Math.floor(chunk / depths);
    const [block, group] = [Math.floor(item / options.groups), item % options.groups];
    const { image, images } = bands[block]!;
    const from = grad + size * (image * o + group * groupO) * pixels;
    const packer = packerOfGathered(dtype, mr, { from, near: at.gradChannels, along: at.gradPixels });
    const extents = { extent: groupO, k: images * pixels };
    packBlock(size, packer, extents, panelsOf(plan, block, group), chunk % depths);
  });
}

/** Adds these batch blocks, in order, for some taps at a time. */
function multiply(plan: WeightPlan, { x, out }: Addresses, bands: readonly Band[]): void {
  const { geometry, engine, together, strip, at } = plan;
  const { groupO, groupC, taps, pixels, o, options } = geometry;
  const { dtype, nr } = engine.tile;
  const size = itemSize(dtype);
  const least = ENOUGH / (groupO * bands.length * together * pixels);
  const columns = roundUp(Math.min(taps, Math.max(least, taps / CHUNKS)), nr);
  const parts = Math.ceil(taps / columns);
  const work = (bands.length * together * pixels * o * taps) / 20;
  const local = packedScratch(engine, columns, together * pixels);
  parallel({ chunks: options.groups * parts, work, local }, (chunk, space) => {
    const [group, part] = [Math.floor(chunk / parts), chunk % parts];
    const first = columns * part;
    const c = out + size * (group * groupO * taps + first);
    bands.forEach((band, block) => {
      const { image, images } = band;
      const images0 = strip.bytes > 0 ? at.border + block * strip.bytes : x + image * strip.image;
      const from = images0 + group * groupC * strip.plane;
      const packB = packerOfGathered(dtype, nr, { from, near: at.taps + 4 * first, along: at.pixels });
      const sizes = { rows: groupO, columns: Math.min(columns, taps - first), k: images * pixels };
      const sum = { c, ldc: size * taps, isContinued: image > 0, span: SPAN };
      multiplyPacked(engine, sizes, { a: panelsOf(plan, block, group), b: packB, ...sum }, space);
    });
  });
}
