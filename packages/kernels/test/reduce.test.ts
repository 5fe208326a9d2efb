import { cpu, dtypes, ElementError, type Formula, formulas, type Reduction, type View } from "@ag/kernels";
import { describe, expect, test } from "vitest";
import goldens from "./goldens/reduce.json" with { type: "json" };
import { floats, noise, sizeOf, ulpsOff } from "./noise.ts";
import { emptyView, read, viewOf } from "./views.ts";

const iota = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const arrays = {
  float32: (x: number[]) => Float32Array.from(x),
  float64: (x: number[]) => Float64Array.from(x),
  int64: (x: number[]) => BigInt64Array.from(x, (v) => BigInt(Math.trunc(v))),
  int32: (x: number[]) => Int32Array.from(x),
  int16: (x: number[]) => Int16Array.from(x),
  int8: (x: number[]) => Int8Array.from(x),
  uint8: (x: number[]) => Uint8Array.from(x),
  bool: (x: number[]) => Uint8Array.from(x, (v) => (v > 0 ? 1 : 0)),
} as const;
type Computed = keyof typeof arrays;
const make = (values: number[], shape: readonly number[], dtype: Computed): View =>
  viewOf(arrays[dtype](values), shape, dtype);

const folds: Record<Reduction, (a: number, b: number) => number> = {
  sum: (a, b) => a + b,
  prod: (a, b) => a * b,
  max: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b)),
  min: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.min(a, b)),
};

/** A whole number as the dtype keeps it. */
const wrapped = (x: number, dtype: Computed): number =>
  dtype.startsWith("float") || dtype === "int64" ? x : new dtypes[dtype].array([x])[0]!;

/** What the elements that fall on each element of `out` are. */
function groups(values: readonly number[], shape: readonly number[], out: readonly number[]): number[][] {
  const result = Array.from({ length: sizeOf(out) }, (): number[] => []);
  values.forEach((v, i) => {
    let [rest, at, stride] = [i, 0, 1];
    for (let d = shape.length - 1; d >= 0; d--) {
      const index = rest % shape[d]!;
      rest = Math.floor(rest / shape[d]!);
      if (out[d] !== 1) at += index * stride;
      stride *= out[d]!;
    }
    result[at]!.push(v);
  });
  return result;
}

/** The same elements with the dimensions laid out in another order, behind an offset. */
function permuted(x: View, order: readonly number[]): View {
  const strides = new Array<number>(order.length);
  let stride = 1;
  for (const d of [...order].reverse()) {
    strides[d] = stride;
    stride *= x.sizes[d]!;
  }
  const room = emptyView([sizeOf(x.sizes) + 3], x.dtype);
  const out = { ...room, sizes: x.sizes, strides, offset: 3 };
  cpu.copy(x, out);
  return out;
}

const shapes: [shape: number[], out: number[]][] = [
  [[1], [1]],
  [[2], [1]],
  [[7], [1]],
  [[1000], [1]],
  [
    [3, 5],
    [3, 1],
  ],
  [
    [3, 5],
    [1, 5],
  ],
  [
    [67, 131],
    [67, 1],
  ],
  [
    [67, 131],
    [1, 131],
  ],
  [
    [33, 1100],
    [1, 1100],
  ],
  [
    [4, 3, 5, 7],
    [1, 3, 1, 1],
  ],
  [
    [4, 3, 9, 7],
    [1, 3, 1, 1],
  ],
  [
    [4, 3, 5, 7],
    [4, 1, 5, 1],
  ],
  [
    [2, 3, 4, 40],
    [1, 3, 1, 40],
  ],
  [
    [2, 3, 4, 40],
    [2, 1, 1, 40],
  ],
  [
    [5, 4],
    [5, 4],
  ],
  [
    [2, 1, 40, 3],
    [1, 1, 40, 1],
  ],
];

