import type { Reduction, View } from "@ag/kernels";
import { cpu } from "@ag/kernels";
import { describe, expect, test } from "vitest";
import { emptyView, read, viewOf } from "./views.ts";

const iota = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
/** Numbers without structure, the same every time. */
const noise = (n: number, seed = 1): number[] => {
  let state = seed;
  return iota(n).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
};
const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const arrays = {
  float32: (x: number[]) => Float32Array.from(x),
  float64: (x: number[]) => Float64Array.from(x),
  int64: (x: number[]) => BigInt64Array.from(x, (v) => BigInt(Math.trunc(v))),
  int32: (x: number[]) => Int32Array.from(x),
  uint8: (x: number[]) => Uint8Array.from(x),
  bool: (x: number[]) => Uint8Array.from(x, (v) => (v > 0 ? 1 : 0)),
} as const;
type Computed = keyof typeof arrays;
const make = (values: number[], shape: readonly number[], dtype: Computed): View =>
  viewOf(arrays[dtype](values), shape, dtype);

const same = (a: number, b: number): boolean => Object.is(a, b) || a === b;
const folds: Record<Reduction, (a: number, b: number) => number> = {
  sum: (a, b) => a + b,
  prod: (a, b) => a * b,
  max: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b)),
  min: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.min(a, b)),
};

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
    stride *= x.shape[d]!;
  }
  const room = emptyView([sizeOf(x.shape) + 3], x.dtype);
  const out = { ...room, shape: x.shape, strides, offset: 3 };
  cpu.copy(x, out);
  return out;
}

const shapes: [shape: number[], out: number[]][] = [
  [[1], [1]],
  [[2], [1]],
  [[7], [1]],
  [[1000], [1]],
  [[3, 5], [3, 1]],
  [[3, 5], [1, 5]],
  [[67, 131], [67, 1]],
  [[67, 131], [1, 131]],
  [[33, 1100], [1, 1100]],
  [[4, 3, 5, 7], [1, 3, 1, 1]],
  [[4, 3, 9, 7], [1, 3, 1, 1]],
  [[4, 3, 5, 7], [4, 1, 5, 1]],
  [[2, 3, 4, 40], [1, 3, 1, 40]],
  [[2, 3, 4, 40], [2, 1, 1, 40]],
  [[5, 4], [5, 4]],
  [[2, 1, 40, 3], [1, 1, 40, 1]],
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
      const digits = dtype === "float32" ? 2 ** -22 : 2 ** -48;
      const scales = groups(values.map(Math.abs), shape, outShape).map((g) =>
        kind === "prod" ? g.length * Math.abs(g.reduce(folds.prod)) : 8 * Math.max(...g) + g.length,
      );
      got.forEach((y, i) => {
        if (kind === "max" || kind === "min" || !isFloat) {
          const wrapped = dtype === "uint8" ? want[i]! & 255 : want[i]!;
          if (dtype !== "int64" || Number.isSafeInteger(wrapped)) expect(dtype === "int32" ? y : y).toBe(dtype === "int32" ? wrapped | 0 : wrapped);
        } else expect(Math.abs(y - want[i]!)).toBeLessThanOrEqual(digits * scales[i]!);
      });
      const reversed = emptyView([...outShape].reverse(), dtype);
      const turned = { ...reversed, shape: outShape, strides: [...reversed.strides].reverse() };
      cpu.reduce(kind, permuted(x, iota(shape.length).reverse()), turned);
      expect(read(turned)).toEqual(got); // the bits depend on the shape alone
    }
  });
});
