import * as models from "@ag/models";
import * as nn from "@ag/nn";
import * as tensor from "@ag/tensor";
import { describe, expect, test } from "vitest";
import { said, unnameable } from "../src/compiler.ts";
import { around, checked, inferred, inferredWherePossible, partly, several } from "../src/shape-table.ts";

const { var: _, ...tensors } = tensor as typeof tensor & { readonly var?: unknown }; // a word of the language
const scope: Readonly<Record<string, unknown>> = { ...nn, ...models, ...tensors };
const values = Object.entries(scope).filter(([name]) => !/^(default|Tensor)$/.test(name));

const imports = (["nn", "models", "tensor"] as const).map((name, i) => {
  const later = [nn, models, tensor].slice(i + 1);
  const own = Object.keys([nn, models, tensor][i]!).filter((key) => !later.some((other) => key in other));
  return `import { ${own.filter((key) => key !== "var").join(", ")} } from "@ag/${name}";`;
});

type Body = (...given: unknown[]) => tensor.Tensor;
const Compiled = (() => {}).constructor as new (...parameters: string[]) => Body;
const plain = around.replaceAll(/: (number|boolean|any)(\[\])*/g, "");

/** The shape that an expression has when it is run, or the error. */
function run(expression: string): readonly number[] | Error {
  const compute = new Compiled(...values.map(([name]) => name), `${plain} return ${expression};`);
  try {
    return tensor.scope(() => compute(...values.map(([, value]) => value))).shape;
  } catch (error) {
    return error as Error;
  }
}

interface Outcome {
  readonly expression: string;
  readonly type: string;
  readonly complaint: string | undefined;
  readonly result: readonly number[] | Error;
}

/** Compiles and runs all. */
function outcomes(expressions: readonly string[], settings: Parameters<typeof said>[2] = {}): Outcome[] {
  const lines = expressions.map((expression, i) => `const x${i} = ${expression};`);
  const text = [...imports, around, ...lines].join("\n");
  const { types, complaints } = said(text, "source", settings);
  const before = imports.length + 1;
  return expressions.map((expression, i) => ({
    expression,
    type: types.get(`x${i}`)!,
    complaint: complaints.find(({ line }) => line === before + i + 1)?.text,
    result: run(expression),
  }));
}

/** Whether a type allows a shape: `number` allows any size, `Shape` any sizes, and each of several what it allows. */
function allows(type: string, shape: readonly number[]): boolean {
  if (type === "Tensor<Shape>") return true;
  return [...type.matchAll(/\[(.*?)\]/g)].some(([, inner]) => {
    const sizes = inner === "" ? [] : inner!.split(", ").map((size) => size.split(" | "));
    return (
      sizes.length === shape.length &&
      sizes.every((several, i) => several.includes("number") || several.includes(`${shape[i]}`))
    );
  });
}

const named = (shape: readonly number[]): string => `Tensor<[${shape.join(", ")}]>`;
const isShape = (result: Outcome["result"]): result is readonly number[] => Array.isArray(result);

describe("types and run time give one shape", () => {
  test("of what is always inferred", () => {
    const all = outcomes(inferred);
    expect(all.filter(({ type, result }) => !isShape(result) || type !== named(result))).toEqual([]);
  });

  test("of what is inferred where it can be run", () => {
    const all = outcomes(inferredWherePossible);
    expect(
      all.filter(({ type, complaint, result }) => isShape(result) && (complaint || type !== named(result))),
    ).toEqual([]);
    expect(all.filter(({ result }) => isShape(result)).length).toBeGreaterThan(all.length / 3);
  });

  test("where the type knows less", () => {
    const all = outcomes(partly.map(([expression]) => expression));
    expect(all.map(({ expression, type }) => [expression, type])).toEqual(partly);
    expect(all.filter(({ type, complaint, result }) => complaint || !isShape(result) || !allows(type, result))).toEqual(
      [],
    );
  });

  test("where a literal is one of several", () => {
    const all = outcomes(several);
    expect(all.filter(({ type, complaint, result }) => complaint || !isShape(result) || !allows(type, result))).toEqual(
      [],
    );
  });

  test("and refuse the same", () => {
    const all = outcomes(checked);
    const differing = all.filter(({ type, complaint, result }) =>
      isShape(result) ? complaint !== undefined || type !== named(result) : complaint === undefined,
    );
    expect(differing).toEqual([]);
    expect(all.filter(({ result }) => !isShape(result)).length).toBeGreaterThan(50);
  });

  test("where other programs are not strict", () => {
    const some = [...checked, ...inferredWherePossible].filter((_, i) => i % 5 === 0);
    const loose = outcomes([...some, ...inferred], { strict: false });
    const strict = outcomes(several, { exactOptionalPropertyTypes: false });
    expect(
      [...loose, ...strict].filter(
        ({ type, complaint, result }) => isShape(result) && (complaint || !allows(type, result)),
      ),
    ).toEqual([]);
  });
});

test("other packages can be published that leave types to be inferred", () => {
  const text = `
    import { Conv2d, Flatten, Linear, Module, ReLU, Sequential } from "@ag/nn";
    import * as all from "@ag/tensor";
    import { add, conv2d, gelu, matmul, relu, type Shape, sum, type Tensor, zeros } from "@ag/tensor";
    export const functions = { ...all };
    export const activations = { relu, gelu };
    export const methods = { add: zeros(2).add, sum: zeros(2).sum };
    export const sums = <S extends Shape>(x: Tensor<S>) => x.sum(0, { keepdim: true });
    export const rows = <S extends Shape>(x: Tensor<S>, y: Tensor<S>) => x.matmul(y.t()).add(1).reshape(-1).flatten();
    export const most = <T extends Tensor>(x: T) => x.max(0);
    export const seen = <T extends Tensor>(x: T) => conv2d(x, zeros(1, 1, 3, 3), null, { stride: 2 });
    export class Net extends Module {
      body = new Sequential(new Conv2d(1, 2, 3, { stride: 2 }), new ReLU(), new Flatten(), new Linear(2, 3));
      forward(x: Tensor) { return this.body.forward(x); }
    }`;
  expect(unnameable(text)).toEqual([]);
});
