/** Along one dimension, line by line: where the largest element is, running sums, sorted elements. */
import { isFloating, type Kernels, type View } from "@ag/kernels";
import { algebraOf } from "./algebra.ts";
import { elementsOf, linesOf, type Value } from "./elements.ts";

/** Calls `body` with the elements of each line of `x`, and with where the line of each result lies. */
function eachLine(
  x: View,
  dim: number,
  outs: readonly View[],
  body: (line: Value[], places: number[][]) => void,
): void {
  const elements = elementsOf(x);
  const places = outs.map((out) => linesOf(out, dim));
  const lines = linesOf(x, dim).map((line) => line.map((place) => elements.get(place)));
  lines.forEach((line, i) => {
    body(
      line,
      places.map((of) => of[i]!),
    );
  });
}

/** Whether a comes before b, from the largest to the smallest: NaN is the largest. */
const isAbove = (a: Value, b: Value): boolean => !(a <= b) && !Number.isNaN(b);
const isBelow = (a: Value, b: Value): boolean => !(a >= b) && !Number.isNaN(b);

export const argReduce: Kernels["argReduce"] = (kind, x, dim, values, indices) => {
  const isBetter = kind === "max" ? isAbove : isBelow;
  const [best, where] = [values && elementsOf(values), elementsOf(indices)];
  eachLine(x, dim, [values ?? indices, indices], (line, [valueAt, indexAt]) => {
    if (line.length === 0)
      throw new RangeError(`arg${kind}: need at least one element along dimension ${dim}; got none.`);
    let at = 0;
    line.forEach((value, i) => {
      if (isBetter(value, line[at]!)) at = i;
    });
    best?.set(valueAt![0]!, line[at]!);
    where.set(indexAt![0]!, BigInt(at));
  });
};

export const cumsum: Kernels["cumsum"] = (x, dim, out) => {
  const m = algebraOf(isFloating(x.dtype) ? "float64" : x.dtype);
  const sums = elementsOf(out);
  eachLine(x, dim, [out], (line, [places]) => {
    let sum: Value = x.dtype === "int64" ? 0n : 0;
    line.forEach((value, i) => {
      sum = m.add(sum, value);
      sums.set(places![i]!, sum);
    });
  });
};

export const sort: Kernels["sort"] = (x, dim, descending, values, indices) => {
  const isAfter = (a: Value, b: Value): boolean => (descending ? isAbove(b, a) : isAbove(a, b));
  const [sorted, positions] = [elementsOf(values), elementsOf(indices)];
  eachLine(x, dim, [values, indices], (line, [valuesAt, indicesAt]) => {
    const order = line.map((_, i) => i);
    order.sort((i, j) => Number(isAfter(line[i]!, line[j]!)) - Number(isAfter(line[j]!, line[i]!)));
    order.forEach((from, i) => {
      sorted.set(valuesAt![i]!, line[from]!);
      positions.set(indicesAt![i]!, BigInt(from));
    });
  });
};