describe.each(Object.keys(arrays) as Computed[])("%s", (dtype) => {
  const kinds: Reduction[] = dtype === "bool" ? ["max", "min"] : ["sum", "prod", "max", "min"];
  test.each(kinds)("%s over every pattern of dimensions, in any layout", (kind) => {
    for (const [shape, outShape] of shapes) {
      const isFloat = dtype.startsWith("float");
      const spread = kind === "prod" ? (isFloat ? 0.02 : 1.4) : 100;
      const shift = kind === "prod" ? (isFloat ? 1 : 1) : dtype === "uint8" ? 100 : 0;
      const x = make(
        noise(sizeOf(shape)).map((v) => v * spread + shift),
        shape,
        dtype,
      );
      const values = read(x);
      const want = groups(values, shape, outShape).map((g) => g.reduce(folds[kind]));
      const out = emptyView(outShape, dtype);
      cpu.reduce(kind, x, out);
      const got = read(out);
      const unit = !isFloat || kind === "max" || kind === "min" ? 0 : dtype === "float32" ? 2 ** -22 : 2 ** -48;
      const scales = groups(values.map(Math.abs), shape, outShape).map((g) =>
        kind === "prod" ? g.length * Math.abs(g.reduce(folds.prod)) : 8 * Math.max(...g) + g.length,
      );
      got.forEach((y, i) => {
        expect(Math.abs(y - wrapped(want[i]!, dtype))).toBeLessThanOrEqual(unit * scales[i]!);
      });
      const reversed = emptyView([...outShape].reverse(), dtype);
      const turned = { ...reversed, sizes: outShape, strides: [...reversed.strides].reverse() };
      cpu.reduce(kind, permuted(x, iota(shape.length).reverse()), turned);
      expect(read(turned)).toEqual(got); // the bits depend on the shape alone
    }
  });
});

const goldenCases = goldens.along as unknown as {
  dtype: Exclude<Computed, "bool">;
  dim: number;
  nan: number[];
  x: (number | string)[];
  out: number[];
  max: [(number | string)[], number[]];
  min: [(number | string)[], number[]];
  sort: Record<"true" | "false", [(number | string)[], number[]]>;
  cumsum: (number | string)[];
}[];

test("products of float32 along rows are rounded once", () => {
  const { shape, x, prod } = goldens.products;
  const out = emptyView([shape[0]!, 1]);
  cpu.reduce("prod", make(x, shape, "float32"), out);
  expect(read(out)).toEqual(prod);
});

describe("along a dimension as PyTorch", () => {
  const shape = [3, 7, 4];
  test.each(goldenCases)("$dtype, dimension $dim, NaN at $nan", ({ dtype, dim, x, out, cumsum, ...golden }) => {
    const plain = make(x.map(Number), shape, dtype);
    for (const view of [plain, permuted(plain, [2, 0, 1])]) {
      for (const kind of ["max", "min"] as const) {
        const [values, indices] = [emptyView(out, dtype), emptyView(out, "int64")];
        cpu.argReduce(kind, view, dim, values, indices);
        expect(read(values)).toEqual(golden[kind][0].map(Number));
        expect(read(indices)).toEqual(golden[kind][1]);
        cpu.argReduce(kind, view, dim, null, indices);
        expect(read(indices)).toEqual(golden[kind][1]);
        const reduced = emptyView(out, dtype);
        cpu.reduce(kind, view, reduced);
        expect(read(reduced)).toEqual(golden[kind][0].map(Number));
      }
      for (const descending of [false, true]) {
        const [values, indices] = [emptyView(shape, dtype), emptyView(shape, "int64")];
        cpu.sort(view, dim, descending, values, permuted(indices, [1, 0, 2]));
        cpu.sort(view, dim, descending, permuted(values, [1, 2, 0]), indices);
        cpu.sort(view, dim, descending, values, indices);
        expect(read(values)).toEqual(golden.sort[`${descending}`][0].map(Number));
        expect(read(indices)).toEqual(golden.sort[`${descending}`][1]);
      }
      const sums = permuted(emptyView(shape, dtype), [1, 2, 0]);
      cpu.cumsum(view, dim, sums);
      expect(ulpsOff(sums, cumsum)).toBeLessThanOrEqual(2);
    }
  });

  test("the first of equal elements, of any dtype", () => {
    for (const dtype of Object.keys(arrays) as Computed[]) {
      const [values, indices] = [emptyView([1, 1], dtype), emptyView([1, 1], "int64")];
      cpu.argReduce("max", make([0, 1, 0, 1], [1, 4], dtype), 1, values, indices);
      expect([...read(values), ...read(indices)]).toEqual([1, 1]);
      cpu.argReduce("min", make([1, 1, 0, 0], [1, 4], dtype), 1, values, indices);
      expect([...read(values), ...read(indices)]).toEqual([0, 2]);
    }
  });

  test("no element has no largest one", () => {
    const run = (): void => cpu.argReduce("max", emptyView([2, 0]), 1, null, emptyView([2, 1], "int64"));
    expect(run).toThrow(RangeError);
  });
});

