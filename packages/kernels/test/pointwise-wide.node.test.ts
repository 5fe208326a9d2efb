import "@ag/kernels/wide";
import { setTimeout } from "node:timers/promises";
import { type Algebra, cpu, type DType, type Formula, formulas, type View } from "@ag/kernels";
import { expect, test } from "vitest";
import { emptyView, read, viewOf } from "./views.ts";

/** Each operation by itself, and with its operand used again: engines print these in different ways. */
const steps = (["neg", "abs", "sqrt", "floor", "ceil", "trunc", "round"] as const).flatMap((name) => [
  [name, <T, C>(m: Algebra<T, C>, x: T) => m[name](x)] as const,
  [`${name}, used again`, <T, C>(m: Algebra<T, C>, x: T) => m.add(m[name](x), m.mul(x, 3))] as const,
]);
const all: (readonly [string, Formula])[] = [...steps, ...(Object.entries(formulas) as [string, Formula][])];

const n = 20_000;
const data = Float32Array.from(
  { length: n },
  (_, i) => (((i * 7919) % 20011) / 10005.5 - 1) * [2, 12, 110, 20000][i % 4]!,
);
const outOf = (formula: Formula, name: string, x: View, dtype: DType): View => {
  const out = emptyView([n], dtype);
  cpu.pointwise(formula, name === "pow" ? [x, x] : [x], out, dtype);
  return out;
};

test.each(["float32", "float64"] as const)("%s: joined vectors give the bits of scalars", async (dtype) => {
  const plain = emptyView([n], dtype);
  const spaced: View = { ...emptyView([2 * n], dtype), sizes: [n], strides: [2] };
  for (const x of [plain, spaced]) cpu.copy(viewOf(data), x);
  for (let round = 0; round < 3; round++) {
    for (const [name, formula] of all) outOf(formula, name, plain, dtype).storage.release();
    await setTimeout(100); // the optimizing compiler works in the background
  }
  for (const [name, formula] of all)
    expect(read(outOf(formula, name, plain, dtype)), `${name}`).toEqual(read(outOf(formula, name, spaced, dtype)));
});
