import { cpu, type DType, type Formula, formulas, type View } from "@ag/kernels";
import { describe, expect, test } from "vitest";
import goldens from "./goldens/formulas.json" with { type: "json" };
import { emptyView, read, viewOf } from "./views.ts";

type Values = readonly (number | string)[];
const words: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
};
const numbers = (values: Values): number[] => values.map((x) => (typeof x === "string" ? words[x]! : x));

const named = Object.entries(formulas) as [keyof typeof formulas, Formula][];
const unary = named.filter(([name]) => name !== "pow");

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

/** Distance in units in the last place of `want`; 0 for equal specials, infinite for unequal ones. Zeros need their sign. */
function ulps(got: number, want: number, digits: 23 | 52): number {
  if (Object.is(got, want)) return 0;
  if (!Number.isFinite(got) || !Number.isFinite(want)) return Number.POSITIVE_INFINITY;
  const least = digits === 23 ? 2 ** -149 : 2 ** -1074;
  if (want === 0) return Math.abs(got) / least + 1;
  return Math.abs(got - want) / Math.max(2 ** (Math.floor(Math.log2(Math.abs(want))) - digits), least);
}

function worst(got: readonly number[], want: readonly number[], digits: 23 | 52): { ulp: number; at: number } {
  let [ulp, at] = [0, 0];
  got.forEach((x, i) => {
    const distance = ulps(x, want[i]!, digits);
    if (distance > ulp) [ulp, at] = [distance, i];
  });
  return { ulp, at };
}

/** Every exponent and sign, denormals, infinities, NaNs, and many values of usual size. */
function manyFloats(): Float32Array {
  const bits = new Uint32Array(100_000);
  const x = new Float32Array(bits.buffer);
  let seed = 7;
  for (let i = 0; i < bits.length; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    if (i % 2 === 0) bits[i] = seed ^ (seed << 13);
    else x[i] = (seed / 2 ** 31 - 1) * [2, 12, 110, 20000][(i >> 1) % 4]!;
  }
  return x;
}

describe("functions", () => {
  const { float32, float64, pow32, pow64 } = goldens as unknown as Record<string, Record<string, Values>>;
  const x64 = Float64Array.from(numbers(float64!.x!));
  const x32 = Float32Array.from(numbers(float32!.x!));

  test.each(unary)("%s in float64 as PyTorch", (name, formula) => {
    const want = numbers(float64![name]!);
    const { ulp, at } = worst(apply64(formula, x64), want, 52);
    expect(ulp, `${name}(${x64[at]}) = ${want[at]}`).toBeLessThan(4);
  });

  test.each(unary)("%s in float32 at special values as PyTorch", (name, formula) => {
    const want = numbers(float32![name]!);
    const { ulp, at } = worst(apply32(formula, x32), want, 23);
    expect(ulp, `${name}(${x32[at]}) = ${want[at]}`).toBeLessThan(4);
  });

  test.each(unary)("%s in float32 within 4 ulp of float64", (name, formula) => {
    const x = manyFloats();
    const exact = apply64(formula, Float64Array.from(x));
    const got = apply32(formula, x);
    const wrongKind = got.findIndex((y, i) => Number.isFinite(y) !== Number.isFinite(Math.fround(exact[i]!)));
    expect(wrongKind, `${name}(${x[wrongKind]})`).toBe(-1);
    const isKept = got.map((y) => Number.isFinite(y));
    const keep = (values: readonly number[]): number[] => values.filter((_, i) => isKept[i]);
    const { ulp, at } = worst(
      keep(got),
      keep(exact).map((y) => (Math.fround(y) === 0 ? Math.fround(y) : y)),
      23,
    );
    expect(ulp, `${name}(${keep([...x])[at]})`).toBeLessThan(4);
  });

  test.each([
    ["float32", pow32!, 23],
    ["float64", pow64!, 52],
  ] as const)("pow in %s: special cases and usual ones as PyTorch", (dtype, { x, y, pow }, digits) => {
    const [a, b, want] = [numbers(x!), numbers(y!), numbers(pow!)];
    const got =
      dtype === "float32"
        ? apply32(formulas.pow, Float32Array.from(a), Float32Array.from(b))
        : apply64(formulas.pow, Float64Array.from(a), Float64Array.from(b));
    const { ulp, at } = worst(got, want, digits);
    expect(ulp, `${a[at]} ** ${b[at]} = ${want[at]}, got ${got[at]}`).toBeLessThan(3);
  });

  test("pow in float32 over many values", () => {
    const x = manyFloats();
    const y = x.map((_, i) => Math.fround(((i * 7919) % 2001) / 100 - 10));
    const exact = apply64(formulas.pow, Float64Array.from(x), Float64Array.from(y));
    const got = apply32(formulas.pow, x, y);
    const want = exact.map((z) => (Math.abs(z) >= 2 ** 128 || Math.fround(z) === 0 ? Math.fround(z) : z));
    const { ulp, at } = worst(got, want, 23);
    expect(ulp, `${x[at]} ** ${y[at]} = ${want[at]}, got ${got[at]}`).toBeLessThan(2);
  });

  test("exact where it must be", () => {
    const powers = Float32Array.from({ length: 200 }, (_, i) => 2 ** (i - 100));
    expect(apply32(formulas.log2, powers)).toEqual([...powers].map((_, i) => i - 100));
    expect(apply32(formulas.log10, Float32Array.of(1, 10, 100, 1000, 1e4, 1e5))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(apply32(formulas.pow, Float32Array.of(3, 10, -2, 5), Float32Array.of(2, 3, 3, -1))).toEqual([
      9,
      1000,
      -8,
      Math.fround(0.2),
    ]);
  });
});

describe("one set of bits", () => {
  const n = 1003;
  test.each(named)("%s: body, tail and strided give the same", (name, formula) => {
    const arity = name === "pow" ? 2 : 1;
    const x = manyFloats().slice(0, n);
    for (const [dtype, data] of [
      ["float32", x],
      ["float64", Float64Array.from(x)],
    ] as const) {
      const wide = Array.from({ length: 2 * n }, (_, i) => data[i >> 1]!);
      const whole = viewOf(data);
      const every2 = viewOf(dtype === "float32" ? Float32Array.from(wide) : Float64Array.from(wide), [2 * n]);
      const strided: View = { ...every2, sizes: [n], strides: [2] };
      const body = run(formula, arity === 2 ? [whole, whole] : [whole], dtype, [n]);
      expect(run(formula, arity === 2 ? [strided, strided] : [strided], dtype, [n])).toEqual(body);
      const tail = Array.from({ length: 40 }, (_, i) => {
        const one: View = { ...whole, offset: i, sizes: [1], strides: [1] };
        return run(formula, arity === 2 ? [one, one] : [one], dtype, [1])[0];
      });
      expect(tail).toEqual(body.slice(0, 40));
    }
  });
});
