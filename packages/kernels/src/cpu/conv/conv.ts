/**
 * Two-dimensional convolution and its gradients as matrix products, float32 and float64; images [n, c, h, w], weights
 * [o, c / groups, kh, kw].
 *
 * Forward          out[o, pixel] = W[o, tap] · image[tap, pixel]
 * Gradient of x    taps[tap, pixel] = Wᵀ · grad[o, pixel], then the taps are added to the image in the order of the
 *                  window
 * Gradient of W    W[o, tap] = Σ grad[o, pixel] · image[pixel, tap], the pixels of all images in order
 *
 * Blocking   images become packed panels directly from a copy with a border of zeros (pack.ts); small images are taken
 *            several at a time, so that the panels are full.
 * Order      fixed by shape alone: sums over taps or channels in blocks of 256 as in every matrix product, over
 *            pixels in blocks of 64; these start anew with every batch block: as many images as have 256 pixels, at
 *            least one.
 */
import type { Convolution, ConvolutionOptions } from "../../device.ts";
import type { View } from "../../view.ts";
import { forward } from "./direct/forward.ts";
import { gradientOfInput } from "./direct/input.ts";
import { gradientOfWeight } from "./direct/weight.ts";

/** As `Device.convolution` says. */
export function convolution(kind: Convolution, a: View, b: View, out: View, options: ConvolutionOptions): void {
  if (kind === "forward") forward(a, b, out, options);
  else if (kind === "input") gradientOfInput(a, b, out, options);
  else gradientOfWeight(a, b, out, options);
}
