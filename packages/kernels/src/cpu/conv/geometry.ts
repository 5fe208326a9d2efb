/** The sizes of a convolution, in elements, and where the elements of its matrices lie. */
import type { ConvolutionOptions } from "../../device.ts";
import type { View } from "../../view.ts";
import { bytes } from "../../wasm/runtime.ts";
import { directStrip, type Strip, stripOf } from "./direct/bands.ts";

export interface Geometry {
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly o: number;
  readonly kh: number;
  readonly kw: number;
  readonly oh: number;
  readonly ow: number;
  readonly options: ConvolutionOptions;
  /** Channels of one group, in and out. */
  readonly groupC: number;
  readonly groupO: number;
  /** Weights of one output channel. */
  readonly taps: number;
  /** Output pixels of one image. */
  readonly pixels: number;
  readonly padding: readonly [number, number];
  /** Width of the image with its border of zeros. */
  readonly paddedW: number;
}

/** `x` is the input or its gradient, `out` the output or its gradient. */
export function geometryOf(x: View, weight: View, out: View, options: ConvolutionOptions): Geometry {
  const [n, c, h, w] = x.sizes as [number, number, number, number];
  const [o, groupC, kh, kw] = weight.sizes as [number, number, number, number];
  const [, , oh, ow] = out.sizes as [number, number, number, number];
  const { groups, padding } = options;
  return {
    ...{ n, c, h, w, o, kh, kw, oh, ow, options, groupC },
    groupO: o / groups,
    taps: groupC * kh * kw,
    pixels: oh * ow,
    padding,
    paddedW: w + 2 * padding[1],
  };
}

/** Whether images need a border of zeros. */
export const isPadded = ({ padding }: Geometry): boolean => padding[0] > 0 || padding[1] > 0;

/** Entries that a table repeats at its end: a panel's width at most. */
const SPARE = 16;

/** Bytes of a table of so many entries. */
export const tableBytes = (entries: number): number => 4 * Math.ceil((entries + SPARE) / 16) * 16;

function table(at: number, entries: number, fill: (to: Int32Array) => void): void {
  const to = new Int32Array(bytes().buffer, at, entries + SPARE);
  fill(to);
  to.fill(entries > 0 ? to[entries - 1]! : 0, entries);
}

type Three = readonly [number, number, number];

/** Byte offsets of a grid, the last dimension running fastest, whose neighbours lie so far apart. */
export function writeGrid(at: number, [a, b, c]: Three, [stepA, stepB, stepC]: Three): void {
  table(at, a * b * c, (to) => {
    let entry = 0;
    for (let i = 0; i < a; i++)
      for (let j = 0; j < b; j++) for (let k = 0; k < c; k++) to[entry++] = i * stepA + j * stepB + k * stepC;
  });
}

/** Byte offsets of the weights of one output channel in a strip, in their order. */
export function writeTaps(at: number, { groupC, kh, kw, options }: Geometry, size: number, strip: Strip): void {
  const [dy, dx] = options.dilation;
  writeGrid(at, [groupC, kh, kw], [strip.plane, dy * strip.row, size * dx]);
}

/** Byte offsets, in a strip, of the first tap of every output pixel of a band. */
export function writePixels(
  at: number,
  { ow, options }: Geometry,
  { images, rows }: { readonly images: number; readonly rows: number },
  size: number,
  strip: Strip,
): void {
  const [sy, sx] = options.stride;
  writeGrid(at, [images, rows, ow], [strip.image, sy * strip.row, size * sx]);
}

/** Rows of the image with its border that so many rows of outputs see. */
export const rowsSeen = ({ kh, options: { stride, dilation } }: Geometry, rows: number): number =>
  (rows - 1) * stride[0] + (kh - 1) * dilation[0] + 1;

/** The strip for `channels` channels of a band: a copy if images need a border. */
export function stripFor(
  geometry: Geometry,
  size: number,
  { images, rows }: { readonly images: number; readonly rows: number },
  channels: number,
): Strip {
  if (!isPadded(geometry)) return directStrip(size, geometry);
  return stripOf(size, images, channels, rowsSeen(geometry, rows), geometry.paddedW);
}

/** Byte offsets of the output pixels of one channel in `images` images. */
export const writeOutputs = (at: number, { o, pixels }: Geometry, images: number, size: number): void =>
  writeGrid(at, [1, images, pixels], [0, size * o * pixels, size]);

/** Multiples of `distance`: byte offsets of the channels of the output. */
export const writeSteps = (at: number, count: number, distance: number): void =>
  writeGrid(at, [1, 1, count], [0, 0, distance]);
