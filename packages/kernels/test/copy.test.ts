import { allDtypes, cpu, type DType, sizeOf, type View } from "@ag/kernels";
import { describe, expect, test } from "vitest";
import goldens from "./goldens/copies.json" with { type: "json" };
import { emptyView, read, viewOf } from "./views.ts";

type Values = readonly (number | string)[];
const words: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
};
const numbers = (values: Values): number[] => values.map((x) => (typeof x === "string" ? words[x]! : x));

const isStored = (dtype: DType): boolean => dtype === "float16" || dtype === "bfloat16";

/** The elements as numbers, also of dtypes that `read` gives as bits: float64 holds all of them exactly. */
function valuesOf(x: View): number[] {
  if (!isStored(x.dtype)) return read(x);
  const out = emptyView(x.sizes, "float64");
  cpu.copy(x, out);
  return read(out);
}

/** Values of any dtype, by way of float64. */
function viewAs(values: readonly number[], dtype: DType, shape: number[] = [values.length]): View {
  const out = emptyView(shape, dtype);
  cpu.copy(viewOf(Float64Array.from(values), shape), out);
  return out;
}

const iota = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe("conversions as PyTorch's", () => {
  const cases = goldens.conversions as unknown as { from: DType; to: DType; x: Values; out: Values }[];
  test("cover all pairs", () => expect(cases.length).toBe(allDtypes.length ** 2));
  test.each(cases)("$from to $to", ({ from, to, x, out }) => {
    const source = viewAs(numbers(x), from);
    expect(valuesOf(source)).toEqual(numbers(x));
    const target = emptyView([x.length], to);
    cpu.copy(source, target);
    expect(valuesOf(target)).toEqual(numbers(out));
  });

  test("int64 stays exact", () => {
    const x = viewOf(BigInt64Array.of(2n ** 62n + 1n, -(2n ** 63n), 9007199254740993n));
    const out = emptyView([3], "int64");
    cpu.copy({ ...x, strides: [1] }, out);
    const spaced: View = { ...emptyView([6], "int64"), sizes: [3], strides: [2] };
    cpu.copy(out, spaced);
    const same = emptyView([3], "bool");
    cpu.pointwise((m, a, b) => m.eq(a!, b!), [spaced, x], same, "int64");
    expect(read(same)).toEqual([1, 1, 1]);
  });

  test.each(["float16", "bfloat16"] as const)("every %s survives float32 and back", (dtype) => {
    const bits = iota(65536);
    const x = viewOf(Uint16Array.from(bits), [65536], dtype);
    const wide = emptyView([65536]);
    cpu.copy(x, wide);
    const back = emptyView([65536], dtype);
    cpu.copy(wide, back);
    const noNumber = read(wide).map((y) => Number.isNaN(y));
    expect(read(back).filter((_, i) => !noNumber[i])).toEqual(bits.filter((_, i) => !noNumber[i]));
    expect(noNumber.filter(Boolean).length).toBe(dtype === "float16" ? 2 * 1023 : 2 * 127);
  });
});

describe("layouts", () => {
  const transposed = (x: View): View => ({ ...x, sizes: [...x.sizes].reverse(), strides: [...x.strides].reverse() });

  test.each(allDtypes)("%s: contiguous, transposed, broadcast, spaced", (dtype) => {
    const [n, k] = [67, 45];
    const values = iota(n * k).map((i) => (dtype === "bool" ? i % 2 : i % 120));
    const x = viewAs(values, dtype, [n, k]);
    const plain = emptyView([n, k], dtype);
    cpu.copy(x, plain);
    expect(valuesOf(plain)).toEqual(values);
    const turned = emptyView([k, n], dtype);
    cpu.copy(transposed(x), turned);
    expect(valuesOf(turned)).toEqual(iota(n * k).map((i) => values[(i % n) * k + Math.floor(i / n)]));
    const back = emptyView([n, k], dtype);
    cpu.copy(turned, transposed(back));
    expect(valuesOf(back)).toEqual(values);
    const rows = emptyView([3, k], dtype);
    cpu.copy({ ...x, sizes: [k], strides: [1] }, rows);
    expect(valuesOf(rows)).toEqual([0, 1, 2].flatMap(() => values.slice(0, k)));
    const columns = emptyView([n, 37], dtype);
    cpu.copy({ ...x, sizes: [n, 1] }, columns);
    expect(valuesOf(columns)).toEqual(iota(n * 37).map((i) => values[Math.floor(i / 37) * k]));
  });

  test("into any strides, touching nothing else", () => {
    for (const dtype of allDtypes) {
      const all = viewAs(new Array<number>(400).fill(1), dtype);
      const target: View = { ...all, offset: 5, sizes: [6, 9], strides: [1, 40] };
      cpu.copy(viewAs(new Array<number>(54).fill(0), dtype, [6, 9]), target);
      const want = new Array<number>(400).fill(1);
      for (let i = 0; i < 6; i++) for (let j = 0; j < 9; j++) want[5 + i + 40 * j] = 0;
      expect(valuesOf(all)).toEqual(want);
    }
  });

  test("permuted with four dimensions, converting and not", () => {
    const shape = [3, 4, 5, 6];
    const x = viewOf(Float32Array.from(iota(360)), shape);
    const permuted: View = { ...x, sizes: [5, 3, 6, 4], strides: [6, 120, 1, 30] };
    const want = iota(360).map((i) => {
      const [c, d] = [Math.floor(i / 4) % 6, i % 4];
      const [a, b] = [Math.floor(i / 72), Math.floor(i / 24) % 3];
      return 6 * a + 120 * b + c + 30 * d;
    });
    for (const dtype of ["float32", "float64", "int64"] as const) {
      const out = emptyView([5, 3, 6, 4], dtype);
      cpu.copy(permuted, out);
      expect(valuesOf(out)).toEqual(want);
    }
  });

  test("transposes keep the bits of NaN", () => {
    const bits = Uint32Array.from(iota(64), (i) => 0x7f800001 + i * 0x01001003);
    const x = viewOf(new Float32Array(bits.buffer), [8, 8]);
    const out = emptyView([8, 8]);
    cpu.copy(transposed(x), out);
    const asInt = read({ ...out, dtype: "int32" });
    expect(asInt).toEqual(iota(64).map((i) => bits[(i % 8) * 8 + (i >> 3)]! | 0));
  });

  test("no element, one element", () => {
    const none = emptyView([0, 4]);
    cpu.copy(emptyView([0, 4]), none);
    expect(read(none)).toEqual([]);
    const one = emptyView([]);
    cpu.copy(viewOf(Int32Array.of(7), []), one);
    expect(read(one)).toEqual([7]);
  });
});

