/** W[o, tap] = Σ grad[o, pixel] · image[pixel, tap], batch block by batch block. */
import type { ConvolutionOptions } from "../device.ts";
import { itemSize } from "../dtype.ts";
import { KC } from "../matmul/block.ts";
import type { Real } from "../matmul/elements.ts";
import { roundUp } from "../matmul/engine.ts";
import { address, beginOperation, bytes, scratch } from "../runtime.ts";
import { sizeOf, type View } from "../view.ts";
import { borderBytes, productOf, runProduct, withBorder } from "./engine.ts";
import { geometryOf, tableBytes, writeOutputs, writePixels, writeSteps, writeTaps } from "./geometry.ts";

/**
 * Pixels summed from zero. Products of matrices take 256; here that errs up to eight times as much as PyTorch does, 64
 * less than three times (largest error, normal data).
 */
const SPAN = 64;

/** As `Device.conv2dWeight` says. */
export function conv2dWeight(grad: View, x: View, out: View, options: ConvolutionOptions): void {
  if (sizeOf(out.shape) === 0) return;
  const dtype = out.dtype as Real;
  const size = itemSize(dtype);
  const geometry = geometryOf(x, out, grad, options);
  const { n, c, h, w, o, groupC, groupO, taps, pixels, paddedH, paddedW } = geometry;
  /** Part of the numbers: a batch block is as many images as have 256 pixels. */
  const together = Math.max(1, Math.min(n, Math.floor(KC / Math.max(1, pixels))));
  const product = productOf(dtype, { rows: groupO, columns: taps, k: together * pixels }, false);
  const bytesOfBorder = roundUp(borderBytes(geometry, together, size), 64);
  const bytesOfPixels = tableBytes(together * pixels);
  beginOperation();
  const border = scratch(bytesOfBorder + 2 * bytesOfPixels + tableBytes(taps) + tableBytes(groupO) + product.scratch);
  const inputs = border + bytesOfBorder;
  const outputs = inputs + bytesOfPixels;
  const channels = outputs + bytesOfPixels;
  const atTaps = channels + tableBytes(groupO);
  const space = atTaps + tableBytes(taps);
  const [atGrad, atX, to] = [address(grad), address(x), address(out)];
  if (n * pixels === 0) {
    bytes().fill(0, to, to + size * o * taps);
    return;
  }
  writePixels(inputs, geometry, together, size);
  writeOutputs(outputs, geometry, together, size);
  writeSteps(channels, groupO, size * pixels);
  writeTaps(atTaps, geometry, size);
  for (let image = 0; image < n; image += together) {
    const images = Math.min(together, n - image);
    const from = withBorder(geometry, images, atX + size * image * c * h * w, border, dtype);
    for (let group = 0; group < options.groups; group++) {
      const firstGrad = atGrad + size * (image * o + group * groupO) * pixels;
      const a = { from: firstGrad, near: channels, along: outputs };
      const b = { from: from + size * group * groupC * paddedH * paddedW, near: atTaps, along: inputs };
      const result = { c: to + size * group * groupO * taps, ldc: size * taps, isContinued: image > 0, span: SPAN };
      runProduct(product, { rows: groupO, columns: taps, k: images * pixels }, { a, b, ...result }, space);
    }
  }
}
