/** Softmax along rows of a matrix, and its gradient. */
import type { Kernels, View } from "@ag/kernels";
import { numbers, write } from "./elements.ts";
import { sum } from "./reduce.ts";

/** The rows of a matrix. */
function rowsOf(x: View): number[][] {
  const [rows, n] = x.sizes as [number, number];
  const values = numbers(x);
  return Array.from({ length: rows }, (_, i) => values.slice(i * n, (i + 1) * n));
}

export const softmax: Kernels["softmax"] = (x, out, isLog) =>
  write(
    out,
    rowsOf(x).flatMap((row) => {
      const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
      const total = sum(row.map((value) => Math.exp(value - most)));
      return row.map((value) => (isLog ? value - most - Math.log(total) : Math.exp(value - most) / total));
    }),
  );

export const softmaxBackward: Kernels["softmaxBackward"] = (grad, y, out, isLog) => {
  const results = rowsOf(y);
  write(
    out,
    rowsOf(grad).flatMap((g, i) => {
      const row = results[i]!;
      const total = sum(isLog ? g : g.map((value, j) => value * row[j]!));
      return g.map((value, j) => (isLog ? value - Math.exp(row[j]!) * total : (value - total) * row[j]!));
    }),
  );
};
