import { cpu, type View } from "@ag/kernels";
import { describe, expect, test } from "vitest";
import goldens from "./goldens/norm.json" with { type: "json" };
import { type Floating, floats, noise, sizeOf, ulpsOff } from "./noise.ts";
import { emptyView, read } from "./views.ts";

const single = (n: number, seed: number): number[] => noise(n, seed).map(Math.fround);
const cases = goldens as unknown as {
  name: string;
  shape: number[];
  training: boolean;
  affine: boolean;
  shift: number;
  start: [number[], number[]];
  out: number[];
  mean: number[];
  var: number[];
  grads: { x: number[]; weight?: number[]; bias?: number[] };
}[];

describe.each(["float32", "float64"] as const)("batch normalisation in %s as PyTorch's", (dtype) => {
  test.each(cases)("$name", ({ shape, training, affine, shift, start, grads, ...want }) => {
    const c = shape[1]!;
    const n = sizeOf(shape);
    const x = floats(
      single(n, 1).map((v) => Math.fround(v * 2 + shift)),
      shape,
      dtype,
    );
    const ofChannels = (values: number[]): View => floats(values, [c], dtype);
    const weight = affine ? ofChannels(single(c, 2).map((v) => Math.fround(v + 2))) : null;
    const bias = affine ? ofChannels(single(c, 3)) : null;
    const [runningMean, runningVar] = start.map(ofChannels) as [View, View];
    const [out, mean, invstd] = [emptyView(shape, dtype), emptyView([c], dtype), emptyView([c], dtype)];
    const options = { training, momentum: 0.1, eps: 1e-5 };
    cpu.batchNorm(x, weight, bias, runningMean, runningVar, out, mean, invstd, options);
    const ulps = shift === 0 ? 4 : 200; // x·scale + offset cancels where the mean is large, in PyTorch too
    expect(ulpsOff(out, want.out)).toBeLessThanOrEqual(ulps);
    expect(ulpsOff(runningMean, want.mean)).toBeLessThanOrEqual(2);
    expect(ulpsOff(runningVar, want.var)).toBeLessThanOrEqual(2);
    const grad = floats(single(n, 6), shape, dtype);
    const [gradX, gradWeight, gradBias] = [emptyView(shape, dtype), emptyView([c], dtype), emptyView([c], dtype)];
    cpu.batchNormBackward(grad, x, weight, mean, invstd, gradX, gradWeight, gradBias, training);
    expect(ulpsOff(gradX, grads.x)).toBeLessThanOrEqual(8);
    expect(affine ? ulpsOff(gradWeight, grads.weight!) : 0).toBeLessThanOrEqual(shift === 0 ? 8 : 200);
    expect(affine ? ulpsOff(gradBias, grads.bias!) : 0).toBeLessThanOrEqual(4);
    const alone = emptyView([c], dtype);
    cpu.batchNormBackward(grad, x, weight, mean, invstd, null, null, alone, training);
    expect(read(alone)).toEqual(read(gradBias));
  });
});

/** Mean and 1 / √(variance + eps) of each channel, in float64. */
function statistics(values: readonly number[], [n, c, s]: readonly [number, number, number], eps: number) {
  return Array.from({ length: c }, (_, channel) => {
    const own = values.filter((_, i) => Math.floor(i / s) % c === channel);
    const mean = own.reduce((a, b) => a + b, 0) / (n * s);
    const variance = own.reduce((a, b) => a + (b - mean) ** 2, 0) / (n * s);
    return { mean, invstd: 1 / Math.sqrt(variance + eps) };
  });
}

describe("statistics", () => {
  const shapes: [number, number, number][] = [
    [3, 2, 1000],
    [5, 300, 4],
    [40, 3, 1],
    [2, 17, 63],
    [2, 17, 64],
    [9, 1030, 1],
    [1, 2, 65],
  ];
  test.each(shapes)("[%i, %i, %i], far from zero", (...shape) => {
    const run = (dtype: Floating): void => {
      const values = noise(sizeOf(shape), 3).map((v) => Math.fround(v + 1000));
      const x = floats(values, shape, dtype);
      const [out, mean, invstd] = [emptyView(shape, dtype), emptyView([shape[1]], dtype), emptyView([shape[1]], dtype)];
      cpu.batchNorm(x, null, null, null, null, out, mean, invstd, { training: true, momentum: 0.1, eps: 1e-5 });
      const want = statistics(values, shape, 1e-5);
      expect(
        ulpsOff(
          mean,
          want.map((v) => v.mean),
        ),
      ).toBeLessThanOrEqual(dtype === "float32" ? 2 : 4);
      expect(
        ulpsOff(
          invstd,
          want.map((v) => v.invstd),
        ),
      ).toBeLessThanOrEqual(dtype === "float32" ? 1 : 4e4);
    };
    run("float32");
    run("float64");
  });

  test("evaluation needs running statistics", () => {
    const x = emptyView([2, 2]);
    const run = (): void =>
      cpu.batchNorm(x, null, null, null, null, emptyView([2, 2]), emptyView([2]), emptyView([2]), {
        training: false,
        momentum: 0.1,
        eps: 1e-5,
      });
    expect(run).toThrow(TypeError);
  });
});