describe("accuracy", () => {
  /** The exact sum, by collecting what each addition loses. */
  const exact = (values: Float32Array | Float64Array): number => {
    let [sum, lost] = [0, 0];
    for (const x of values) {
      const next = sum + x;
      lost += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum;
      sum = next;
    }
    return sum + lost;
  };
  test.each([1000, 65537, 1000003])("sums of %i numbers are off by one unit at most", (n) => {
    const values = noise(n, 7).map((v) => (v + 1) / 2);
    for (const [data, digits] of [
      [Float32Array.from(values), 24],
      [Float64Array.from(values), 53],
    ] as const) {
      const dtype = digits === 24 ? "float32" : "float64";
      const want = exact(data);
      const sums: View[] = [emptyView([1], dtype), emptyView([1, 1], dtype), emptyView([1, 3], dtype)];
      cpu.reduce("sum", viewOf(data, [n]), sums[0]!);
      cpu.reduce("sum", viewOf(data, [n, 1]), sums[1]!);
      for (const view of sums.slice(0, 2))
        expect(Math.abs(read(view)[0]! - want)).toBeLessThanOrEqual(Math.abs(want) * 2 ** -digits * 2);
      const columns = { ...viewOf(data, [n]), sizes: [n, 3], strides: [1, 0] };
      cpu.reduce("sum", columns, sums[2]!);
      for (const y of read(sums[2]!)) expect(Math.abs(y - want)).toBeLessThanOrEqual(Math.abs(want) * 2 ** -digits * 2);
    }
  });

  test("infinity and NaN come through", () => {
    const { NaN: none, POSITIVE_INFINITY: inf } = Number;
    for (const dtype of ["float32", "float64"] as const)
      for (const n of [3, 300, 3000])
        for (const [special, want] of [
          [[inf], inf],
          [[none], none],
          [[inf, -inf], none],
        ] as const) {
          const values = noise(n, 3);
          special.forEach((x, i) => {
            values[Math.floor(n / 3) * (i + 1)] = x;
          });
          const out = emptyView([1, 1], dtype);
          cpu.reduce("sum", make(values, [1, n], dtype), out);
          expect(read(out)).toEqual([want]);
          const column = emptyView([1, 2], dtype);
          cpu.reduce("sum", { ...make(values, [n], dtype), sizes: [n, 2], strides: [1, 0] }, column);
          expect(read(column)).toEqual([want, want]);
        }
  });
});

const square: Formula = (m, x) => m.mul(x, x);
const positive: Formula = (m, x) => m.lt(0, x);
const known: Formula = (m, x) => m.select(m.eq(x, x), x, 0);

