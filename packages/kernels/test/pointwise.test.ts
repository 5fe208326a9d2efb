import { type Algebra, cpu, type DType, type Formula, type View } from "@ag/kernels";
import { describe, expect, test, vi } from "vitest";
import { emptyView, read, viewOf } from "./views.ts";

/** A formula of numbers alone, as far as the tests need it: `add`, comparisons and so on by name. */
const binary =
  (name: "add" | "sub" | "mul" | "div" | "min" | "max" | "lt" | "le" | "eq" | "ne"): Formula =>
  <T, C>(m: Algebra<T, C>, x: T, y: T) =>
    m[name](x, y);
const [add, sub, mul, div, min, max] = (["add", "sub", "mul", "div", "min", "max"] as const).map(binary) as Formula[];
const where: Formula = (m, c, x, y) => m.select(m.ne(c!, 0), x!, y!);

function run(
  formula: Formula,
  operands: readonly (View | number | bigint)[],
  compute: DType,
  shape: number[],
): number[] {
  const out = emptyView(shape, compute);
  cpu.pointwise(formula, operands, out, compute);
  return read(out);
}
const apply32 = (formula: Formula, ...xs: Float32Array[]): number[] =>
  run(
    formula,
    xs.map((x) => viewOf(x)),
    "float32",
    [xs[0]!.length],
  );
const apply64 = (formula: Formula, ...xs: Float64Array[]): number[] =>
  run(
    formula,
    xs.map((x) => viewOf(x)),
    "float64",
    [xs[0]!.length],
  );

describe("arithmetic", () => {
  const specials = [
    0,
    -0,
    1,
    -1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    1e-40,
    3e38,
    7,
    0.1,
  ];
  const a = Float32Array.from(specials.flatMap((x) => specials.map(() => x)));
  const b = Float32Array.from(specials.flatMap(() => specials));
  const exact: Readonly<Record<string, (x: number, y: number) => number>> = {
    add: (x, y) => x + y,
    sub: (x, y) => x - y,
    mul: (x, y) => x * y,
    div: (x, y) => x / y,
    min: (x, y) => [x, y][Number(y < x)]!, // x when either is NaN
    max: (x, y) => [x, y][Number(x < y)]!,
  };
  test.each(Object.entries(exact))("%s in float32", (name, op) => {
    const want = [...a].map((x, i) => Math.fround(op(x, b[i]!)));
    expect(apply32(binary(name as "add"), a, b)).toEqual(want);
  });

  test.each([
    ["lt", (x: number, y: number) => x < y],
    ["le", (x: number, y: number) => x <= y],
    ["eq", (x: number, y: number) => x === y],
    ["ne", (x: number, y: number) => x !== y],
  ] as const)("%s gives bool, in float32 and float64", (name, op) => {
    const want = [...a].map((x, i) => Number(op(x, b[i]!)));
    for (const [compute, x, y] of [
      ["float32", viewOf(a), viewOf(b)],
      ["float64", viewOf(Float64Array.from(a)), viewOf(Float64Array.from(b))],
    ] as const) {
      const out = emptyView([a.length], "bool");
      cpu.pointwise(binary(name), [x, y], out, compute);
      expect(read(out)).toEqual(want);
    }
  });

  test("rounding, roots and signs", () => {
    const x = Float32Array.of(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.7, -2.7, 4, 1e20, 9);
    const of = (formula: Formula): number[] => apply32(formula, x);
    expect(of((m, x) => m.round(x!))).toEqual([-2, -2, -0, 0, 2, 2, 3, -3, 4, Math.fround(1e20), 9]);
    expect(of((m, x) => m.floor(x!))).toEqual([...x].map(Math.floor));
    expect(of((m, x) => m.ceil(x!))).toEqual([...x].map(Math.ceil));
    expect(of((m, x) => m.trunc(x!))).toEqual([...x].map(Math.trunc));
    expect(of((m, x) => m.sqrt(m.abs(x!)))).toEqual([...x].map((y) => Math.fround(Math.sqrt(Math.abs(y)))));
    expect(of((m, x) => m.neg(x!))).toEqual([...x].map((y) => -y));
  });

  test("select by a bool operand, vectors and tail", () => {
    const mask = viewOf(
      Uint8Array.from({ length: 21 }, (_, i) => Number(i % 3 === 0)),
      [21],
      "bool",
    );
    const x = viewOf(Float32Array.from({ length: 21 }, (_, i) => i));
    const want = Array.from({ length: 21 }, (_, i) => (i % 3 === 0 ? i : -1));
    expect(run(where, [mask, x, -1], "float32", [21])).toEqual(want);
    expect(run(where, [mask, viewOf(Float64Array.from(read(x))), -1], "float64", [21])).toEqual(want);
  });

  test("a condition as a number", () => {
    const x = Float32Array.from({ length: 11 }, (_, i) => i - 5);
    const isPositive: Formula = (m, x) => m.lt(0, x!);
    expect(apply32(isPositive, x)).toEqual([...x].map((y) => Number(y > 0)));
    expect(apply64(isPositive, Float64Array.from(x))).toEqual([...x].map((y) => Number(y > 0)));
  });

  test("a number as a condition", () => {
    const out = emptyView([9], "bool");
    const x = viewOf(Float32Array.of(0, -0, 1, Number.NaN, 0.5, 0, 0, 2, 3));
    const itself: Formula = (_m, x) => x!;
    cpu.pointwise(itself, [x], out, "float32");
    expect(read(out)).toEqual([0, 0, 1, 1, 1, 0, 0, 1, 1]);
  });
});

