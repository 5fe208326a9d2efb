/**
 * taps[tap, pixel] = Wᵀ[tap, o] · grad[o, pixel]; then the taps are added to the gradient of x, in the order of the
 * window. The output's gradient becomes panels once, for some images at a time; each chunk is some input channels.
 */
import type { ConvolutionOptions } from "../../../device.ts";
import { itemSize, type Real } from "../../../dtype.ts";
import { parallel } from "../../../threads/parallel.ts";
import { sizeOf, type View } from "../../../view.ts";
import { address, beginOperation, clear, scratch } from "../../../wasm/runtime.ts";
import { tileFor } from "../../matmul/choice.ts";
import { type Engine, engineOf, packerOfRows, roundUp } from "../../matmul/engine.ts";
import { multiplyPacked, type Panels, packAll, packedScratch, panelBytes } from "../../matmul/panels.ts";
import { type MatmulPlan, matmulPlan, runPlan } from "../../matmul/plan.ts";
import { type Geometry, geometryOf, tableBytes, writeOutputs, writeSteps } from "../geometry.ts";
import { backwardLayer } from "../winograd/layer.ts";
import { runWinograd } from "../winograd/winograd.ts";
import { addPlaces, placesOf } from "./bands.ts";
import { packerOfGathered, planeKernels } from "./engine.ts";

/** Elements of `taps` in a chunk: they stay in L2. No bit depends on it, nor on the next two. */
const TAPS = 1 << 16;
/** Columns of a product over several images. */
const COLUMNS = 2048;
/** Pixels from which an image is worth a product of its own. */
const LARGE_IMAGE = 256;
/** Pixels up to which packing the weights would cost more than multiplying them. */
const FEW_PIXELS = 8;

interface InputPlan {
  readonly geometry: Geometry;
  readonly engine: Engine;
  /** Images and channels of a product. */
  readonly together: number;
  readonly channels: number;
  /** The product of so many channels of one small image, in which the weights are read where they are. */
  readonly few: ((channels: number) => MatmulPlan) | null;
}

interface Addresses {
  readonly grad: number;
  readonly weight: number;
  readonly x: number;
}

export function gradientOfInput(grad: View, weight: View, out: View, options: ConvolutionOptions): void {
  if (sizeOf(out.sizes) === 0) return;
  const dtype = out.dtype as Real;
  const size = itemSize(dtype);
  const geometry = geometryOf(out, weight, grad, options);
  const layer = dtype === "float32" ? backwardLayer(geometry) : null;
  if (layer) {
    runWinograd(layer, grad, weight, null, out);
    return;
  }
  const { n, c, h, w, o, kh, kw, groupO, pixels } = geometry;
  if (n * o * kh * kw * pixels === 0) {
    beginOperation();
    clear(address(out), size * n * c * h * w);
    return;
  }
  const plan = inputPlan(geometry, dtype);
  const columns = plan.together * pixels;
  const places = placesOf({
    ...{ pixels: tableBytes(columns), channels: tableBytes(groupO) },
    panels: plan.few ? 0 : panelBytes(size, columns, plan.engine.tile.nr, groupO),
  });
  beginOperation();
  const at = addPlaces(places.at, scratch(places.bytes));
  const addresses = { grad: address(grad), weight: address(weight), x: address(out) };
  writeOutputs(at.pixels, geometry, plan.together, size);
  writeSteps(at.channels, groupO, size * pixels);
  for (let image = 0; image < n; image += plan.together)
    for (let group = 0; group < options.groups; group++) {
      const part = { image, images: Math.min(plan.together, n - image), group };
      const panels = { at: at.panels, extent: roundUp(part.images * pixels, plan.engine.tile.nr) };
      if (!plan.few) packGrad(plan, addresses.grad, part, { near: at.pixels, along: at.channels, panels });
      addProducts(plan, addresses, part, panels);
    }
}

function inputPlan(geometry: Geometry, dtype: Real): InputPlan {
  const { n, c, o, kh, kw, groupC, groupO, pixels, taps } = geometry;
  const size = itemSize(dtype);
  const together = pixels >= LARGE_IMAGE ? 1 : Math.min(n, Math.floor(COLUMNS / pixels));
  const most = Math.floor(TAPS / (kh * kw * together * pixels));
  const channels = Math.min(groupC, Math.max(1, most > 4 ? most & ~3 : most));
  const engine = engineOf(tileFor(dtype, n * c * o * kh * kw * pixels));
  const plans = new Map<number, MatmulPlan>();
  for (const count of n === 1 && pixels <= FEW_PIXELS ? [channels, groupC % channels || channels] : [])
    plans.set(
      count,
      matmulPlan(
        dtype,
        { rows: count * kh * kw, columns: pixels, k: groupO },
        {
          a: { row: size, column: size * taps },
          b: { row: size * pixels, column: size },
          c: { row: size * pixels, column: size },
        },
      ),
    );
  return { geometry, engine, together, channels, few: plans.size > 0 ? (count) => plans.get(count)! : null };
}

