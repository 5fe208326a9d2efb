import { cpu, type DType, IndexError, type View } from "@ag/kernels";
import { describe, expect, test } from "vitest";
import goldens from "./goldens/gather.json" with { type: "json" };
import { floats, noise, sizeOf, ulpsOff, whole } from "./noise.ts";
import { emptyView, read, viewOf } from "./views.ts";

const single = (shape: readonly number[], seed: number): View => floats(noise(sizeOf(shape), seed), shape);
const dtypes: readonly DType[] = ["float32", "float64", "float16", "bfloat16", "int64", "int32", "uint8", "bool"];

/** The same elements in reversed layout, behind an offset. */
function turned(x: View): View {
  const strides: number[] = [];
  let stride = 1;
  for (const size of x.sizes) {
    strides.push(stride);
    stride *= size;
  }
  const out = { ...emptyView([sizeOf(x.sizes) + 5], x.dtype), sizes: x.sizes, strides, offset: 5 };
  cpu.copy(x, out);
  return out;
}

describe("along lines as PyTorch", () => {
  test.each(goldens.lines)("dimension $dim", ({ dim, shape, chosen, index, gather, scatter }) => {
    const [x, source, at] = [single(shape, 1), single(chosen, 2), whole(index, chosen)];
    for (const layout of [(v: View) => v, turned]) {
      const out = layout(emptyView(chosen));
      cpu.gather(layout(x), dim, layout(at), out);
      expect(read(out)).toEqual(gather);
      const sum = layout(single(shape, 1));
      cpu.scatterAdd(sum, dim, layout(at), layout(source));
      expect(ulpsOff(sum, scatter)).toBeLessThanOrEqual(1);
    }
  });

  test.each(dtypes)("gather moves the bits of %s", (dtype) => {
    const x = emptyView([4, 3], dtype);
    cpu.copy(floats([0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1], [4, 3]), x);
    const out = emptyView([2, 3], dtype);
    cpu.gather(x, 0, whole([3, 0, 1, 2, 1, 0], [2, 3]), out);
    const plain = emptyView([2, 3]);
    cpu.copy(out, plain);
    expect(read(plain)).toEqual([1, 1, 0, 0, 1, 0]);
  });

  test("scatterAdd of whole numbers, of an expanded source, without dimensions", () => {
    for (const dtype of ["int64", "int32", "float64"] as const) {
      const out = emptyView([3], dtype);
      cpu.fill(out, 1);
      const one = emptyView([1], dtype);
      cpu.fill(one, 2);
      cpu.scatterAdd(out, 0, whole([2, 2, 0, 2], [4]), { ...one, sizes: [4], strides: [0] });
      expect(read(out)).toEqual([3, 1, 7]);
    }
    const scalar = floats([5], []);
    cpu.scatterAdd(scalar, 0, whole([0], []), floats([2], []));
    expect(read(scalar)).toEqual([7]);
  });
});

describe("slices as PyTorch", () => {
  test.each(goldens.slices)("$shape, dimension $dim", ({ dim, shape, chosen, index, select, add }) => {
    const negative = index.map((i, k) => (k % 2 === 0 ? i - shape[dim]! : i));
    for (const layout of [(v: View) => v, turned])
      for (const at of [index, negative].map((list) => whole(list, [list.length]))) {
        const out = layout(emptyView(chosen));
        cpu.indexSelect(layout(single(shape, 1)), dim, at, out);
        expect(read(out)).toEqual(select);
        const sum = layout(single(shape, 1));
        cpu.indexAdd(sum, dim, at, layout(single(chosen, 2)));
        expect(ulpsOff(sum, add)).toBeLessThanOrEqual(1);
        const exact = emptyView(shape, "int64");
        cpu.fill(exact, 0);
        const ones = emptyView(chosen, "int64");
        cpu.fill(ones, 1);
        cpu.indexAdd(exact, dim, at, ones);
        expect(read(exact).reduce((a, b) => a + b)).toBe(sizeOf(chosen));
      }
  });

  test.each(dtypes)("long and short slices of %s", (dtype) => {
    for (const inner of [1, 70]) {
      const x = emptyView([3, inner], dtype);
      cpu.copy({ ...floats([1, 0, 1], [3, 1]), sizes: [3, inner], strides: [1, 0] }, x);
      const out = emptyView([4, inner], dtype);
      cpu.indexSelect(x, 0, whole([1, 0, -1, 1], [4]), out);
      const plain = emptyView([4, inner]);
      cpu.copy(out, plain);
      expect(read(plain)).toEqual([0, 1, 1, 0].flatMap((v) => new Array<number>(inner).fill(v)));
    }
  });
});