describe("whole dtypes", () => {
  const longs = (...x: bigint[]): View => viewOf(BigInt64Array.from(x));
  test("int64 is exact and wraps", () => {
    const out = emptyView([3], "int64");
    cpu.pointwise(add!, [longs(2n ** 62n, 9007199254740993n, -1n), longs(2n ** 62n, 0n, 1n)], out, "int64");
    const isExact = emptyView([3], "bool");
    cpu.pointwise(binary("eq"), [out, longs(-(2n ** 63n), 9007199254740993n, 0n)], isExact, "int64");
    expect(read(isExact)).toEqual([1, 1, 1]);
    cpu.pointwise(binary("eq"), [longs(2n ** 53n, 2n ** 53n + 1n, 0n), 9007199254740993n], isExact, "int64");
    expect(read(isExact)).toEqual([0, 1, 0]);
  });

  test("division is towards zero, by zero gives 0, never traps", () => {
    expect(run(div!, [longs(-7n, 7n, 5n), longs(2n, -2n, 0n)], "int64", [3])).toEqual([-3, -3, 0]);
    expect(run(div!, [longs(-(2n ** 63n)), -1], "int64", [1])).toEqual([-(2 ** 63)]);
    expect(
      run(div!, [viewOf(Int32Array.of(-(2 ** 31), -7, 7)), viewOf(Int32Array.of(-1, -1, 0))], "int32", [3]),
    ).toEqual([-(2 ** 31), 7, 0]);
  });

  test("uint8 wraps, int32 wraps", () => {
    const x = viewOf(Uint8Array.of(250, 3, 200));
    expect(run(add!, [x, 10], "uint8", [3])).toEqual([4, 13, 210]);
    expect(run(sub!, [x, 4], "uint8", [3])).toEqual([246, 255, 196]);
    expect(run(mul!, [x, x], "uint8", [3])).toEqual([(250 * 250) & 255, 9, 40000 & 255]);
    const mean: Formula = (m, a, b) => m.div(m.add(a!, b!), 2); // what is between wraps too
    expect(run(mean, [x, 100], "uint8", [3])).toEqual([47, 51, 22]);
    expect(run(mul!, [viewOf(Int32Array.of(65536, -3)), viewOf(Int32Array.of(65536, 5))], "int32", [2])).toEqual([
      0, -15,
    ]);
    const halfOfSum: Formula = (m, x) => m.div(m.add(x!, 10), 2);
    expect(run(halfOfSum, [x], "uint8", [3])).toEqual([2, 6, 105]); // what is computed on has wrapped
    expect(run(min!, [x, 100], "uint8", [3])).toEqual([100, 3, 100]);
    expect(run(max!, [x, 100], "uint8", [3])).toEqual([250, 100, 200]);
  });

  test("int8 and int16 wrap", () => {
    const [bytes, words] = [viewOf(Int8Array.of(-128, 127, 100)), viewOf(Int16Array.of(-32768, 32767, 300))];
    expect(run(add!, [bytes, 10], "int8", [3])).toEqual([-118, -119, 110]);
    expect(run(mul!, [bytes, bytes], "int8", [3])).toEqual([0, 1, 16]);
    expect(run(div!, [bytes, -1], "int8", [3])).toEqual([-128, -127, -100]);
    expect(run(sub!, [words, 300], "int16", [3])).toEqual([32468, 32467, 0]);
    expect(run(mul!, [words, words], "int16", [3])).toEqual([0, 1, 24464]);
    expect(run(max!, [bytes, words], "int16", [3])).toEqual([-128, 32767, 300]);
    expect(run(add!, [bytes, words], "float32", [3])).toEqual([-32896, 32894, 400]);
  });

  test("bool: sum is or, product is and", () => {
    const a = viewOf(Uint8Array.of(0, 0, 1, 1), [4], "bool");
    const b = viewOf(Uint8Array.of(0, 1, 0, 1), [4], "bool");
    expect(run(add!, [a, b], "bool", [4])).toEqual([0, 1, 1, 1]);
    expect(run(mul!, [a, b], "bool", [4])).toEqual([0, 0, 0, 1]);
  });
});

