import { cpu, type Pooling, type View, type Windows } from "@ag/kernels";
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
  largest: (Golden & { options: Windows; indices: number[] })[];
  average: (Golden & { options: Windows & { countIncludePad: boolean; divisor: number | null } })[];
  adaptive: Golden[];
};

const fitted = { kind: "average", windows: null, countIncludePad: true, divisor: null } as const;

describe.each(["float32", "float64"] as const)("%s as PyTorch", (dtype) => {
  const ulps = 2;
  const input = ({ shape }: Golden) => floats(noise(sizeOf(shape), 1).map(Math.fround), shape, dtype);
  const incoming = ({ out }: Golden) => floats(noise(sizeOf(out), 2).map(Math.fround), out, dtype);

  test.each(largest)("largest of $options.kernel in $shape", (golden) => {
    const [out, indices] = [emptyView(golden.out, dtype), emptyView(golden.out, "int64")];
    const pooling = { kind: "max", windows: golden.options, indices } as const;
    cpu.pool(input(golden), out, pooling);
    expect(read(out)).toEqual(golden.values);
    expect(read(indices)).toEqual(golden.indices);
    const grad = emptyView(golden.shape, dtype);
    cpu.poolBackward(incoming(golden), grad, pooling);
    expect(ulpsOff(grad, golden.grad)).toBeLessThanOrEqual(ulps);
  });

  test.each(average)("average of $options.kernel in $shape", (golden) => {
    const [out, grad] = [emptyView(golden.out, dtype), emptyView(golden.shape, dtype)];
    const { countIncludePad, divisor, ...windows } = golden.options;
    const pooling = { kind: "average", windows, countIncludePad, divisor } as const;
    cpu.pool(input(golden), out, pooling);
    expect(ulpsOff(out, golden.values)).toBeLessThanOrEqual(ulps);
    cpu.poolBackward(incoming(golden), grad, pooling);
    expect(ulpsOff(grad, golden.grad)).toBeLessThanOrEqual(ulps);
  });

  test.each(adaptive)("average of $shape to $out", (golden) => {
    const [out, grad] = [emptyView(golden.out, dtype), emptyView(golden.shape, dtype)];
    cpu.pool(input(golden), out, fitted);
    expect(ulpsOff(out, golden.values)).toBeLessThanOrEqual(ulps);
    cpu.poolBackward(incoming(golden), grad, fitted);
    expect(ulpsOff(grad, golden.grad)).toBeLessThanOrEqual(ulps);
  });
});

test("lines are planes of one row, for every kind of window", () => {
  const x = floats(noise(2 * 3 * 20, 4), [2, 3, 20]);
  const fixed = { kernel: [3], stride: [2], padding: [1], dilation: [2] };
  const whole = { kernel: [1, 3], stride: [1, 2], padding: [0, 1], dilation: [1, 2] };
  const plane = (view: View): View => {
    const [n, c, w] = view.sizes as [number, number, number];
    return { ...view, sizes: [n, c, 1, w], strides: [c * w, w, w, 1] };
  };
  const size = [2, 3, 9];
  for (const [lines, planes] of [
    [fixed, whole],
    [null, null],
  ])
    for (const kind of ["max", "average"] as const) {
      const [line, image, at] = [emptyView(size), emptyView(size), emptyView(size, "int64")];
      const pooling = (windows: Windows | null | undefined): Pooling =>
        kind === "max"
          ? { kind, windows: windows ?? null, indices: windows === planes ? plane(at) : at }
          : { kind, windows: windows ?? null, countIncludePad: false, divisor: null };
      cpu.pool(x, line, pooling(lines));
      cpu.pool(plane(x), plane(image), pooling(planes));
      expect(read(line)).toEqual(read(image));
      const [gradLine, gradImage] = [emptyView(x.sizes), emptyView(x.sizes)];
      cpu.poolBackward(line, gradLine, pooling(lines));
      cpu.poolBackward(plane(line), plane(gradImage), pooling(planes));
      expect(read(gradLine)).toEqual(read(gradImage));
    }
});

test("the largest of windows that fit", () => {
  const [out, indices] = [emptyView([1, 1, 2, 2]), emptyView([1, 1, 2, 2], "int64")];
  cpu.pool(floats([1, 5, 2, 7, 3, 4, 9, 8, 6], [1, 1, 3, 3]), out, { kind: "max", windows: null, indices });
  expect([read(out), read(indices)]).toEqual([
    [7, 5, 9, 8],
    [3, 1, 6, 7],
  ]);
});

test("cubes are refused", () => {
  const [x, out] = [emptyView([1, 1, 2, 2, 2]), emptyView([1, 1, 1, 1, 1])];
  expect(() => cpu.pool(x, out, fitted)).toThrow("pool: need one or two spatial dimensions, [n, c, …spatial]; got 3");
  expect(() => cpu.poolBackward(out, x, fitted)).toThrow("got 3");
});

describe("largest elements", () => {
  const pooled = (values: number[], shape: number[], options: Partial<Windows>, size: number[]) => {
    const [out, indices] = [emptyView(size), emptyView(size, "int64")];
    const all = { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1], ...options } as const;
    cpu.pool(floats(values, shape), out, { kind: "max", windows: all, indices });
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
