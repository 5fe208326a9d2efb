import { type AveragePoolOptions, cpu, type PoolOptions } from "@ag/kernels";
import { describe, expect, test } from "vitest";
import goldens from "./goldens/pool.json" with { type: "json" };
import { floats, noise, sizeOf, ulpsOff } from "./noise.ts";
import { emptyView, read } from "./views.ts";

interface Golden {
  readonly shape: number[];
  readonly out: number[];
  readonly values: number[];
  readonly grad: number[];
}
const { largest, average, adaptive } = goldens as unknown as {
  largest: (Golden & { options: PoolOptions; indices: number[] })[];
  average: (Golden & { options: AveragePoolOptions })[];
  adaptive: Golden[];
};

describe.each(["float32", "float64"] as const)("%s as PyTorch", (dtype) => {
  const ulps = 2;
  const input = ({ shape }: Golden) => floats(noise(sizeOf(shape), 1).map(Math.fround), shape, dtype);
  const incoming = ({ out }: Golden) => floats(noise(sizeOf(out), 2).map(Math.fround), out, dtype);

  test.each(largest)("largest of $options.kernel in $shape", (golden) => {
    const [out, indices] = [emptyView(golden.out, dtype), emptyView(golden.out, "int64")];
    cpu.maxPool2d(input(golden), out, indices, golden.options);
    expect(read(out)).toEqual(golden.values);
    expect(read(indices)).toEqual(golden.indices);
    const grad = emptyView(golden.shape, dtype);
    cpu.maxPool2dBackward(incoming(golden), indices, grad);
    expect(ulpsOff(grad, golden.grad)).toBeLessThanOrEqual(ulps);
  });

  test.each(average)("average of $options.kernel in $shape", (golden) => {
    const [out, grad] = [emptyView(golden.out, dtype), emptyView(golden.shape, dtype)];
    cpu.averagePool2d(input(golden), out, golden.options);
    expect(ulpsOff(out, golden.values)).toBeLessThanOrEqual(ulps);
    cpu.averagePool2dBackward(incoming(golden), grad, golden.options);
    expect(ulpsOff(grad, golden.grad)).toBeLessThanOrEqual(ulps);
  });

  test.each(adaptive)("average of $shape to $out", (golden) => {
    const [out, grad] = [emptyView(golden.out, dtype), emptyView(golden.shape, dtype)];
    cpu.adaptiveAveragePool2d(input(golden), out);
    expect(ulpsOff(out, golden.values)).toBeLessThanOrEqual(ulps);
    cpu.adaptiveAveragePool2dBackward(incoming(golden), grad);
    expect(ulpsOff(grad, golden.grad)).toBeLessThanOrEqual(ulps);
  });
});

describe("largest elements", () => {
  const pooled = (values: number[], shape: number[], options: Partial<PoolOptions>, size: number[]) => {
    const [out, indices] = [emptyView(size), emptyView(size, "int64")];
    const all = { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1], ...options } as const;
    cpu.maxPool2d(floats(values, shape), out, indices, all);
    return [read(out), read(indices)];
  };

  test("the first wins, the last NaN wins, padding never", () => {
    expect(pooled([1, 1, 1, 1], [1, 1, 2, 2], {}, [1, 1, 1, 1])).toEqual([[1], [0]]);
    expect(pooled([1, Number.NaN, Number.NaN, 5], [1, 1, 2, 2], {}, [1, 1, 1, 1])).toEqual([[Number.NaN], [2]]);
    const none = new Array<number>(4).fill(Number.NEGATIVE_INFINITY);
    const padded = { kernel: [3, 3], stride: [1, 1], padding: [1, 1] } as const;
    expect(pooled(none, [1, 1, 2, 2], padded, [1, 1, 2, 2])).toEqual([none, [0, 0, 0, 0]]);
    expect(pooled([-3, -3, -3, -3], [1, 1, 2, 2], padded, [1, 1, 2, 2])[0]).toEqual([-3, -3, -3, -3]);
  });

  test("NaN and infinity in a row of many windows", () => {
    const row = noise(2 * 40, 9);
    row[7] = Number.NaN;
    row[50] = Number.NaN;
    row[21] = Number.POSITIVE_INFINITY;
    const [values, indices] = pooled(row, [1, 1, 2, 40], {}, [1, 1, 1, 20]);
    for (let i = 0; i < 20; i++) {
      const places = [2 * i, 2 * i + 1, 40 + 2 * i, 41 + 2 * i];
      let best = places[0]!;
      for (const p of places) if (row[p]! > row[best]! || Number.isNaN(row[p])) best = p;
      expect([values![i], indices![i]]).toEqual([Math.fround(row[best]!), best]);
    }
  });

  test("no plane", () => {
    const [values] = pooled([], [0, 2, 4, 4], {}, [0, 2, 2, 2]);
    expect(values).toEqual([]);
  });
});
