/** What stands between resnet18's convolutions. */
import { cpu, type Formula, sizeOf } from "@ag/kernels";
import { type Kernel, sizes, type Views } from "./kernel.ts";
import { inputs, layersFor } from "./layers.ts";

type Shape = readonly number[];

/** A kernel that moves so many bytes for each element of its shape. */
const moving = (name: string, bytes: number, prepare: (views: Views, shape: Shape) => () => void) => {
  return (shape: Shape): Kernel => ({
    name,
    shape: sizes(shape),
    work: bytes * sizeOf(shape),
    rate: "GB/s",
    prepare: (views) => prepare(views, shape),
  });
};

const batchNorm = moving("batch norm", 8, (views, shape) => {
  const [x, out, c] = [views.random(shape), views.empty(shape), [shape[1]!]];
  const [weight, bias, runningMean, runningVar] = [views.random(c), views.random(c), views.random(c), views.random(c)];
  const [mean, invstd] = [views.empty(c), views.empty(c)];
  const options = { training: true, momentum: 0.1, eps: 1e-5, weight, bias, runningMean, runningVar, mean, invstd };
  return () => cpu.batchNorm(x, out, options);
});

const batchNormBackward = moving("batch norm backward", 12, (views, shape) => {
  const [grad, x, out, c] = [views.random(shape), views.random(shape), views.empty(shape), [shape[1]!]];
  const [weight, mean, invstd] = [views.random(c), views.random(c), views.random(c)];
  const results = { gradX: out, gradWeight: views.empty(c), gradBias: views.empty(c) };
  return () => cpu.batchNormBackward(grad, x, { training: true, weight, mean, invstd, ...results });
});

const positive: Formula = (m, x) => m.max(x!, 0);
const wherePositive: Formula = (m, grad, out) => m.select(m.le(out!, 0), 0, grad!);

const relu = moving("relu", 8, (views, shape) => {
  const [x, out] = [views.random(shape), views.empty(shape)];
  return () => cpu.pointwise(positive, [x], out, "float32");
});

const reluBackward = moving("relu backward", 12, (views, shape) => {
  const [grad, y, out] = [views.random(shape), views.random(shape), views.empty(shape)];
  return () => cpu.pointwise(wherePositive, [grad, y], out, "float32");
});

/** Of the first normalisation and of the last, for each input. */
const activations: readonly Shape[] = inputs.flatMap(({ batch, size }) => {
  const layers = layersFor(size);
  return [layers[0]!, layers.at(-1)!].map(({ o, outSize }) => [batch, o, outSize, outSize]);
});

/** A window of 3×3 every second row and column: x, a quarter as many results, their positions in 8 bytes. */
const maxPool = moving("max pool", 4 + 1 + 2, (views, shape) => {
  const half = shape.map((n, d) => (d < 2 ? n : Math.ceil(n / 2)));
  const [x, out, indices] = [views.random(shape), views.empty(half), views.empty(half, "int64")];
  const windows = { kernel: [3, 3], stride: [2, 2], padding: [1, 1], dilation: [1, 1] };
  return () => cpu.pool(x, out, { kind: "max", windows, indices });
});

const first = activations.filter(([, c]) => c === 64);

export const layers: readonly Kernel[] = [
  ...[batchNorm, batchNormBackward, relu, reluBackward].flatMap((kernel) => activations.map(kernel)),
  ...first.map(maxPool),
];
