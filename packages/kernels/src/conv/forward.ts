/** out[o, pixel] = W[o, tap] · image[tap, pixel] + bias[o], for each group and some images at a time. */
import type { ConvolutionOptions } from "../device.ts";
import { itemSize } from "../dtype.ts";
import type { Real } from "../matmul/elements.ts";
import { commonKernels, roundUp } from "../matmul/engine.ts";
import { address, beginOperation, bytes, scratch } from "../runtime.ts";
import { sizeOf, type View } from "../view.ts";
import {
  borderBytes,
  imagesTogether,
  type Product,
  planeKernels,
  productOf,
  runProduct,
  withBorder,
} from "./engine.ts";
import { type Geometry, geometryOf, tableBytes, writePixels, writeTaps } from "./geometry.ts";

interface Places {
  readonly x: number;
  readonly weight: number;
  readonly out: number;
  readonly border: number;
  readonly taps: number;
  readonly pixels: number;
  /** Where C is computed when it holds several images. */
  readonly c: number;
  readonly space: number;
}

/** As `Device.conv2d` says. */
export function conv2d(x: View, weight: View, bias: View | null, out: View, options: ConvolutionOptions): void {
  if (sizeOf(out.shape) === 0) return;
  const dtype = out.dtype as Real;
  const size = itemSize(dtype);
  const geometry = geometryOf(x, weight, out, options);
  const { n, groupO, taps, pixels, c, h, w, o } = geometry;
  const together = imagesTogether(geometry);
  const product = productOf(dtype, { rows: groupO, columns: together * pixels, k: taps }, true);
  const bytesOfBorder = roundUp(borderBytes(geometry, together, size), 64);
  const bytesOfC = together > 1 ? roundUp(size * groupO * together * pixels, 64) : 0;
  const bytesOfTables = tableBytes(taps) + tableBytes(together * pixels);
  beginOperation();
  const border = scratch(bytesOfBorder + bytesOfTables + bytesOfC + product.scratch);
  const atTaps = border + bytesOfBorder;
  const places = {
    ...{ x: address(x), weight: address(weight), out: address(out), border, taps: atTaps },
    pixels: atTaps + tableBytes(taps),
    c: atTaps + bytesOfTables,
    space: atTaps + bytesOfTables + bytesOfC,
  };
  writeTaps(places.taps, geometry, size);
  writePixels(places.pixels, geometry, together, size);
  for (let image = 0; image < n; image += together) {
    const images = Math.min(together, n - image);
    const from = withBorder(geometry, images, places.x + size * image * c * h * w, border, dtype);
    const at = { ...places, x: from, out: places.out + size * image * o * pixels };
    for (let group = 0; group < options.groups; group++) convolve(product, geometry, at, { group, images, together });
  }
  if (bias) addBias(geometry, places.out, address(bias), dtype);
}

/** One group of `images` images. */
function convolve(
  product: Product,
  { groupC, groupO, paddedH, paddedW, pixels, o, taps }: Geometry,
  at: Places,
  { group, images, together }: { readonly group: number; readonly images: number; readonly together: number },
): void {
  const { dtype } = product;
  const size = itemSize(dtype);
  const columns = images * pixels;
  const to = at.out + size * group * groupO * pixels;
  const c = together > 1 ? at.c : to;
  const a = { at: at.weight + size * group * groupO * taps, row: size * taps, column: size };
  const b = { from: at.x + size * group * groupC * paddedH * paddedW, near: at.pixels, along: at.taps };
  if (taps === 0) bytes().fill(0, c, c + size * groupO * columns);
  else runProduct(product, { rows: groupO, columns, k: taps }, { a, b, c, ldc: size * columns }, at.space);
  if (together === 1) return;
  const { copy } = planeKernels(dtype);
  for (let i = 0; i < images; i++) {
    const from = c + size * i * pixels;
    copy(groupO, 1, pixels, from, size * columns, to + size * i * o * pixels, 0, size * pixels);
  }
}

function addBias({ n, o, pixels }: Geometry, out: number, bias: number, dtype: Real): void {
  const size = itemSize(dtype);
  const add = commonKernels(dtype).bias;
  for (let i = 0; i < n; i++) add(o, pixels, out + size * i * o * pixels, size * pixels, size, bias, size, 0);
}
