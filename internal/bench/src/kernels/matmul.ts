import { cpu } from "@ag/kernels";
import { type Kernel, sizes } from "./kernel.ts";

export const products: readonly Kernel[] = [64, 128, 256, 512, 1024, 2048].map((n) => ({
  name: "matmul",
  shape: sizes([n, n, n]),
  work: 2 * n * n * n,
  rate: "GF/s",
  prepare: (views) => {
    const [a, b, out] = [views.random([n, n]), views.random([n, n]), views.empty([n, n])];
    return () => cpu.matmul(a, b, out);
  },
}));