describe("layouts", () => {
  const iota = (n: number, shape: number[]): View =>
    viewOf(
      Float32Array.from({ length: n }, (_, i) => i),
      shape,
    );
  /** Elements by index, broadcast, in JavaScript. */
  const at = (x: View, index: readonly number[]): number => {
    const own = index.slice(index.length - x.sizes.length);
    return x.offset + own.reduce((sum, i, d) => sum + (x.sizes[d] === 1 ? 0 : i * x.strides[d]!), 0);
  };
  const indices = (shape: readonly number[]): number[][] =>
    shape.reduce<number[][]>((all, n) => all.flatMap((i) => Array.from({ length: n }, (_, k) => [...i, k])), [[]]);
  const sums = (shape: readonly number[], a: View, b: View): number[] => indices(shape).map((i) => at(a, i) + at(b, i));

  const x = iota(7 * 40 * 9, [7, 40, 9]);
  const permuted: View = { ...x, sizes: [9, 7, 40], strides: [1, 360, 9] };
  const cases: [string, number[], View, View][] = [
    ["row", [7, 40, 9], x, iota(9, [9])],
    ["channel", [7, 40, 9], x, iota(40, [40, 1])],
    ["outer and inner", [7, 40, 9], iota(7 * 9, [7, 1, 9]), iota(40, [1, 40, 1])],
    ["permuted with contiguous", [9, 7, 40], permuted, iota(9 * 7 * 40, [9, 7, 40])],
    ["both permuted", [9, 7, 40], permuted, permuted],
    [
      "transposed, in tiles",
      [70, 65],
      iota(70 * 65, [70, 65]),
      { ...iota(70 * 65, [65, 70]), sizes: [70, 65], strides: [1, 70] },
    ],
    ["expanded", [5, 9], { ...iota(9, [9]), sizes: [5, 9], strides: [0, 1] }, iota(45, [5, 9])],
    ["offset", [2, 3], { ...iota(20, [20]), offset: 7, sizes: [2, 3], strides: [5, 1] }, iota(6, [2, 3])],
    ["five dimensions", [2, 3, 2, 3, 4], iota(2 * 3 * 4, [2, 1, 1, 3, 4]), iota(3 * 2 * 4, [3, 2, 1, 4])],
    ["single values", [1], iota(1, []), iota(1, [1])],
  ];
  test.each(cases)("%s", (_name, shape, a, b) => {
    expect(run(add!, [a, b], "float32", shape)).toEqual(sums(shape, a, b));
    const [a64, b64] = [a, b].map((v) => {
      const data = Float64Array.from(read({ ...v, offset: 0, sizes: [v.storage.bytes >> 2], strides: [1] }));
      return { ...v, storage: viewOf(data).storage, dtype: "float64" as const };
    }) as [View, View];
    expect(run(add!, [a64, b64], "float64", shape)).toEqual(sums(shape, a, b));
    expect(run(add!, [a, b64], "float64", shape)).toEqual(sums(shape, a, b));
  });

  test("a result of any strides, in place on a view", () => {
    const base = iota(60, [60]);
    const view: View = { ...base, offset: 3, sizes: [4, 5], strides: [1, 8] };
    cpu.pointwise(mul!, [view, -1], view, "float32");
    const touched = new Set(indices([4, 5]).map((i) => at(view, i)));
    expect(read(base)).toEqual(Array.from({ length: 60 }, (_, i) => (touched.has(i) ? -i : i)));
  });

  test("in place, contiguous", () => {
    const x = iota(19, [19]);
    cpu.pointwise(add!, [x, x], x, "float32");
    expect(read(x)).toEqual(Array.from({ length: 19 }, (_, i) => 2 * i));
  });

  test("other dtypes are converted when read", () => {
    const n = 19;
    const value = (i: number): number => i - 4;
    const x = iota(n, [n]);
    const others = [
      viewOf(Int32Array.from({ length: n }, (_, i) => value(i))),
      viewOf(BigInt64Array.from({ length: n }, (_, i) => BigInt(value(i)))),
      viewOf(Float64Array.from({ length: n }, (_, i) => value(i))),
    ];
    const half = emptyView([n], "float16");
    cpu.copy(others[0]!, half);
    const want = Array.from({ length: n }, (_, i) => i + value(i));
    for (const y of [...others, half]) expect(run(add!, [x, y], "float32", [n])).toEqual(want);
    const bytes = viewOf(Uint8Array.from({ length: n }, (_, i) => 200 + i));
    expect(run(add!, [x, bytes], "float32", [n])).toEqual(Array.from({ length: n }, (_, i) => 200 + 2 * i));
    expect(run(add!, [x, { ...others[1]!, offset: 6, sizes: [], strides: [] }], "float32", [n])).toEqual(
      Array.from({ length: n }, (_, i) => i + 2),
    );
  });

  test("no element, no dimension", () => {
    expect(run(add!, [emptyView([0, 3]), emptyView([3])], "float32", [0, 3])).toEqual([]);
    expect(run(add!, [iota(1, []), 2], "float32", [])).toEqual([2]);
  });
});

describe("modules", () => {
  test("a number is a parameter: other numbers, shapes and strides need no new module", () => {
    const x = viewOf(Float32Array.from({ length: 24 }, (_, i) => i));
    const formula: Formula = (m, x, y) => m.sub(m.mul(x!, 3), y!);
    const row: View = { ...x, sizes: [4], strides: [1] };
    const shapes = [
      [4, 4],
      [2, 4],
      [3, 2, 4],
      [1, 4],
    ];
    const all = (value: number): void => {
      expect(run(formula, [x, value], "float32", [24])[5]).toBe(Math.fround(15 - Math.fround(value)));
      for (const shape of shapes)
        run(formula, [row, { ...x, sizes: shape, strides: shape.map(() => 1) }], "float32", shape);
    };
    all(0.5);
    const spy = vi.spyOn(WebAssembly, "Module");
    for (let i = 0; i < 20; i++) all(i / 7);
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  });

  test("storage dtypes are refused", () => {
    const x = emptyView([2], "float16");
    expect(() => cpu.pointwise(add!, [x, x], x, "float16")).toThrow("storage only");
  });
});
