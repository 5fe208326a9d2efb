/** What remains of several elements. Sums and products of floats run in float64 and are rounded once. */
import { type DType, type Formula, isFloating, type Kernels, type Reduction, rangeOf, type View } from "@ag/kernels";
import { algebraOf } from "./algebra.ts";
import { converted, elementsOf, placesOf, read, stretched, type Value } from "./elements.ts";

export const sum = (values: readonly number[]): number => values.reduce((total, x) => total + x, 0);

/** NaN stays. */
const larger = (a: Value, b: Value): Value => (b > a || Number.isNaN(b) ? b : a);
const smaller = (a: Value, b: Value): Value => (b < a || Number.isNaN(b) ? b : a);

function reduced(kind: Reduction, values: readonly Value[], dtype: DType): Value {
  const m = algebraOf(isFloating(dtype) ? "float64" : dtype);
  const [least, most] = rangeOf(dtype).map((x) => (dtype === "int64" ? x : Number(x))) as [Value, Value];
  switch (kind) {
    case "sum":
      return values.reduce((a, b) => m.add(a, b), dtype === "int64" ? 0n : 0);
    case "prod":
      return values.reduce((a, b) => m.mul(a, b), dtype === "int64" ? 1n : 1);
    case "max":
      return values.reduce((a, b) => (Number.isNaN(a) ? a : larger(a, b)), least);
    case "min":
      return values.reduce((a, b) => (Number.isNaN(a) ? a : smaller(a, b)), most);
  }
}

/** What `of` makes of each element, as the dtype of `x`; a condition as that of the result. */
function formed(x: View, out: View, of: Formula | null | undefined): Value[] {
  if (!of) return read(x);
  const m = algebraOf(x.dtype);
  return read(x).map((value) => {
    const result = of(m, value);
    return typeof result === "boolean" ? converted(Number(result), out.dtype) : result;
  });
}

export const reduce: Kernels["reduce"] = (kind, x, out, of) => {
  const groups = new Map<number, Value[]>(placesOf(out).map((place) => [place, []]));
  const values = formed(x, out, of);
  placesOf(stretched(out, x.sizes)).forEach((place, i) => {
    groups.get(place)!.push(values[i]!);
  });
  const results = elementsOf(out);
  for (const [place, group] of groups) results.set(place, reduced(kind, group, out.dtype));
};
