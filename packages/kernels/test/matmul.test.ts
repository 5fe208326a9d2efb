import { cpu, type DType, numerics, type View } from "@ag/kernels";
import { afterAll, describe, expect, test } from "vitest";
import { reproducible } from "#matmul/choice";
import { engineOf } from "#matmul/engine";
import { needsOf, stagesOf } from "#matmul/ways";
import goldens from "./goldens/products.json" with { type: "json" };
import { allowedError, largestDifference, numbers } from "./numbers.ts";
import { emptyView, read, viewOf } from "./views.ts";

type Real = "float32" | "float64";

/** The same elements with the last two dimensions exchanged. */
const transposed = (x: View): View => ({
  ...x,
  sizes: [...x.sizes.slice(0, -2), x.sizes.at(-1)!, x.sizes.at(-2)!],
  strides: [...x.strides.slice(0, -2), x.strides.at(-1)!, x.strides.at(-2)!],
});

const real = (dtype: Real, seed: number, count: number): Float32Array | Float64Array =>
  dtype === "float32" ? numbers(seed, count) : Float64Array.from(numbers(seed, count));

/** [rows, columns], stored so or transposed. */
const matrix = (dtype: Real, seed: number, rows: number, columns: number, isTurned: boolean): View =>
  isTurned
    ? transposed(viewOf(real(dtype, seed, rows * columns), [columns, rows]))
    : viewOf(real(dtype, seed, rows * columns), [rows, columns]);

/** The definition, rounding by rounding: blocks of 256 from zero in the order of k, added in order. */
function defined(a: readonly number[], b: readonly number[], [n, k, m]: readonly number[], dtype: Real): number[] {
  const round = dtype === "float32" ? Math.fround : (x: number): number => x;
  return Array.from({ length: n! * m! }, (_, at) => {
    const [i, j] = [Math.floor(at / m!), at % m!];
    let total = 0;
    for (let p = 0; p < k!; p += 256) {
      let sum = 0;
      for (let q = p; q < Math.min(k!, p + 256); q++) sum = round(sum + round(a[i * k! + q]! * b[q * m! + j]!));
      total = p === 0 ? sum : round(total + sum);
    }
    return total;
  });
}

/** Results in three layouts: contiguous, transposed, and with neighbours apart. */
const layouts: readonly ((dtype: Real, n: number, m: number) => View)[] = [
  (dtype, n, m) => emptyView([n, m], dtype),
  (dtype, n, m) => transposed(emptyView([m, n], dtype)),
  (dtype, n, m) => {
    const wide = emptyView([n, m, 2], dtype);
    return { ...wide, offset: 1, sizes: [n, m], strides: wide.strides.slice(0, 2) };
  },
];

