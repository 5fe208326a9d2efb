/** What a formula gives is what PyTorch gives for the same text, and what the methods give, bit for bit. */
import { type Graph, graphOf } from "@ag/autograd";
import answers from "@ag/goldens/answers/expr.json" with { type: "json" };
import {
  abs,
  add,
  type DType,
  div,
  exp,
  expr,
  mean,
  mul,
  type Operand,
  pow,
  relu,
  remainder,
  sigmoid,
  sin,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
} from "@ag/tensor";
import { describe, expect, test } from "vitest";

interface Answer {
  readonly formula: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly out: readonly unknown[];
  readonly nodes: readonly string[];
  readonly edges: readonly (readonly [from: number, to: number, input: number])[];
  readonly grads: Readonly<Record<string, readonly unknown[]>>;
  /** What its backward throws. */
  readonly refused?: string;
}

/** A formula as the compiler hands it over: split at its holes. */
function template(parts: readonly string[]): TemplateStringsArray {
  return Object.assign([...parts], { raw: parts });
}

const leaves = (): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(answers.values).map(([name, { data, dtype }]) => [
      name,
      tensor(data as number[], { dtype: dtype as DType, requiresGrad: "abcmn".includes(name) }),
    ]),
  );

/** A text with names, and what they stand for: in holes. */
function formula(text: string, values: Readonly<Record<string, Operand>>): Tensor {
  const parts = text.split(/\b([abcmnip])\b(?!\()/);
  const holes = parts.filter((_, i) => i % 2 === 1).map((name) => values[name]!);
  return expr(template(parts.filter((_, i) => i % 2 === 0)), ...holes);
}

const edgesOf = ({ edges }: Graph): unknown[] => edges.map(({ from, to, input }) => [from, to, input]);
const numbers = (x: Tensor): number[] => Array.from(x.detach().data() as ArrayLike<number | bigint>, Number);

function expectClose(got: Tensor, expected: readonly unknown[]): void {
  const tolerance = got.dtype === "float64" ? 1e-12 : 1e-5;
  numbers(got).forEach((value, i) => {
    const wanted = Number(String(expected[i]).replace("inf", "Infinity").replace("true", "1").replace("false", "0"));
    if (Number.isFinite(wanted))
      expect(Math.abs(value - wanted)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(wanted)));
    else expect(value).toBe(wanted);
  });
}

describe("as PyTorch", () => {
  test.each(answers.cases as unknown as Answer[])("$formula", ({ formula: text, ...answer }) => {
    const values = leaves();
    const out = formula(text, values);
    expect([out.dtype, [...out.shape]]).toEqual([answer.dtype, answer.shape]);
    expectClose(out, answer.out);
    if (answer.refused) return; // where PyTorch has no derivative, we may have one
    const graph = out.requiresGrad && !out.isLeaf ? graphOf(out) : { nodes: [], edges: [] };
    expect(graph.nodes.map(({ name }) => name)).toEqual(answer.nodes);
    expect(edgesOf(graph)).toEqual(answer.edges);
    if (out.requiresGrad) out.sum().backward();
    for (const [name, grad] of Object.entries(answer.grads)) expectClose(values[name]!.grad!, grad);
    for (const [name, x] of Object.entries(values))
      expect([name, x.grad !== null]).toEqual([name, name in answer.grads]);
  });
});

describe("as the methods", () => {
  /** A formula, and the same by methods: of tensors in holes, and of numbers that meet one. */
  interface Both {
    readonly text: string;
    readonly value: () => Tensor;
    /** How strongly it binds: sums 1, products 2, signs 3, powers 4, operands 5. */
    readonly level: number;
  }

  function randomFormulas(seed: number, values: Readonly<Record<string, Tensor>>): (depth: number) => Both {
    let state = seed * 7919 + 1;
    const below = (n: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
    const one = <T>(items: readonly T[]): T => items[below(items.length)]!;
    /** In parentheses where it must be, and sometimes where it need not. */
    const within = ({ text, level }: Both, least: number): string =>
      level < least || below(5) === 0 ? `( ${text})` : text;
    const gap = (): string => one(["", " ", "\n\t"]);
    const infix = [
      ["+", 1, 1, 2, add],
      ["-", 1, 1, 2, sub],
      ["*", 2, 2, 3, mul],
      ["/", 2, 2, 3, div],
      ["%", 2, 2, 3, remainder],
      ["**", 4, 5, 3, pow],
    ] as const;
    const call = { sin, exp, tanh, sigmoid, relu, abs, square, sum, mean };
    const leaf = (): Both => {
      const name = one(Object.keys(values));
      return { text: name, value: () => values[name]!, level: 5 };
    };
    const formulaOf = (depth: number): Both => {
      const kind = depth === 0 ? 0 : below(10);
      if (kind === 0) return leaf();
      const x = formulaOf(depth - 1);
      if (kind === 1) return { text: `-${gap()}${within(x, 3)}`, value: () => x.value().neg(), level: 3 };
      if (kind === 2) {
        const [name, apply] = one(Object.entries(call));
        return {
          text: `${name}${gap()}(${x.text})`,
          value: () => (apply as (y: Tensor) => Tensor)(x.value()),
          level: 5,
        };
      }
      const [sign, level, left, right, operation] = one(infix);
      const apply = operation as (p: Operand, q: Operand) => Tensor;
      if (kind < 6) {
        const number = one([2, 3, 0.5, 1.25, -2]);
        const constant: Both = { text: String(number), level: number < 0 ? 3 : 5, value: x.value };
        const isFirst = below(2) === 0;
        const [p, q] = isFirst ? [constant, x] : [x, constant];
        const text = `${within(p, left)}${gap()}${sign}${gap()}${within(q, right)}`;
        return { text, value: () => (isFirst ? apply(number, x.value()) : apply(x.value(), number)), level };
      }
      const y = formulaOf(depth - 1);
      const text = `${within(x, left)}${gap()}${sign}${gap()}${within(y, right)}`;
      return { text, value: () => apply(x.value(), y.value()), level };
    };
    return formulaOf;
  }

  const bytes = (x: Tensor | null): string =>
    x ? `${x.dtype} [${x.shape.join()}] ${x.detach().rawBytes().join()}` : "none";

  test.each(Array.from({ length: 300 }, (_, seed) => seed))("formula %i", (seed) => {
    const run = (which: "text" | "value"): unknown => {
      const { a, b, m, n } = leaves() as Record<"a" | "b" | "m" | "n", Tensor>;
      const made = randomFormulas(seed, { a, b, m, n })(4);
      const out = which === "text" ? formula(made.text, { a, b, m, n }) : made.value();
      const graph = out.isLeaf ? null : graphOf(out);
      out.sum().backward();
      return [made.text, bytes(out), graph, [a, b, m, n].map(({ grad }) => bytes(grad))];
    };
    expect(run("text")).toEqual(run("value"));
  });
});
