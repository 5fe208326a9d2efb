import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  copyState,
  cpu,
  type DType,
  isContiguous,
  itemSize,
  pool,
  type RandomState,
  random32,
  random64,
  seedState,
  sizeOf,
  type View,
} from "@ag/kernels";
import { describe, expect, test } from "vitest";
import { emptyView, read } from "./views.ts";

type Call = [kind: string, shape: number[], dtype: DType, first: number, second: number];
interface Golden {
  readonly hashes: readonly { readonly seed: number; readonly calls: Call[]; readonly sha256: string }[];
  readonly float64: readonly {
    readonly seed: number;
    readonly sizes: readonly [n: number, mean: number, std: number][];
    readonly values: readonly number[][];
  }[];
}
const golden = JSON.parse(readFileSync(new URL("./goldens/random.json", import.meta.url), "utf8")) as Golden;

const fills: Readonly<Record<string, (out: View, state: RandomState, first: number, second: number) => void>> = {
  uniform: cpu.uniform,
  normal: cpu.normal,
  integers: cpu.randomIntegers,
  bernoulli: cpu.bernoulli,
  permutation: cpu.permutation,
};

const transposed = (view: View): View => ({
  ...view,
  shape: view.shape.toReversed(),
  strides: view.strides.toReversed(),
});
const columns = (view: View): View => ({ ...view, shape: [view.shape[0]!, 2], offset: view.offset + 1 });

/** The bytes of a contiguous result. */
function filled([kind, shape, dtype, first, second]: Call, state: RandomState): Uint8Array {
  const out = emptyView(shape, dtype);
  cpu.fill(out, 0);
  const [layout, name] = kind.includes(" ") ? (kind.split(" ") as [string, string]) : ["", kind];
  const view = layout === "transposed" ? transposed(out) : layout === "columns" ? columns(out) : out;
  fills[name]!(view, state, first, second);
  pool.beginOperation();
  const at = out.storage.address();
  return pool.bytes.slice(at, at + sizeOf(shape) * itemSize(dtype));
}

describe.each(golden.hashes)("seed $seed: $calls.0", ({ seed, calls, sha256 }) => {
  test("same bytes as PyTorch", () => {
    const state = seedState(seed);
    const hash = createHash("sha256");
    for (const call of calls) hash.update(filled(call, state));
    expect(hash.digest("hex")).toBe(sha256);
  });
});

test.each(golden.float64)("seed $seed: float64 normals as PyTorch's to 1e-15", ({ seed, sizes, values }) => {
  const state = seedState(seed);
  sizes.forEach(([n, mean, std], i) => {
    const out = emptyView([n], "float64");
    cpu.normal(out, state, mean, std);
    read(out).forEach((x, j) => {
      const expected = values[i]![j]!;
      expect(Math.abs(x - expected)).toBeLessThanOrEqual(1e-15 * Math.max(Math.abs(expected), std));
    });
  });
});
