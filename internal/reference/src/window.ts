/** Pooling: what remains of a window of each plane, and its gradient. */
import type { AveragePoolOptions, Kernels, PoolOptions, View } from "@ag/kernels";
import { numbers, read, write, zeros } from "./elements.ts";
import { sum } from "./reduce.ts";

/** Along one dimension: the positions inside of the input, and how many count in the divisor. */
interface Span {
  readonly inside: readonly number[];
  readonly share: number;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Windows of fixed size along dimension `d`: 0 vertical, 1 horizontal. */
function spans(d: 0 | 1, size: number, windows: number, options: PoolOptions & Partial<AveragePoolOptions>): Span[] {
  const [kernel, stride, padding] = [options.kernel[d], options.stride[d], options.padding[d]];
  return range(windows).map((i) => {
    const positions = range(kernel).map((k) => i * stride - padding + k * options.dilation[d]);
    const inside = positions.filter((at) => at >= 0 && at < size);
    const padded = positions.filter((at) => at < size + padding);
    return { inside, share: (options.countIncludePad ? padded : inside).length };
  });
}

/** Window i spans ⌊i·in/out⌋ … ⌈(i + 1)·in/out⌉. */
const adaptiveSpans = (size: number, windows: number): Span[] =>
  range(windows).map((i) => {
    const [from, to] = [Math.floor((i * size) / windows), Math.ceil(((i + 1) * size) / windows)];
    return { inside: range(to - from).map((k) => from + k), share: to - from };
  });

interface Window {
  /** Its elements: where they are in the whole input, and in their plane. */
  readonly places: readonly number[];
  readonly inPlane: readonly number[];
  readonly share: number;
}

/** All windows in the order of `out`; without options they share the image evenly. */
function windowsOf(x: View, out: View, options: PoolOptions | AveragePoolOptions | null): Window[] {
  const [h, w] = x.sizes.slice(2) as [number, number];
  const [n, c, oh, ow] = out.sizes as [number, number, number, number];
  const rows = options ? spans(0, h, oh, options) : adaptiveSpans(h, oh);
  const columns = options ? spans(1, w, ow, options) : adaptiveSpans(w, ow);
  return range(n * c).flatMap((plane) =>
    rows.flatMap((row) =>
      columns.map((column) => {
        const inPlane = row.inside.flatMap((i) => column.inside.map((j) => i * w + j));
        const places = inPlane.map((at) => plane * h * w + at);
        return { places, inPlane, share: row.share * column.share };
      }),
    ),
  );
}

export const maxPool2d: Kernels["maxPool2d"] = (x, out, indices, options) => {
  const values = numbers(x);
  const found = windowsOf(x, out, options).map(({ places, inPlane }) => {
    let best = 0;
    places.forEach((place, i) => {
      if (values[place]! > values[places[best]!]! || Number.isNaN(values[place])) best = i;
    });
    return { value: values[places[best]!]!, index: BigInt(inPlane[best]!) };
  });
  write(
    out,
    found.map(({ value }) => value),
  );
  write(
    indices,
    found.map(({ index }) => index),
  );
};

export const maxPool2dBackward: Kernels["maxPool2dBackward"] = (grad, indices, out) => {
  const [sums, places] = [zeros(out), read(indices)];
  const [, , oh, ow] = grad.sizes as [number, number, number, number];
  const [, , h, w] = out.sizes as [number, number, number, number];
  numbers(grad).forEach((g, i) => {
    sums[Math.floor(i / (oh * ow)) * h * w + Number(places[i])]! += g;
  });
  write(out, sums);
};

function average(x: View, out: View, options: AveragePoolOptions | null): void {
  const values = numbers(x);
  const means = windowsOf(x, out, options).map(
    ({ places, share }) => sum(places.map((place) => values[place]!)) / (options?.divisor ?? share),
  );
  write(out, means);
}

function spread(grad: View, out: View, options: AveragePoolOptions | null): void {
  const [sums, g] = [zeros(out), numbers(grad)];
  windowsOf(out, grad, options).forEach(({ places, share }, i) => {
    for (const place of places) sums[place]! += g[i]! / (options?.divisor ?? share);
  });
  write(out, sums);
}

export const averagePool2d: Kernels["averagePool2d"] = (x, out, options) => average(x, out, options);
export const averagePool2dBackward: Kernels["averagePool2dBackward"] = (grad, out, options) =>
  spread(grad, out, options);
export const adaptiveAveragePool2d: Kernels["adaptiveAveragePool2d"] = (x, out) => average(x, out, null);
export const adaptiveAveragePool2dBackward: Kernels["adaptiveAveragePool2dBackward"] = (grad, out) =>
  spread(grad, out, null);
