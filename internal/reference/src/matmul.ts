/** Products of matrices, summed in float64. */
import type { Kernels } from "@ag/kernels";
import { numbers, stretched, write, zeros } from "./elements.ts";

export const matmul: Kernels["matmul"] = (a, b, out, bias) => {
  const [n, m] = out.sizes.slice(-2) as [number, number];
  const k = a.sizes.at(-1)!;
  const batches = out.sizes.slice(0, -2);
  const [left, right] = [numbers(stretched(a, [...batches, n, k])), numbers(stretched(b, [...batches, k, m]))];
  const results = bias ? numbers(stretched(bias, out.sizes)) : zeros(out);
  for (let at = 0; at < results.length; at++) {
    const [batch, i, j] = [Math.floor(at / (n * m)), Math.floor(at / m) % n, at % m];
    for (let l = 0; l < k; l++) results[at]! += left[(batch * n + i) * k + l]! * right[(batch * k + l) * m + j]!;
  }
  write(out, results);
};