describe("indices outside", () => {
  const x = single([3, 4], 1);
  const bad: [string, (out: View) => void, string][] = [
    [
      "gather",
      (out) => cpu.gather(x, 0, whole([0, 1, 5], [1, 3]), { ...out, sizes: [1, 3] }),
      "index 5 is out of bounds for dimension 0 with size 3",
    ],
    [
      "gather",
      (out) => cpu.gather(x, 1, whole([-1], [1, 1]), { ...out, sizes: [1, 1] }),
      "index -1 is out of bounds for dimension 1 with size 4",
    ],
    [
      "scatterAdd",
      (out) => cpu.scatterAdd(out, 0, whole([0, 2 ** 40], [1, 2]), x),
      "index 1099511627776 is out of bounds for dimension 0 with size 3",
    ],
    [
      "indexSelect",
      (out) => cpu.indexSelect(x, 1, whole([0, -5, 1], [3]), { ...out, sizes: [3, 3], strides: [4, 1] }),
      "index -5 is out of bounds for dimension 1 with size 4",
    ],
    [
      "indexAdd",
      (out) => cpu.indexAdd(out, 0, whole([0, 1, 3], [3]), x),
      "index 3 is out of bounds for dimension 0 with size 3",
    ],
  ];
  test.each(bad)("%s names the index and writes nothing", (op, run, message) => {
    const out = single([3, 4], 8);
    const before = read(out);
    expect(() => run(out)).toThrow(IndexError);
    expect(() => run(out)).toThrow(`${op}: ${message}`);
    expect(read(out)).toEqual(before);
  });

  test("of a strided index", () => {
    const index = { ...whole([0, 9, 1, 9, 7, 9], [6]), sizes: [3], strides: [2] };
    expect(() => cpu.indexSelect(x, 0, index, emptyView([3, 4]))).toThrow("index 7 is out of bounds");
  });

  test("need int64", () => {
    const index = viewOf(Int32Array.of(0), [1]);
    expect(() => cpu.indexSelect(x, 0, index, emptyView([1, 4]))).toThrow("need an index of dtype int64; got int32");
  });
});

describe("nonzero as PyTorch", () => {
  const { x: values, shape, positions } = goldens.nonzero;
  test.each(dtypes)("%s", (dtype) => {
    const bits = values.map((v) => (dtype === "uint8" || dtype === "bool" ? Math.abs(v) : v));
    const x = emptyView(shape, dtype);
    cpu.copy(floats(bits, shape), x);
    for (const view of [x, turned(x)]) {
      const count = cpu.countNonzero(view);
      expect(count).toBe(positions.length / 3);
      const out = emptyView([count, 3], "int64");
      cpu.nonzero(view, out);
      expect(read(out)).toEqual(positions);
    }
  });

  test("NaN is not zero, −0 is; nothing and no dimension", () => {
    const x = floats([0, Number.NaN, -0, 1], [4]);
    const out = emptyView([2, 1], "int64");
    cpu.nonzero(x, out);
    expect([cpu.countNonzero(x), ...read(out)]).toEqual([2, 1, 3]);
    expect(cpu.countNonzero(emptyView([0, 3]))).toBe(0);
    expect(cpu.countNonzero(floats([2], []))).toBe(1);
  });
});
