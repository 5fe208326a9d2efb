import { cpu, type DType, ElementError, type View } from "@ag/kernels";
import { describe, expect, test } from "vitest";
import goldens from "./goldens/gather.json" with { type: "json" };
import { floats, noise, sizeOf, ulpsOff, whole } from "./noise.ts";
import { emptyView, read, viewOf } from "./views.ts";

const single = (shape: readonly number[], seed: number): View => floats(noise(sizeOf(shape), seed), shape);
/** An index of one dimension, for all slices of `like` along `dim`. */
const along = (index: View, dim: number, { sizes }: View): View => ({
  ...index,
  sizes,
  strides: sizes.map((_, d) => (d === dim ? index.strides[0]! : 0)),
});
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
      cpu.gather(layout(x), layout(at), out, { dim });
      expect(read(out)).toEqual(gather);
      const sum = layout(single(shape, 1));
      cpu.scatter("add", sum, layout(at), layout(source), { dim });
      expect(ulpsOff(sum, scatter)).toBeLessThanOrEqual(1);
    }
  });

  test.each(dtypes)("gather moves the bits of %s", (dtype) => {
    const x = emptyView([4, 3], dtype);
    cpu.copy(floats([0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1], [4, 3]), x);
    const out = emptyView([2, 3], dtype);
    cpu.gather(x, whole([3, 0, 1, 2, 1, 0], [2, 3]), out, { dim: 0 });
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
      cpu.scatter("add", out, whole([2, 2, 0, 2], [4]), { ...one, sizes: [4], strides: [0] }, { dim: 0 });
      expect(read(out)).toEqual([3, 1, 7]);
    }
    const scalar = floats([5], []);
    cpu.scatter("add", scalar, whole([0], []), floats([2], []), { dim: 0 });
    expect(read(scalar)).toEqual([7]);
  });
});

describe("slices as PyTorch", () => {
  test.each(goldens.slices)("$shape, dimension $dim", ({ dim, shape, chosen, index, select, add }) => {
    const negative = index.map((i, k) => (k % 2 === 0 ? i - shape[dim]! : i));
    for (const layout of [(v: View) => v, turned])
      for (const at of [index, negative].map((list) => whole(list, [list.length]))) {
        const out = layout(emptyView(chosen));
        cpu.gather(layout(single(shape, 1)), along(at, dim, out), out, { dim, wraps: true });
        expect(read(out)).toEqual(select);
        const sum = layout(single(shape, 1));
        cpu.scatter("add", sum, along(at, dim, out), layout(single(chosen, 2)), { dim, wraps: true });
        expect(ulpsOff(sum, add)).toBeLessThanOrEqual(1);
        const exact = emptyView(shape, "int64");
        cpu.fill(exact, 0);
        const ones = emptyView(chosen, "int64");
        cpu.fill(ones, 1);
        cpu.scatter("add", exact, along(at, dim, ones), ones, { dim, wraps: true });
        expect(read(exact).reduce((a, b) => a + b)).toBe(sizeOf(chosen));
      }
  });

  test.each(dtypes)("long and short slices of %s", (dtype) => {
    for (const inner of [1, 70]) {
      const x = emptyView([3, inner], dtype);
      cpu.copy({ ...floats([1, 0, 1], [3, 1]), sizes: [3, inner], strides: [1, 0] }, x);
      const out = emptyView([4, inner], dtype);
      cpu.gather(x, along(whole([1, 0, -1, 1], [4]), 0, out), out, { dim: 0, wraps: true });
      const plain = emptyView([4, inner]);
      cpu.copy(out, plain);
      expect(read(plain)).toEqual([0, 1, 1, 0].flatMap((v) => new Array<number>(inner).fill(v)));
    }
  });
});

test("of several written to one place the last stays", () => {
  for (const dtype of dtypes)
    for (const inner of [1, 70]) {
      const [out, source] = [emptyView([3, inner], dtype), emptyView([4, inner], dtype)];
      cpu.fill(out, 0);
      cpu.copy({ ...floats([1, 1, 0, 1], [4, 1]), sizes: [4, inner], strides: [1, 0] }, source);
      cpu.scatter("set", out, along(whole([1, 2, 1, 0], [4]), 0, source), source, { dim: 0 });
      const plain = emptyView([3, inner]);
      cpu.copy(out, plain);
      expect(read(plain)).toEqual([1, 0, 1].flatMap((v) => new Array<number>(inner).fill(v)));
    }
});

