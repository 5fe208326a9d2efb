import { cpu } from "@ag/kernels";
import { describe, expect, test } from "vitest";
import goldens from "./goldens/softmax.json" with { type: "json" };
import { floats, noise, sizeOf, ulpsOff } from "./noise.ts";
import { emptyView, read } from "./views.ts";

const cases = goldens.cases as unknown as {
  shape: [number, number];
  scale: number;
  isLog: boolean;
  out: number[];
  grad: number[];
}[];

describe.each(["float32", "float64"] as const)("%s as PyTorch's float64", (dtype) => {
  test.each(cases)("$shape, scale $scale, log: $isLog", ({ shape, scale, isLog, out: want, grad: wantGrad }) => {
    const single = noise(sizeOf(shape), 1).map((v) => Math.fround(Math.fround(v) * scale));
    const out = emptyView(shape, dtype);
    cpu.softmax(floats(single, shape, dtype), out, isLog);
    expect(ulpsOff(out, want)).toBeLessThanOrEqual(4);
    const grad = emptyView(shape, dtype);
    cpu.softmaxBackward(floats(noise(sizeOf(shape), 2).map(Math.fround), shape, dtype), out, grad, isLog);
    expect(ulpsOff(grad, wantGrad)).toBeLessThanOrEqual(8);
  });
});

describe("edges", () => {
  const softmax = (values: number[], isLog: boolean): number[] => {
    const out = emptyView([1, values.length]);
    cpu.softmax(floats(values, [1, values.length]), out, isLog);
    return read(out);
  };
  const edges = goldens.edges as unknown as { x: (number | string)[]; isLog: boolean; out: (number | string)[] }[];
  test.each(edges)("as PyTorch: $x, log: $isLog", ({ x, isLog, out }) => {
    expect(softmax(x.map(Number), isLog)).toEqual(out.map(Number));
  });
  test("long rows sum to one", () => {
    const out = emptyView([2, 5000]);
    cpu.softmax(floats(noise(10000, 3), [2, 5000]), out, false);
    const values = read(out);
    for (const row of [values.slice(0, 5000), values.slice(5000)])
      expect(Math.abs(row.reduce((a, b) => a + b) - 1)).toBeLessThan(2e-6);
  });
  test("no row, no column", () => {
    const out = emptyView([0, 3]);
    cpu.softmax(emptyView([0, 3]), out, false);
    expect(read(out)).toEqual([]);
  });
});
