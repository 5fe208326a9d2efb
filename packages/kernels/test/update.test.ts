import { type Algebra, cpu, type DType, type Formula, formulas, type Rule, type View } from "@ag/kernels";
import { describe, expect, test } from "vitest";
import { read, viewOf } from "./views.ts";

type Float = "float32" | "float64";

const numbers = (n: number, from: number): number[] =>
  Array.from({ length: n }, (_, i) => ((i * 7 + from) % 23) / 8 - 1);
const viewsOf = (sizes: readonly number[], dtype: Float, from: number): View[] =>
  sizes.map((n) =>
    viewOf(dtype === "float32" ? Float32Array.from(numbers(n, from)) : Float64Array.from(numbers(n, from))),
  );

/** Of angles that are so large, vectors do not know the sine. */
const TURNS = 1e8;

/** Momentum with a literal, and a function that leaves some lanes to single elements. */
const next = <T, C>(m: Algebra<T, C>, [, buffer, grad]: readonly T[], [share]: readonly T[]): T =>
  m.add(m.mul(buffer!, share!), m.mul(grad!, 0.5));
const moved = <T, C>(m: Algebra<T, C>, x: readonly T[], scalars: readonly T[]): T =>
  m.sub(x[0]!, m.mul(formulas.sin(m, m.mul(next(m, x, scalars), TURNS)), scalars[1]!));
const rule: Rule = (m, x, scalars) => [moved(m, x, scalars), next(m, x, scalars)];

const SIZES = [1, 3, 8, 19, 1000];
const scalars = [0.9, 0.1];

/** One result of the rule as a pointwise kernel. */
function pointwise(part: typeof next, [p, buffer, grad]: readonly View[], dtype: Float): number[] {
  const formula: Formula = (m, a, b, c, s, t) => part(m, [a!, b!, c!], [s!, t!]);
  const out = viewOf(dtype === "float32" ? new Float32Array(p!.sizes[0]!) : new Float64Array(p!.sizes[0]!));
  cpu.pointwise(formula, [p!, buffer!, grad!, ...scalars], out, dtype);
  return read(out);
}

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  test("the bits of the same formulas as pointwise kernels", () => {
    const [params, buffers, grads] = [1, 2, 3].map((from) => viewsOf(SIZES, dtype, from)) as [View[], View[], View[]];
    const before = grads.map(read);
    const wanted = params.map((p, i) => {
      const own = [p, buffers[i]!, grads[i]!];
      return [pointwise(moved, own, dtype), pointwise(next, own, dtype)];
    });
    expect(wanted[4]![1]!.some((x) => Math.abs(x) * TURNS > 1.6e6)).toBe(true); // far enough for single elements
    cpu.update(rule, [params, buffers, grads], scalars);
    expect(params.map((p, i) => [read(p), read(buffers[i]!)])).toEqual(wanted);
    expect(grads.map(read)).toEqual(before);
  });

  test("what a rule leaves out stays as it is", () => {
    const [a, b, c] = [1, 2, 3].map((from) => viewsOf([21], dtype, from)) as [View[], View[], View[]];
    const [first, last] = [read(a[0]!), read(c[0]!)];
    cpu.update((m, [, y]) => [undefined, m.neg(y!)], [a, b, c], []);
    expect([read(a[0]!), read(c[0]!)]).toEqual([first, last]);
    expect(read(b[0]!)).toEqual(numbers(21, 2).map((x) => -x));
  });
});

test("a rule is kept for each dtype, and for each number of arrays and of scalars", () => {
  const sum: Rule = (m, arrays, scalars) => [[...arrays, ...scalars].reduce((a, b) => m.add(a, b))];
  const run = (x: readonly (Float32Array | Float64Array)[][], scalars: readonly number[]): number[][] => {
    const views = x.map((list) => list.map((values) => viewOf(values)));
    cpu.update(sum, views, scalars);
    return views[0]!.map(read);
  };
  const [one, two] = [Float32Array.of(1), Float64Array.of(2)];
  expect(run([[one]], [0.1])).toEqual([[Math.fround(1 + Math.fround(0.1))]]);
  expect(run([[one], [one]], [])).toEqual([[2]]);
  expect(run([[one], [one]], [4])).toEqual([[6]]);
  expect(run([[one], [one], [one]], [])).toEqual([[3]]);
  expect(run([[two]], [0.1])).toEqual([[2.1]]);
  expect(run([[one, two, one]], [0.1])[1]).toEqual([2.1]);
});

const descend: Rule = (m, [p, grad], [rate]) => [m.sub(p!, m.mul(grad!, rate!))];

test("long arrays are updated to the last element, and neighbours are left alone", () => {
  const n = 70001;
  const whole = viewOf(new Float32Array(n + 2).fill(1));
  const param: View = { ...whole, offset: 1, sizes: [n] };
  const grad = viewOf(Float32Array.from({ length: n }, (_, i) => i));
  cpu.update(descend, [[param], [grad]], [0.5]);
  const values = read(whole);
  expect([values[0], values[n + 1]]).toEqual([1, 1]);
  expect(values.slice(1, n + 1).every((x, i) => x === 1 - 0.5 * i)).toBe(true);
});

test("an empty parameter and an empty group are no work", () => {
  const x = viewOf(Float32Array.of(1, 2));
  const empty: View = { ...x, sizes: [0] };
  cpu.update(descend, [[empty], [empty]], [1]);
  cpu.update(descend, [[], []], [1]);
  expect(read(x)).toEqual([1, 2]);
});

test.each<DType>(["int32", "int64", "float16", "bool"])("%s is refused", (dtype) => {
  const x: View = { ...viewOf(Float64Array.of(1)), dtype };
  expect(() => cpu.update(descend, [[x], [x]], [1])).toThrow(
    `update: need float32 or float64 parameters; got ${dtype}`,
  );
});