const shapes = [
  [1, 1, 1],
  [2, 3, 4],
  [7, 5, 9],
  [1, 300, 50],
  [50, 300, 1],
  [3, 700, 9],
  [9, 700, 3],
  [17, 257, 33],
  [63, 300, 65],
  [37, 600, 101],
  [8, 40, 520],
  [520, 40, 7],
  [130, 20, 260],
  [2, 16, 2100],
] as const;

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  test.each(shapes)("every bit of %i × %i × %i is as defined, in every layout", (n, k, m) => {
    for (let layout = 0; layout < 12; layout++) {
      const a = matrix(dtype, 1, n, k, (layout & 1) > 0);
      const b = matrix(dtype, 2, k, m, (layout & 2) > 0);
      const out = layouts[layout >> 2]!(dtype, n, m);
      cpu.matmul(a, b, out);
      expect(read(out)).toEqual(defined(read(a), read(b), [n, k, m], dtype));
    }
  });

  test("batches, with stride 0 and a bias of every shape", () => {
    const [batch, n, k, m] = [3, 10, 300, 17];
    const one = viewOf(real(dtype, 1, n * k), [n, k]);
    const a: View = { ...one, sizes: [batch, n, k], strides: [0, k, 1] };
    const b = viewOf(real(dtype, 2, batch * k * m), [batch, k, m]);
    for (const shape of [[], [m], [n, 1], [n, m], [1, 1, m], [batch, 1, 1], [batch, n, m]]) {
      const bias = viewOf(
        real(
          dtype,
          3,
          shape.reduce((x, y) => x * y, 1),
        ),
        shape,
      );
      const plain = emptyView([batch, n, m], dtype);
      const biased = emptyView([batch, n, m], dtype);
      cpu.matmul(a, b, plain);
      cpu.matmul(a, b, biased, bias);
      const strides = [batch, n, m].map((_, d) => {
        const own = d - 3 + shape.length;
        return own < 0 || shape[own] === 1 ? 0 : bias.strides[own]!;
      });
      const added = read({ ...bias, sizes: [batch, n, m], strides });
      const round = dtype === "float32" ? Math.fround : (x: number): number => x;
      expect(read(biased)).toEqual(read(plain).map((x, i) => round(x + added[i]!)));
      const last = { ...b, offset: 2 * k * m, sizes: [k, m], strides: [m, 1] };
      expect(read(plain).slice(2 * n * m)).toEqual(defined(read(one), read(last), [n, k, m], dtype));
    }
  });

  test("no terms give zeros, or the bias; no elements give nothing", () => {
    const [a, b] = [emptyView([3, 0], dtype), emptyView([0, 20], dtype)];
    const out = viewOf(real(dtype, 1, 60), [3, 20]);
    cpu.matmul(a, b, out);
    expect(read(out)).toEqual(new Array(60).fill(0));
    const bias = viewOf(real(dtype, 2, 20), [20]);
    cpu.matmul(a, b, out, bias);
    expect(read(out)).toEqual([...read(bias), ...read(bias), ...read(bias)]);
    cpu.matmul(emptyView([0, 5], dtype), emptyView([5, 20], dtype), emptyView([0, 20], dtype));
    const batched = viewOf(real(dtype, 1, 30), [2, 3, 5]);
    cpu.matmul(emptyView([2, 3, 0], dtype), emptyView([2, 0, 5], dtype), batched);
    expect(read(batched)).toEqual(new Array(30).fill(0));
  });
});

test("a column of a matrix is a result, and a row of a matrix is an operand", () => {
  const whole = viewOf(numbers(1, 40 * 30), [40, 30]);
  const x: View = { ...whole, offset: 7, sizes: [40, 1], strides: [30, 1] };
  const a = viewOf(numbers(2, 25 * 40), [25, 40]);
  const out = viewOf(new Float32Array(25 * 4), [25, 4]);
  cpu.matmul(a, x, { ...out, offset: 2, sizes: [25, 1], strides: [4, 4] });
  const sums = defined(read(a), read(x), [25, 40, 1], "float32");
  expect(read(out)).toEqual(sums.flatMap((sum) => [0, 0, sum, 0]));
});

test("nothing beside the result is written", () => {
  for (const [n, k, m] of shapes) {
    const around = viewOf(new Float32Array((n + 2) * (m + 3)).fill(-7), [n + 2, m + 3]);
    const out: View = { ...around, offset: m + 4, sizes: [n, m] };
    cpu.matmul(matrix("float32", 1, n, k, false), matrix("float32", 2, k, m, false), out);
    const beside = read(around).filter((_, i) => {
      const [row, column] = [Math.floor(i / (m + 3)) - 1, (i % (m + 3)) - 1];
      return row < 0 || row >= n || column < 0 || column >= m;
    });
    expect(beside.every((x) => x === -7)).toBe(true);
  }
});

test("infinities and NaN reach their row and column, and no other", () => {
  for (const [n, k, m] of [
    [5, 40, 5],
    [19, 300, 21],
    [70, 300, 70],
    [3, 300, 70],
    [70, 300, 1],
  ] as const) {
    const [x, y] = [numbers(1, n * k), numbers(2, k * m)];
    x[(n - 1) * k + 3] = Number.NaN;
    y[3 * m + m - 1] = Number.POSITIVE_INFINITY;
    const out = emptyView([n, m]);
    cpu.matmul(viewOf(x, [n, k]), viewOf(y, [k, m]), out);
    const kind = (value: number): number => (Number.isFinite(value) ? 0 : value);
    const expected = (row: number, column: number): number => {
      if (row === n - 1) return Number.NaN;
      return column === m - 1 ? x[row * k + 3]! * Number.POSITIVE_INFINITY : 0;
    };
    const places = Array.from({ length: n * m }, (_, i) => expected(Math.floor(i / m), i % m));
    expect(read(out).map(kind)).toEqual(places);
  }
});

