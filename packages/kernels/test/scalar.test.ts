/** Formulas on numbers have the bits of the kernels. */
import { type Algebra, cpu, type Formula, formulas, scalar } from "@ag/kernels";
import { describe, expect, test } from "vitest";
import { emptyView, read, viewOf } from "./views.ts";

/** Every exponent and sign, and many values of usual size. */
function many(seed: number): Float64Array {
  const words = new Uint32Array(40_000);
  const x = new Float64Array(words.buffer);
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state ^ (state >>> 13);
  };
  for (let i = 0; i < x.length; i++) {
    words[2 * i] = next();
    words[2 * i + 1] = next();
    if (i % 2 === 0) x[i] = ((next() >>> 0) / 2 ** 31 - 1) * [1, 3, 30, 800, 1e5, 1e9][(i >> 1) % 6]!;
  }
  const special = [0, 1, 2, 0.5, Number.POSITIVE_INFINITY, 5e-324, 2 ** -1022, Number.MAX_VALUE, 2 ** 52 + 1, 2.5];
  x.set([Number.NaN, ...special, ...special.map((y) => -y)]);
  return x;
}

const [x, y] = [many(1), many(2).map((z, i) => (i % 3 === 0 ? z : Math.round(z % 40) / 2))];

function kernel(formula: Formula): number[] {
  const out = emptyView([x.length], "float64");
  cpu.pointwise(formula, [viewOf(x), viewOf(y)], out, "float64");
  return read(out);
}

/** Where they differ; a NaN is a NaN. */
const differing = (got: readonly number[], wanted: readonly number[]): number[] =>
  got.flatMap((z, i) => (Object.is(z, wanted[i]) ? [] : [x[i]!]));

const own: Readonly<Record<string, Formula>> = {
  "min, max": (m, a, b) => m.max(m.min(a!, b!), m.neg(b!)),
  "floor, ceil, trunc": (m, a, b) => m.add(m.floor(a!), m.mul(m.ceil(b!), m.trunc(a!))),
  round: (m, a) => m.round(a!),
  sqrt: (m, a) => m.sqrt(m.abs(a!)),
  copySign: (m, a, b) => m.copySign(a!, b!),
  upper: (m, a) => m.upper(a!),
  conditions: (m, a, b) =>
    m.select(m.or(m.and(m.le(a!, b!), m.not(m.eq(a!, 1))), m.ne(b!, b!)), m.div(a!, b!), m.sub(b!, a!)),
};
const named: [string, Formula][] = [
  ...Object.entries(formulas as unknown as Readonly<Record<string, Formula>>),
  ...Object.entries(own),
];

describe("same bits as float64 kernels", () => {
  test.each(named)("%s", (_, formula) => {
    const run = formula as (m: Algebra<number, boolean>, ...operands: number[]) => number;
    expect(
      differing(
        [...x].map((a, i) => run(scalar, a, y[i]!)),
        kernel(formula),
      ),
    ).toEqual([]);
  });
});
