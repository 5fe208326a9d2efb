/**
 * taps[tap, pixel] = Wᵀ[tap, o] · grad[o, pixel] for some channels and images at a time; then the taps are added to the
 * gradient of x, in the order of the window.
 */
import type { ConvolutionOptions } from "../device.ts";
import { itemSize } from "../dtype.ts";
import type { Real } from "../matmul/elements.ts";
import { roundUp } from "../matmul/engine.ts";
import { type Plan, planOf, runPlan } from "../matmul/plan.ts";
import { address, beginOperation, bytes, scratch } from "../runtime.ts";
import { sizeOf, type View } from "../view.ts";
import { imagesTogether, type Product, planeKernels, productOf, runProduct } from "./engine.ts";
import { type Geometry, geometryOf, tableBytes, writeOutputs, writeSteps } from "./geometry.ts";

/** Elements of `taps` at a time: about what L2 holds. No bit depends on it. */
const TAPS = 1 << 18;
/** Pixels up to which packing the weights would cost more than multiplying them. */
const FEW_PIXELS = 8;

interface Places {
  readonly grad: number;
  readonly weight: number;
  readonly x: number;
  readonly pixels: number;
  readonly channels: number;
  readonly taps: number;
  readonly space: number;
  /** The product of all channels of one small image, in which the weights are read where they are. */
  readonly few: Plan | null;
}

/** As `Device.conv2dInput` says. */
export function conv2dInput(grad: View, weight: View, out: View, options: ConvolutionOptions): void {
  if (sizeOf(out.shape) === 0) return;
  const dtype = out.dtype as Real;
  const size = itemSize(dtype);
  const geometry = geometryOf(out, weight, grad, options);
  const { n, c, h, w, o, kh, kw, groupC, groupO, pixels } = geometry;
  const isEmpty = n * o * kh * kw * pixels === 0;
  const together = isEmpty ? 1 : imagesTogether(geometry);
  const channels = Math.min(groupC, Math.max(1, Math.floor(TAPS / Math.max(1, kh * kw * together * pixels))));
  const product = productOf(dtype, { rows: channels * kh * kw, columns: together * pixels, k: groupO }, false);
  const isFew = together === 1 && pixels <= FEW_PIXELS && channels === groupC;
  const few = isFew ? fewPixels(dtype, geometry) : null;
  const bytesOfTaps = roundUp(size * channels * kh * kw * together * pixels, 64);
  beginOperation();
  const at = scratch(
    tableBytes(together * pixels) + tableBytes(groupO) + bytesOfTaps + Math.max(product.scratch, few?.scratch ?? 0),
  );
  const atChannels = at + tableBytes(together * pixels);
  const places = {
    ...{ grad: address(grad), weight: address(weight), x: address(out), pixels: at, channels: atChannels },
    taps: atChannels + tableBytes(groupO),
    space: atChannels + tableBytes(groupO) + bytesOfTaps,
    few,
  };
  bytes().fill(0, places.x, places.x + size * n * c * h * w);
  if (isEmpty) return;
  writeOutputs(places.pixels, geometry, together, size);
  writeSteps(places.channels, groupO, size * pixels);
  for (let image = 0; image < n; image += together) {
    const images = Math.min(together, n - image);
    for (let channel = 0; channel < c; ) {
      const group = Math.floor(channel / groupC);
      const count = Math.min(channels, (group + 1) * groupC - channel);
      addChannels(product, geometry, places, { image, images, channel, count });
      channel += count;
    }
  }
}

function fewPixels(dtype: Real, { taps, pixels, groupO }: Geometry): Plan {
  const size = itemSize(dtype);
  return planOf(
    dtype,
    { rows: taps, columns: pixels, k: groupO },
    {
      a: { row: size, column: size * taps },
      b: { row: size * pixels, column: size },
      c: { row: size * pixels, column: size },
    },
  );
}

/** Adds what `count` channels of some images receive. */
function addChannels(
  product: Product,
  geometry: Geometry,
  at: Places,
  part: { readonly image: number; readonly images: number; readonly channel: number; readonly count: number },
): void {
  const { c, h, w, o, kh, kw, groupC, groupO, pixels, taps: k } = geometry;
  const { image, images, channel, count } = part;
  const size = itemSize(product.dtype);
  const group = Math.floor(channel / groupC);
  const columns = images * pixels;
  const weight = at.weight + size * (group * groupO * k + (channel - group * groupC) * kh * kw);
  const a = { at: weight, row: size, column: size * k };
  const b = { from: at.grad + size * (image * o + group * groupO) * pixels, near: at.pixels, along: at.channels };
  const sizes = { rows: count * kh * kw, columns, k: groupO };
  if (at.few) runPlan(at.few, { a: a.at, b: b.from, c: at.taps }, at.space);
  else runProduct(product, sizes, { a, b, c: at.taps, ldc: size * columns }, at.space);
  for (let i = 0; i < images; i++)
    addTaps(geometry, product.dtype, count, {
      from: at.taps + size * i * pixels,
      rowBytes: size * columns,
      to: at.x + size * ((image + i) * c + channel) * h * w,
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
