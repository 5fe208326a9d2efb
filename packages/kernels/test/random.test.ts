import {
  copyState,
  cpu,
  type Draw,
  type DType,
  itemSize,
  type RandomState,
  random32,
  random64,
  seedState,
  sizeOf,
  type View,
} from "@ag/kernels";
import { describe, expect, test } from "vitest";
import goldens from "./goldens/random.json" with { type: "json" };
import { emptyView, read } from "./views.ts";

type Call = [kind: string, shape: number[], dtype: DType, first: number, second: number];
interface Golden {
  readonly random64: readonly { readonly seed: number; readonly values: string[] }[];
  readonly hashes: readonly { readonly seed: number; readonly calls: Call[]; readonly sha256: string }[];
  readonly float64: readonly {
    readonly seed: number;
    readonly sizes: readonly [n: number, mean: number, std: number][];
    readonly values: readonly number[][];
  }[];
}
const golden = goldens as unknown as Golden;

const draws: Readonly<Record<string, (first: number, second: number) => Draw>> = {
  uniform: (from, to) => ({ kind: "uniform", from, to }),
  normal: (mean, std) => ({ kind: "normal", mean, std }),
  integers: (low, high) => ({ kind: "integers", low, high }),
  bernoulli: (p) => ({ kind: "bernoulli", p }),
  permutation: () => ({ kind: "permutation" }),
};

const transposed = (view: View): View => ({
  ...view,
  sizes: view.sizes.toReversed(),
  strides: view.strides.toReversed(),
});
const columns = (view: View): View => ({ ...view, sizes: [view.sizes[0]!, 2], offset: view.offset + 1 });

/** The bytes of a contiguous result. */
function filled([kind, shape, dtype, first, second]: Call, state: RandomState): Uint8Array<ArrayBuffer> {
  const out = emptyView(shape, dtype);
  cpu.fill(out, 0);
  const [layout, name] = kind.includes(" ") ? (kind.split(" ") as [string, string]) : ["", kind];
  const view = layout === "transposed" ? transposed(out) : layout === "columns" ? columns(out) : out;
  cpu.random(draws[name]!(first, second), view, state);
  return out.storage.read(0, sizeOf(shape) * itemSize(dtype));
}

const named = golden.hashes.map((entry) => ({ ...entry, name: JSON.stringify(entry.calls).slice(0, 100) }));

describe("same bytes as PyTorch", () => {
  test.each(named)("seed $seed: $name", async ({ seed, calls, sha256 }) => {
    const state = seedState(seed);
    const bytes = await new Blob(calls.map((call) => filled(call, state))).arrayBuffer();
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    expect(Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")).toBe(sha256);
  });
});

test.each(golden.float64)("seed $seed: float64 normals as PyTorch's to 1e-15", ({ seed, sizes, values }) => {
  const state = seedState(seed);
  sizes.forEach(([n, mean, std], i) => {
    const out = emptyView([n], "float64");
    cpu.random({ kind: "normal", mean, std }, out, state);
    read(out).forEach((x, j) => {
      const expected = values[i]![j]!;
      expect(Math.abs(x - expected)).toBeLessThanOrEqual(1e-15 * Math.max(Math.abs(expected), std));
    });
  });
});

test.each(golden.random64)("seed $seed: 64 bits as PyTorch, from two draws of 32", ({ seed, values }) => {
  const state = seedState(seed);
  const same = seedState(BigInt.asUintN(32, BigInt(seed)));
  for (const value of values) {
    expect(String(random64(state))).toBe(value);
    expect(String((BigInt(random32(same)) << 32n) | BigInt(random32(same)))).toBe(value);
  }
});

const draw = (state: RandomState, n: number, kind: "uniform" | "normal" = "uniform"): number[] => {
  const out = emptyView([n]);
  cpu.random(draws[kind]!(-0.3, 0.7), out, state);
  return read(out);
};

test("a copy goes on alone, cached normal included", () => {
  const state = seedState(5);
  draw(state, 3, "normal");
  const copy = copyState(state);
  const expected = [draw(state, 1, "normal"), draw(state, 100)];
  draw(state, 1000);
  expect([draw(copy, 1, "normal"), draw(copy, 100)]).toEqual(expected);
});

test("how a stream is cut into calls changes nothing: few draws, many, the engine's own multiply-add or not", () => {
  const [whole, parts] = [seedState(1), seedState(1)];
  const sizes = [8192, 5000, 3, 64, 65, 700];
  const total = sizes.reduce((a, b) => a + b, 0);
  expect(sizes.flatMap((n) => draw(parts, n))).toEqual(draw(whole, total));
  const blocks = Array.from({ length: 64 }, () => draw(parts, 256, "normal"));
  expect(blocks.flat()).toEqual(draw(whole, 64 * 256, "normal"));
});

test("a range that rounds up to its end begins again: the end is never drawn", () => {
  const [state, from, to] = [seedState(0), 1, 1 + 2 ** -23];
  for (const n of [10, 5000]) {
    const out = emptyView([n]);
    cpu.random({ kind: "uniform", from, to }, out, state);
    expect(new Set(read(out))).toEqual(new Set([from]));
  }
});

test("nothing is drawn for no element", () => {
  const state = seedState(0);
  for (const [kind, draw] of Object.entries(draws))
    cpu.random(draw(0, 1), emptyView([0], kind === "permutation" ? "int64" : "float32"), state);
  expect(random32(state)).toBe(random32(seedState(0)));
});

test("what cannot be drawn is refused", () => {
  const state = seedState(0);
  const drawn = (kind: string, [first, second]: readonly [number, number], dtype?: DType) => {
    return () => cpu.random(draws[kind]!(first, second), emptyView([2], dtype), state);
  };
  expect(drawn("uniform", [0, 1], "int64")).toThrow("uniform: need float32 or float64; got int64");
  expect(drawn("normal", [0, 1], "uint8")).toThrow("normal: need float32 or float64; got uint8");
  expect(drawn("integers", [3, 3])).toThrow("randomIntegers: need low < high");
  expect(drawn("integers", [0, 3], "float16")).toThrow("randomIntegers: need");
  expect(drawn("permutation", [0, 0])).toThrow("permutation: need contiguous int64; got float32");
  expect(() => seedState(0.5)).toThrow(RangeError);
});
