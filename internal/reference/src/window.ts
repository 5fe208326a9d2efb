/** Pooling: what remains of a window of each plane, and its gradient. */
import type { Kernels, Pooling, View, Windows } from "@ag/kernels";
import { numbers, read, write, zeros } from "./elements.ts";
import { sum } from "./reduce.ts";

/** Along one dimension: the positions inside of the input, and how many count in the divisor. */
interface Span {
  readonly inside: readonly number[];
  readonly share: number;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Windows of fixed size along dimension `d`: 0 vertical, 1 horizontal. */
function spans(d: 0 | 1, size: number, count: number, windows: Windows, countsPadding: boolean): Span[] {
  const [kernel, stride, padding, dilation] = [
    windows.kernel[d]!,
    windows.stride[d]!,
    windows.padding[d]!,
    windows.dilation[d]!,
  ];
  return range(count).map((i) => {
    const positions = range(kernel).map((k) => i * stride - padding + k * dilation);
    const inside = positions.filter((at) => at >= 0 && at < size);
    const padded = positions.filter((at) => at < size + padding);
    return { inside, share: (countsPadding ? padded : inside).length };
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

/** All windows in the order of `out`; where none are described they share the image evenly. */
function windowsOf(x: View, out: View, pooling: Pooling): Window[] {
  const { windows } = pooling;
  const countsPadding = pooling.kind === "average" && pooling.countIncludePad;
  const [h, w] = x.sizes.slice(2) as [number, number];
  const [n, c, oh, ow] = out.sizes as [number, number, number, number];
  const rows = windows ? spans(0, h, oh, windows, countsPadding) : adaptiveSpans(h, oh);
  const columns = windows ? spans(1, w, ow, windows, countsPadding) : adaptiveSpans(w, ow);
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

type Largest = Extract<Pooling, { kind: "max" }>;
type Average = Extract<Pooling, { kind: "average" }>;

function largest(x: View, out: View, pooling: Largest): void {
  const values = numbers(x);
  const found = windowsOf(x, out, pooling).map(({ places, inPlane }) => {
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
    pooling.indices,
    found.map(({ index }) => index),
  );
}

function back(grad: View, out: View, { indices }: Largest): void {
  const [sums, places] = [zeros(out), read(indices)];
  const [, , oh, ow] = grad.sizes as [number, number, number, number];
  const [, , h, w] = out.sizes as [number, number, number, number];
  numbers(grad).forEach((g, i) => {
    sums[Math.floor(i / (oh * ow)) * h * w + Number(places[i])]! += g;
  });
  write(out, sums);
}

function average(x: View, out: View, pooling: Average): void {
  const values = numbers(x);
  const means = windowsOf(x, out, pooling).map(
    ({ places, share }) => sum(places.map((place) => values[place]!)) / (pooling.divisor ?? share),
  );
  write(out, means);
}

function spread(grad: View, out: View, pooling: Average): void {
  const [sums, g] = [zeros(out), numbers(grad)];
  windowsOf(out, grad, pooling).forEach(({ places, share }, i) => {
    for (const place of places) sums[place]! += g[i]! / (pooling.divisor ?? share);
  });
  write(out, sums);
}

export const pool: Kernels["pool"] = (x, out, pooling) =>
  pooling.kind === "max" ? largest(x, out, pooling) : average(x, out, pooling);
export const poolBackward: Kernels["poolBackward"] = (grad, out, pooling) =>
  pooling.kind === "max" ? back(grad, out, pooling) : spread(grad, out, pooling);