/** One group of some images. */
interface Part {
  readonly image: number;
  readonly images: number;
  readonly group: number;
}

function packGrad(
  { geometry: { o, groupO, pixels }, engine }: InputPlan,
  grad: number,
  { image, images, group }: Part,
  { near, along, panels }: { readonly near: number; readonly along: number; readonly panels: Panels },
): void {
  const { dtype, nr } = engine.tile;
  const size = itemSize(dtype);
  const columns = images * pixels;
  const from = grad + size * (image * o + group * groupO) * pixels;
  packAll(size, packerOfGathered(dtype, nr, { from, near, along }), { extent: columns, k: groupO }, panels);
}

/** The products of a group's channels with the packed gradient, chunk by chunk, and their sums. */
function addProducts(plan: InputPlan, at: Addresses, { image, images, group }: Part, panels: Panels): void {
  const { geometry, engine, channels, few } = plan;
  const { c, h, w, kh, kw, groupC, groupO, pixels, taps: k } = geometry;
  const { dtype } = engine.tile;
  const size = itemSize(dtype);
  const columns = images * pixels;
  const bytesOfTaps = roundUp(size * channels * kh * kw * columns, 64);
  const local =
    bytesOfTaps +
    (few
      ? Math.max(few(channels).scratch, few(groupC % channels || channels).scratch)
      : packedScratch(engine, channels * kh * kw, groupO));
  const work = (groupC * kh * kw * columns * groupO) / 20;
  parallel({ chunks: Math.ceil(groupC / channels), work, local }, (chunk, taps) => {
    const first = chunk * channels;
    const count = Math.min(channels, groupC - first);
    const weight = at.weight + size * (group * groupO * k + first * kh * kw);
    const space = taps + bytesOfTaps;
    if (few) runPlan(few(count), { a: weight, b: at.grad + size * group * groupO * pixels, c: taps }, space);
    else {
      const a = packerOfRows(engine, { at: weight, row: size, column: size * k });
      const sizes = { rows: count * kh * kw, columns, k: groupO };
      multiplyPacked(engine, sizes, { a, b: panels, c: taps, ldc: size * columns }, space);
    }
    for (let i = 0; i < images; i++) {
      const to = at.x + size * ((image + i) * c + group * groupC + first) * h * w;
      clear(to, size * count * h * w);
      addTaps(geometry, dtype, count, { from: taps + size * i * pixels, rowBytes: size * columns, to });
    }
  });
}

/** The outputs along one dimension whose window's element at `offset` lies inside the image, from first to last. */
function inside(offset: number, stride: number, extent: number, outputs: number): readonly [number, number] {
  const first = Math.max(0, Math.ceil(-offset / stride));
  return [first, Math.min(outputs - 1, Math.floor((extent - 1 - offset) / stride))];
}

/**
 * Adds the taps of `channels` channels of one image: rows of `from`, `rowBytes` apart, one for each channel and tap.
 */
function addTaps(
  { h, w, kh, kw, oh, ow, options }: Geometry,
  dtype: Real,
  channels: number,
  { from, rowBytes, to }: { readonly from: number; readonly rowBytes: number; readonly to: number },
): void {
  const size = itemSize(dtype);
  const { add } = planeKernels(dtype);
  const { stride, padding, dilation } = options;
  for (let y = 0; y < kh; y++) {
    const top = y * dilation[0] - padding[0];
    const [firstY, lastY] = inside(top, stride[0], h, oh);
    for (let x = 0; x < kw; x++) {
      const left = x * dilation[1] - padding[1];
      const [firstX, lastX] = inside(left, stride[1], w, ow);
      if (lastY < firstY || lastX < firstX) continue;
      const read = from + rowBytes * (y * kw + x) + size * (firstY * ow + firstX);
      const write = to + size * ((firstY * stride[0] + top) * w + firstX * stride[1] + left);
      add(
        ...[channels, lastY - firstY + 1, lastX - firstX + 1, read, size * ow, rowBytes * kh * kw],
        ...[write, size * stride[1], size * stride[0] * w, size * h * w],
      );
    }
  }
}
