/** What PyTorch answered: the files that `ops.py` writes. */
import { readdirSync, readFileSync } from "node:fs";
import { type DType, dtypes, isStorageOnly } from "@ag/kernels";
import type { Tensor } from "@ag/tensor";

export interface GoldenTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly bytes: string;
}

/** What gradients that were recorded have for gradients. Of `tracked` ones the gradients of the results were tracked too. */
export interface Twice {
  /** Whether each gradient requires one. */
  readonly recorded: readonly boolean[];
  readonly tracked: readonly boolean[];
  /** Of each input: null without a gradient, 0 where all is 0, else its bytes. */
  readonly recordedSecond?: readonly (string | 0 | null)[];
  /** Of each input, and of the gradient of each result: whether it gets one. */
  readonly trackedSecond?: readonly boolean[];
}

export interface Golden {
  readonly out?: readonly GoldenTensor[];
  /** The answer of a function that gives no tensor. */
  readonly value?: unknown;
  readonly grads?: readonly (GoldenTensor | null)[];
  readonly node?: readonly [name: string, next: readonly (string | null)[]];
  /** The graph saves nothing: a second backward gives the same. */
  readonly again?: true;
  readonly twice?: Twice;
  readonly error?: string;
}

const folder = new URL("../../goldens/answers/ops/", import.meta.url);

/** By operation, by name of the sample. */
export const goldens: ReadonlyMap<string, Readonly<Record<string, Golden>>> = new Map(
  readdirSync(folder).map((file) => [
    file.replace(/\.json$/, ""),
    (JSON.parse(readFileSync(new URL(file, folder), "utf8")) as { samples: Record<string, Golden> }).samples,
  ]),
);

/** The file of an operation. */
export const fileOf = (op: string): string => op.replaceAll(/[^A-Za-z0-9_]/g, "_");

type Numbers = ArrayLike<number | bigint>;

/** The elements of a golden; bits of what is storage only. */
export function elementsOf({ dtype, bytes }: GoldenTensor): Numbers {
  const { buffer } = Uint8Array.from(Buffer.from(bytes, "base64"));
  return new dtypes[dtype].array(buffer);
}

/** The elements of one of our tensors, in the same form. */
export function elementsOfTensor(x: Tensor): Numbers {
  return isStorageOnly(x.dtype) ? new dtypes[x.dtype].array(x.rawBytes().buffer) : x.detach().data();
}

/** torch.testing's tolerances. */
const tolerances = { float32: [1.3e-6, 1e-5], float64: [1e-7, 1e-7] } as const;

/** The first difference between a result and its golden, in words; null when there is none. */
export function difference(got: Tensor, golden: GoldenTensor): string | null {
  if (got.dtype !== golden.dtype) return `dtype ${got.dtype} instead of ${golden.dtype}`;
  if (got.shape.join() !== golden.shape.join())
    return `shape [${got.shape.join()}] instead of [${golden.shape.join()}]`;
  const [relative, absolute] = got.dtype === "float32" || got.dtype === "float64" ? tolerances[got.dtype] : [0, 0];
  const [a, b] = [elementsOfTensor(got), elementsOf(golden)];
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [Number(a[i]), Number(b[i])];
    const isEqual = Object.is(x, y) || a[i] === b[i] || Math.abs(x - y) <= absolute + relative * Math.abs(y);
    if (!isEqual) return `element ${i} is ${a[i]} instead of ${b[i]}`;
  }
  return null;
}

/** Strides matter where there is more than one element along a dimension. */
export function strideDifference(got: Tensor, golden: GoldenTensor): string | null {
  if (got.numel() === 0) return null;
  const relevant = (strides: readonly number[]): string => strides.filter((_, d) => got.shape[d] !== 1).join();
  return relevant(got.stride()) === relevant(golden.strides)
    ? null
    : `strides [${got.stride().join()}] instead of [${golden.strides.join()}]`;
}