describe("a formula of the elements", () => {
  const kinds: readonly Reduction[] = ["sum", "prod", "max", "min"];
  const made = (dtype: Computed, shape: readonly number[]): View => {
    const spread = dtype === "bool" ? 1 : dtype.startsWith("float") ? 1.5 : 6;
    const values = noise(sizeOf(shape), 5).map((v, i) => (i % 11 === 3 ? 0 : v * spread + (dtype === "uint8" ? 7 : 0)));
    return make(dtype === "bool" ? values.map((v) => Number(v > 0)) : values, shape, dtype);
  };
  /** The same by way of a temporary. */
  const apart = (of: Formula, kind: Reduction, x: View, out: View): number[] => {
    const terms = emptyView(x.sizes, out.dtype === "int64" && x.dtype !== "int64" ? "bool" : out.dtype);
    cpu.pointwise(of, [x], terms, x.dtype);
    const wide = emptyView(x.sizes, out.dtype);
    cpu.copy(terms, wide);
    cpu.reduce(kind, wide, out);
    return read(out);
  };

  describe.each(Object.keys(arrays) as Computed[])("%s", (dtype) => {
    const results = (of: Formula): readonly Computed[] => (of === positive ? [dtype, "bool", "int64"] : [dtype]);
    test.each([
      ["square", square],
      ["condition", positive],
      ["known", known],
    ] as const)("%s: the bits of a temporary's", (_, of) => {
      for (const [shape, outShape] of [...shapes.filter(([shape]) => sizeOf(shape) < 9999), [[], []]] as typeof shapes)
        for (const result of results(of))
          for (const kind of result === "bool" ? (["max", "min"] as const) : kinds) {
            const [x, out] = [made(dtype, shape), emptyView(outShape, result)];
            cpu.reduce(kind, x, out, of);
            expect(read(out)).toEqual(apart(of, kind, x, emptyView(outShape, result)));
          }
    });
  });

  test.each(["float32", "int32"] as const)("rows that are cut into parts, %s", (dtype) => {
    const x = made(dtype, [1, 600001]);
    for (const kind of ["sum", "max"] as const) {
      const out = emptyView([1, 1], dtype);
      cpu.reduce(kind, x, out, square);
      expect(read(out)).toEqual(apart(square, kind, x, emptyView([1, 1], dtype)));
    }
  });

  test("of other layouts, and of no element", () => {
    const [x, out, turned] = [made("float32", [6, 40]), emptyView([6, 1]), emptyView([6, 1])];
    cpu.reduce("sum", x, out, square);
    cpu.reduce("sum", permuted(x, [1, 0]), turned, square);
    expect(read(turned)).toEqual(read(out));
    const count = emptyView([1, 2], "int64");
    cpu.reduce("sum", emptyView([0, 2]), count, positive);
    expect(read(count)).toEqual([0, 0]);
  });

  test("a formula that leaves elements to scalars is refused", () => {
    expect(() => cpu.reduce("sum", floats([1, 2], [2]), emptyView([1]), formulas.sin)).toThrow("`rarely`");
  });

  test("sums that leave NaN out", () => {
    const out = emptyView([1]);
    cpu.reduce("sum", floats([1, Number.NaN, 2, Number.NaN, 4], [5]), out, known);
    expect(read(out)).toEqual([7]);
  });
});

describe("check", () => {
  const bounded: Formula = (m, x, low, high) => m.and(m.le(low!, x), m.le(x, high!));
  const refusal = (x: View): unknown => {
    try {
      cpu.check(bounded, x, [-2, 5]);
    } catch (error) {
      return error instanceof ElementError ? [error.position, error.value] : error;
    }
    return null;
  };
  test("names the first element in row-major order", () => {
    for (const dtype of ["float32", "float64", "int64", "int32"] as const) {
      const x = make([1, 2, 6, -3, 5, 0], [2, 3], dtype);
      const value = dtype === "int64" ? BigInt : Number;
      expect(refusal(x)).toEqual([2, value(6)]);
      expect(refusal({ ...x, sizes: [3, 2], strides: [1, 3] })).toEqual([1, value(-3)]);
      expect(refusal({ ...x, sizes: [2, 2] })).toEqual([2, value(-3)]);
      expect(refusal({ ...x, sizes: [2, 2], offset: 4, strides: [1, 0] })).toBe(null);
    }
    expect(refusal(floats([1, Number.NaN], [2]))).toEqual([1, Number.NaN]);
    expect(refusal(emptyView([0, 3]))).toBe(null);
  });
});

describe("no element", () => {
  test("float32 multiplies in float64, and rounds once", () => {
    const x = Array.from(noise(300, 1), (v) => Math.fround(1 + 0.1 * v));
    const out = emptyView([1]);
    cpu.reduce("prod", make(x, [300], "float32"), out);
    expect(read(out)).toEqual([Math.fround(x.reduce((a, b) => a * b))]);
  });

  test("sums are 0, products 1", () => {
    for (const [kind, want] of [
      ["sum", 0],
      ["prod", 1],
    ] as const) {
      const out = emptyView([2, 1]);
      cpu.reduce(kind, emptyView([2, 0]), out);
      expect(read(out)).toEqual([want, want]);
      const all = emptyView([1]);
      cpu.reduce(kind, emptyView([0]), all);
      expect(read(all)).toEqual([want]);
    }
  });
  test("storage-only dtypes are refused", () => {
    expect(() => cpu.reduce("sum", emptyView([3], "float16"), emptyView([1], "float16"))).toThrow(TypeError);
  });
});
