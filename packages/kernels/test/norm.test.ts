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
    const running = { runningMean, runningVar, momentum: 0.1, eps: 1e-5 };
    cpu.batchNorm(x, out, { training, weight, bias, mean, invstd, ...running });
    const ulps = shift === 0 ? 4 : 200; // x·scale + offset cancels where the mean is large, in PyTorch too
    expect(ulpsOff(out, want.out)).toBeLessThanOrEqual(ulps);
    expect(ulpsOff(runningMean, want.mean)).toBeLessThanOrEqual(2);
    expect(ulpsOff(runningVar, want.var)).toBeLessThanOrEqual(2);
    const grad = floats(single(n, 6), shape, dtype);
    const [gradX, gradWeight, gradBias] = [emptyView(shape, dtype), emptyView([c], dtype), emptyView([c], dtype)];
    const saved = { training, weight, mean, invstd };
    cpu.batchNormBackward(grad, x, { ...saved, gradX, gradWeight, gradBias });
    expect(ulpsOff(gradX, grads.x)).toBeLessThanOrEqual(8);
    expect(affine ? ulpsOff(gradWeight, grads.weight!) : 0).toBeLessThanOrEqual(shift === 0 ? 8 : 200);
    expect(affine ? ulpsOff(gradBias, grads.bias!) : 0).toBeLessThanOrEqual(4);
    const alone = emptyView([c], dtype);
    cpu.batchNormBackward(grad, x, { ...saved, gradX: null, gradWeight: null, gradBias: alone });
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

const plain = { weight: null, bias: null, runningMean: null, runningVar: null, momentum: 0.1, eps: 1e-5 };

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
      cpu.batchNorm(x, out, { ...plain, training: true, mean, invstd });
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
      cpu.batchNorm(x, emptyView([2, 2]), { ...plain, training: false, mean: emptyView([2]), invstd: emptyView([2]) });
    expect(run).toThrow(TypeError);
  });
});

/** The gradients of a layer normalisation with weights, in float64, row by row. */
function layerGradients([g, x, w]: readonly (readonly number[])[], rows: number, columns: number) {
  const known = statistics(x!, [1, rows, columns], 1e-5);
  const normal = x!.map((v, i) => {
    const { mean, invstd } = known[Math.floor(i / columns)]!;
    return (v - mean) * invstd;
  });
  const ofRow = (i: number, values: readonly number[]): readonly number[] => {
    const first = i - (i % columns);
    return values.slice(first, first + columns);
  };
  const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / columns;
  const scaled = g!.map((v, i) => v * w![i % columns]!);
  const along = scaled.map((v, i) => v * normal[i]!);
  const gradX = scaled.map((v, i) => {
    const { invstd } = known[Math.floor(i / columns)]!;
    return invstd * (v - average(ofRow(i, scaled)) - normal[i]! * average(ofRow(i, along)));
  });
  const overRows = (values: readonly number[]): number[] =>
    Array.from({ length: columns }, (_, j) => values.filter((_, i) => i % columns === j).reduce((a, b) => a + b, 0));
  return { known, gradX, gradWeight: overRows(g!.map((v, i) => v * normal[i]!)), gradBias: overRows(g!) };
}

describe.each(["float32", "float64"] as const)("the gradients of a layer normalisation in %s", (dtype) => {
  test.each([
    [70, 9], // more rows than a block has
    [3, 300],
    [200, 1],
  ])("[%i, %i]", (rows, columns) => {
    const values = [single(rows * columns, 1), single(rows * columns, 2), single(columns, 3)] as const;
    const want = layerGradients(values, rows, columns);
    const shape = [rows, columns];
    const [grad, x, weight] = [
      floats(values[0], shape, dtype),
      floats(values[1], shape, dtype),
      floats(values[2], [columns], dtype),
    ];
    const ofRows = (name: "mean" | "invstd"): View =>
      floats(
        want.known.map((v) => v[name]),
        [rows],
        dtype,
      );
    const saved = { weight, mean: ofRows("mean"), invstd: ofRows("invstd") };
    const results = {
      gradX: emptyView(shape, dtype),
      gradWeight: emptyView([columns], dtype),
      gradBias: emptyView([columns], dtype),
    };
    cpu.layerNormBackward(grad, x, { ...saved, ...results });
    const most = (view: View, wanted: readonly number[]): number =>
      Math.max(...(read(view) as number[]).map((v, i) => Math.abs(v - wanted[i]!)));
    const bound = dtype === "float32" ? 2e-5 : 1e-13;
    for (const name of ["gradX", "gradWeight", "gradBias"] as const)
      expect(most(results[name], want[name])).toBeLessThan(bound);
    const alone = emptyView([columns], dtype);
    cpu.layerNormBackward(grad, x, { ...saved, gradX: null, gradWeight: null, gradBias: alone });
    expect(read(alone)).toEqual(read(results.gradBias));
    const plain = emptyView(shape, dtype);
    const none = { gradX: plain, gradWeight: null, gradBias: null };
    cpu.layerNormBackward(grad, x, {
      ...saved,
      ...none,
      weight: floats(new Array<number>(columns).fill(1), [columns], dtype),
    });
    const unweighted = emptyView(shape, dtype);
    cpu.layerNormBackward(grad, x, { ...saved, ...none, gradX: unweighted, weight: null });
    expect(read(unweighted)).toEqual(read(plain));
  });
});