describe("fill", () => {
  test.each(allDtypes)("%s: contiguous and strided, several sizes", (dtype) => {
    for (const n of [1, 2, 7, 33, 100]) {
      const x = emptyView([n], dtype);
      cpu.fill(x, 1);
      expect(valuesOf(x)).toEqual(new Array<number>(n).fill(1));
    }
    const all = emptyView([10, 41], dtype);
    cpu.fill(all, 0);
    const part: View = { ...all, offset: 2, sizes: [5, 38], strides: [82, 1] };
    cpu.fill(part, 1);
    expect(sizeOf(part.sizes)).toBe(valuesOf(all).reduce((a, b) => a + b));
    expect(valuesOf(part).every((v) => v === 1)).toBe(true);
    cpu.fill({ ...all, sizes: [41, 10], strides: [1, 41] }, 1);
    expect(valuesOf(all).every((v) => v === 1)).toBe(true);
  });

  test("converts the value", () => {
    const filled = (dtype: DType, value: number | bigint): number => {
      const x = emptyView([40], dtype);
      cpu.fill(x, value);
      const values = valuesOf(x);
      expect(new Set(values).size).toBe(1);
      return values[17]!;
    };
    expect(filled("float32", 0.1)).toBe(Math.fround(0.1));
    expect(filled("float64", 0.1)).toBe(0.1);
    expect(filled("float16", 0.1)).toBe(0.0999755859375);
    expect(filled("bfloat16", 0.1)).toBe(0.10009765625);
    expect(filled("float32", Number.NaN)).toBeNaN();
    expect(filled("int64", 2n ** 62n)).toBe(2 ** 62);
    expect(filled("int32", -3.7)).toBe(-3);
    expect(filled("uint8", 258)).toBe(2);
    expect(filled("int8", 130)).toBe(-126);
    expect(filled("int16", -32769n)).toBe(32767);
    expect(filled("bool", 0.5)).toBe(1);
  });

  test("nothing to fill", () => {
    const x = emptyView([0]);
    cpu.fill(x, 1);
    expect(read(x)).toEqual([]);
  });
});

describe("arange as PyTorch's", () => {
  const cases = goldens.sequences as unknown as { dtype: DType; start: number; step: number; out: Values }[];
  test.each(cases)("$dtype from $start by $step", ({ dtype, start, step, out }) => {
    const x = emptyView([out.length], dtype);
    cpu.arange(x, start, step);
    const want = numbers(out);
    const most = Math.max(...want.map(Math.abs)); // PyTorch adds within a vector, so its width shows in the last digits
    const digits = dtype === "float32" ? 23 : 52;
    const tolerance = dtype.startsWith("float") ? most * 2 ** -digits : 0;
    read(x).forEach((value, i) => {
      expect(Math.abs(value - want[i]!)).toBeLessThanOrEqual(tolerance);
    });
  });

  test("in float64, rounded once", () => {
    const x = emptyView([1000]);
    cpu.arange(x, -1.5, 0.1);
    expect(read(x)).toEqual(iota(1000).map((i) => Math.fround(-1.5 + i * 0.1)));
  });
});
