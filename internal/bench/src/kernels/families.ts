import { convolutions } from "./convolution.ts";
import type { Kernel } from "./kernel.ts";
import { products } from "./matmul.ts";
import { streams } from "./memory.ts";
import { layers } from "./network.ts";

/** Kernels that share a process. */
export const families: Readonly<Record<string, readonly Kernel[]>> = {
  matmul: products,
  convolution: convolutions,
  network: layers,
  memory: streams,
};

/** Those of a family that have `only` in their name or shape. */
export const chosen = (family: string, only: string): readonly Kernel[] =>
  families[family]!.filter(({ name, shape }) => `${name}, ${shape}`.includes(only));
