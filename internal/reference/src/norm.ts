/** Batch normalisation, x̂ = (x − mean) · invstd in each channel; and the backward of layer normalisation, the same in each row. */
import type { Kernels, View } from "@ag/kernels";
import { numbers, write } from "./elements.ts";
import { sum } from "./reduce.ts";

/** Where the elements of each channel are in row-major order. */
function channelsOf({ sizes: [n, c, ...rest] }: View): number[][] {
  const plane = rest.reduce((product, size) => product * size, 1);
  return Array.from({ length: c! }, (_, channel) =>
    Array.from({ length: n! * plane }, (_, i) => (Math.floor(i / plane) * c! + channel) * plane + (i % plane)),
  );
}

const meanOf = (values: readonly number[]): number => sum(values) / values.length;

const valuesOr = (x: View | null, otherwise: number, count: number): number[] =>
  x ? numbers(x) : new Array<number>(count).fill(otherwise);

export const batchNorm: Kernels["batchNorm"] = (x, out, options) => {
  const { training, momentum, eps, weight, bias, runningMean, runningVar, mean, invstd } = options;
  const [values, channels] = [numbers(x), channelsOf(x)];
  const batch = channels.map((places) => places.map((place) => values[place]!));
  const means = training ? batch.map(meanOf) : numbers(runningMean!);
  const squares = batch.map((all, c) => sum(all.map((value) => (value - means[c]!) ** 2)));
  const variances = training ? squares.map((square, c) => square / batch[c]!.length) : numbers(runningVar!);
  const scales = variances.map((variance) => 1 / Math.sqrt(variance + eps));
  const [w, b] = [valuesOr(weight, 1, means.length), valuesOr(bias, 0, means.length)];
  const results = [...values];
  channels.forEach((places, c) => {
    for (const place of places) results[place] = (values[place]! - means[c]!) * scales[c]! * w[c]! + b[c]!;
  });
  write(out, results);
  if (!training) return;
  write(mean, means);
  write(invstd, scales);
  const moved = (running: View, now: number[]): void =>
    write(
      running,
      numbers(running).map((value, c) => (1 - momentum) * value + momentum * now[c]!),
    );
  if (runningMean) moved(runningMean, means);
  if (runningVar)
    moved(
      runningVar,
      squares.map((square, c) => square / (batch[c]!.length - 1)),
    );
};

export const batchNormBackward: Kernels["batchNormBackward"] = (grad, x, options) => {
  const { training, weight, mean, invstd, gradX, gradWeight, gradBias } = options;
  const [g, values, means, scales] = [grad, x, mean, invstd].map(numbers) as [number[], number[], number[], number[]];
  const w = valuesOr(weight, 1, means.length);
  const channels = channelsOf(x);
  const normal = (place: number, c: number): number => (values[place]! - means[c]!) * scales[c]!;
  const sums = channels.map((places) => sum(places.map((place) => g[place]!)));
  const products = channels.map((places, c) => sum(places.map((place) => g[place]! * normal(place, c))));
  const flows = [...g];
  channels.forEach((places, c) => {
    for (const place of places) {
      const shared = training ? (sums[c]! + normal(place, c) * products[c]!) / places.length : 0;
      flows[place] = (g[place]! - shared) * scales[c]! * w[c]!;
    }
  });
  if (gradX) write(gradX, flows);
  if (gradWeight) write(gradWeight, products);
  if (gradBias) write(gradBias, sums);
};

export const layerNormBackward: Kernels["layerNormBackward"] = (grad, x, options) => {
  const { weight, mean, invstd, gradX, gradWeight, gradBias } = options;
  const [rows, columns] = x.sizes as readonly [number, number];
  const [g, values, means, scales] = [grad, x, mean, invstd].map(numbers) as [number[], number[], number[], number[]];
  const w = valuesOr(weight, 1, columns);
  const normals = values.map(
    (value, i) => (value - means[Math.floor(i / columns)]!) * scales[Math.floor(i / columns)]!,
  );
  const weighted = g.map((value, i) => value * w[i % columns]!);
  const flows = g.flatMap((_, first) => {
    if (first % columns > 0) return [];
    const row = Array.from({ length: columns }, (__, i) => first + i);
    const total = sum(row.map((i) => weighted[i]!));
    const product = sum(row.map((i) => weighted[i]! * normals[i]!));
    return row.map((i) => (weighted[i]! - (total + normals[i]! * product) / columns) * scales[first / columns]!);
  });
  const down = (of: readonly number[]): number[] =>
    Array.from({ length: columns }, (_, column) =>
      sum(Array.from({ length: rows }, (__, row) => of[row * columns + column]!)),
    );
  if (gradX) write(gradX, flows);
  if (gradWeight) write(gradWeight, down(g.map((value, i) => value * normals[i]!)));
  if (gradBias) write(gradBias, down(g));
};