test("every tile gives the same bits", () => {
  const sizes = { rows: 41, columns: 57, k: 530 };
  const [a, b] = [matrix("float32", 1, 41, 530, false), matrix("float32", 2, 530, 57, false)];
  const expected = defined(read(a), read(b), [41, 530, 57], "float32");
  const { candidates, four, narrow } = reproducible;
  for (const tile of [...candidates, ...four, ...narrow]) {
    const engine = engineOf(tile);
    const spare = emptyView([1 << 20], "uint8" as DType);
    for (const way of ["blocks", "sweep"] as const) {
      const out = emptyView([41, 57]);
      const at = (x: View): number => x.storage.address();
      const [left, right] = [
        { at: at(a), row: 4 * 530, column: 4 },
        { at: at(b), row: 4 * 57, column: 4 },
      ];
      const product = { dtype: "float32", sizes, engine, a: left, b: right, c: at(out), ldc: 4 * 57 } as const;
      const { shared, extent } = needsOf(way, "float32", engine, sizes);
      for (const { prepare, part } of stagesOf(way, product, at(spare))) {
        prepare();
        part(0, extent, at(spare) + 64 * Math.ceil(shared / 64));
      }
      expect(read(out)).toEqual(expected);
    }
  }
});

test("more panels than are held at a time, and more columns", () => {
  const [n, k, m] = [23, 4400, 2056];
  const [a, b] = [matrix("float32", 1, n, k, false), matrix("float32", 2, k, m, false)];
  const out = emptyView([n, m]);
  cpu.matmul(a, b, out);
  for (const column of [0, 2047, 2048, 2055]) {
    const part = (x: View, rows: number): number[] => read({ ...x, offset: column, sizes: [rows, 1] });
    expect(part(out, n)).toEqual(defined(read(a), part(b, k), [n, k, 1], "float32"));
  }
});

test.each(goldens.products)("error as PyTorch's: $shape", ({ shape, product, biased }) => {
  const [n, k, m] = shape as [number, number, number];
  const [x, y, z] = [numbers(1, n * k), numbers(2, k * m), numbers(3, m)];
  const exact = defined([...x], [...y], [n, k, m], "float64");
  const [a, b] = [viewOf(x, [n, k]), viewOf(y, [k, m])];
  const out = emptyView([n, m]);
  cpu.matmul(a, b, out);
  for (const [i, pick] of product.picks.entries()) expect(exact[pick]).toBeCloseTo(product.exact[i]!, 10);
  expect(largestDifference(read(out), exact)).toBeLessThanOrEqual(allowedError(product, exact));
  cpu.matmul(a, b, out, viewOf(z));
  const withBias = exact.map((value, i) => value + z[i % m]!);
  for (const [i, pick] of biased.picks.entries()) expect(withBias[pick]).toBeCloseTo(biased.exact[i]!, 10);
  expect(largestDifference(read(out), withBias)).toBeLessThanOrEqual(allowedError(biased, withBias));
});

describe("fast numerics", () => {
  afterAll(() => numerics("reproducible"));

  test("are as accurate, and end when they are told to", () => {
    const [a, b] = [matrix("float32", 1, 65, 700, false), matrix("float32", 2, 700, 67, false)];
    const exact = defined(read(a), read(b), [65, 700, 67], "float64");
    const product = (): number[] => {
      const out = emptyView([65, 67]);
      cpu.matmul(a, b, out);
      return read(out);
    };
    const before = product();
    numerics("fast");
    const fast = product();
    expect(largestDifference(fast, exact)).toBeLessThanOrEqual(largestDifference(before, exact));
    numerics("reproducible");
    expect(product()).toEqual(before);
    expect(() => numerics("exact" as "fast")).toThrow('numerics: need "reproducible" or "fast"; got exact.');
  });
});
