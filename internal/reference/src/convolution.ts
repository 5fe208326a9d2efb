/** Two-dimensional convolutions: out += x · weight over all triples of elements that meet; the gradients take the same triples. */
import type { Convolution, ConvolutionOptions, Kernels, View } from "@ag/kernels";
import { numbers, stretched, viewed, write, zeros } from "./elements.ts";

type Triple = (x: number, weight: number, out: number) => void;

/** The place of [a, b, c, d] in row-major order. */
const at = ({ sizes: [, s1, s2, s3] }: View, a: number, b: number, c: number, d: number): number =>
  ((a * s1! + b) * s2! + c) * s3! + d;

/** Calls `body` for the places of an element of the input, of the weight, and of the output that gets their product. */
function eachTriple(x: View, weight: View, out: View, options: ConvolutionOptions, body: Triple): void {
  const { stride, padding, dilation, groups } = options;
  const [n, o, oh, ow] = out.sizes as [number, number, number, number];
  const [, c, kh, kw] = weight.sizes as [number, number, number, number];
  const [, , h, w] = x.sizes as [number, number, number, number];
  for (let image = 0; image < n; image++)
    for (let channel = 0; channel < o; channel++)
      for (let i = 0; i < oh; i++)
        for (let j = 0; j < ow; j++)
          for (let from = 0; from < c; from++)
            for (let k = 0; k < kh; k++)
              for (let l = 0; l < kw; l++) {
                const source = Math.floor(channel / (o / groups)) * c + from;
                const y = i * stride[0] - padding[0] + k * dilation[0];
                const z = j * stride[1] - padding[1] + l * dilation[1];
                if (y < 0 || y >= h || z < 0 || z >= w) continue;
                body(at(x, image, source, y, z), at(weight, channel, from, k, l), at(out, image, channel, i, j));
              }
}

const kinds: Readonly<Record<Convolution, Kernels["convolution"]>> = {
  forward: (_, x, weight, out, options) => {
    const { bias } = options;
    const [a, b] = [numbers(x), numbers(weight)];
    const sums = bias
      ? numbers(stretched(viewed(bias, [...bias.sizes, 1, 1], [...bias.strides, 0, 0]), out.sizes))
      : zeros(out);
    eachTriple(x, weight, out, options, (i, j, k) => {
      sums[k]! += a[i]! * b[j]!;
    });
    write(out, sums);
  },
  input: (_, grad, weight, out, options) => {
    const [g, b, sums] = [numbers(grad), numbers(weight), zeros(out)];
    eachTriple(out, weight, grad, options, (i, j, k) => {
      sums[i]! += g[k]! * b[j]!;
    });
    write(out, sums);
  },
  weight: (_, grad, x, out, options) => {
    const [g, a, sums] = [numbers(grad), numbers(x), zeros(out)];
    eachTriple(x, out, grad, options, (i, j, k) => {
      sums[j]! += g[k]! * a[i]!;
    });
    write(out, sums);
  },
};

export const convolution: Kernels["convolution"] = (kind, a, b, out, options) => kinds[kind](kind, a, b, out, options);