describe("indices outside", () => {
  const x = single([3, 4], 1);
  const bad: [op: string, run: (out: View) => void, message: string, position: number][] = [
    [
      "gather",
      (out) => cpu.gather(x, whole([0, 1, 5], [1, 3]), { ...out, sizes: [1, 3] }, { dim: 0 }),
      "index 5 is out of bounds for dimension 0 with size 3",
      2,
    ],
    [
      "gather",
      (out) => cpu.gather(x, whole([-1], [1, 1]), { ...out, sizes: [1, 1] }, { dim: 1 }),
      "index -1 is out of bounds for dimension 1 with size 4",
      0,
    ],
    [
      "scatter",
      (out) => cpu.scatter("add", out, whole([0, 2 ** 40], [1, 2]), x, { dim: 0 }),
      "index 1099511627776 is out of bounds for dimension 0 with size 3",
      1,
    ],
    [
      "gather",
      (out) => {
        const to = { ...out, sizes: [3, 3], strides: [4, 1] };
        cpu.gather(x, along(whole([0, -5, 1], [3]), 1, to), to, { dim: 1, wraps: true });
      },
      "index -5 is out of bounds for dimension 1 with size 4",
      1,
    ],
    [
      "scatter",
      (out) => cpu.scatter("set", out, along(whole([0, 1, 3], [3]), 0, x), x, { dim: 0, wraps: true }),
      "index 3 is out of bounds for dimension 0 with size 3",
      2,
    ],
  ];
  test.each(bad)("%s names the index and its place, and writes nothing", (op, run, message, position) => {
    const out = single([3, 4], 8);
    const before = read(out);
    expect(() => run(out)).toThrow(ElementError);
    expect(() => run(out)).toThrow(expect.objectContaining({ position, message: `${op}: ${message}` }));
    expect(read(out)).toEqual(before);
  });

  test("of a strided index", () => {
    const index = { ...whole([0, 9, 1, 9, 7, 9], [6]), sizes: [3], strides: [2] };
    const out = emptyView([3, 4]);
    expect(() => cpu.gather(x, along(index, 0, out), out, { dim: 0 })).toThrow("index 7 is out of bounds");
  });

  test("also where slices are empty", () => {
    const out = emptyView([2, 0]);
    expect(() => cpu.gather(emptyView([3, 0]), along(whole([0, 3], [2]), 0, out), out, { dim: 0 })).toThrow("index 3");
  });

  test("need int64", () => {
    const index = viewOf(Int32Array.of(0), [1]);
    expect(() => cpu.gather(x, index, emptyView([1, 4]), { dim: 0 })).toThrow(
      "need an index of dtype int64; got int32",
    );
  });
});

function positionsOf(x: View): readonly number[] {
  let out: View | undefined;
  cpu.nonzero(x, (count) => {
    out = emptyView([count, x.sizes.length], "int64");
    return out;
  });
  return read(out!);
}

describe("nonzero as PyTorch", () => {
  const { x: values, shape, positions } = goldens.nonzero;
  test.each(dtypes)("%s", (dtype) => {
    const bits = values.map((v) => (dtype === "uint8" || dtype === "bool" ? Math.abs(v) : v));
    const x = emptyView(shape, dtype);
    cpu.copy(floats(bits, shape), x);
    for (const view of [x, turned(x)]) {
      expect(positionsOf(view)).toEqual(positions);
    }
  });

  test("NaN is not zero, −0 is; no dimension", () => {
    const x = floats([0, Number.NaN, -0, 1], [4]);
    expect([positionsOf(x), positionsOf(x)]).toEqual([[1, 3], [1, 3]]); // biome-ignore format: two calls
    expect(positionsOf(floats([2], []))).toEqual([]);
    expect(positionsOf(floats([0, 0], [2]))).toEqual([]);
  });
});
