import { tensor } from "@ag/tensor";
import * as fn from "@ag/tensor/fn";
import { describe, expect, expectTypeOf, test } from "vitest";
import golden from "./goldens/methods.json" with { type: "json" };

const inPyTorch = new Set(golden.methods);
const snake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

type Functions = typeof fn;
type Where<C> = { [K in keyof Functions]: Functions[K] extends C ? K : never }[keyof Functions];
type FunctionsOnly = Where<{ readonly method: null }>;

/** All of them, or it does not compile. */
const functionsOnly: Readonly<Record<FunctionsOnly, true>> = {
  adaptiveAvgPool2d: true,
  avgPool2d: true,
  batchNorm: true,
  binaryCrossEntropy: true,
  binaryCrossEntropyWithLogits: true,
  cat: true,
  conv1d: true,
  conv2d: true,
  crossEntropy: true,
  dropout: true,
  elu: true,
  embedding: true,
  gelu: true,
  hardtanh: true,
  huberLoss: true,
  l1Loss: true,
  layerNorm: true,
  leakyRelu: true,
  linear: true,
  maxPool2d: true,
  maxPool2dWithIndices: true,
  mseLoss: true,
  nllLoss: true,
  oneHot: true,
  pad: true,
  relu6: true,
  rsub: true,
  silu: true,
  smoothL1Loss: true,
  softplus: true,
  stack: true,
};

/** Not from an operation, or ours: Python spells these with brackets, `var` is a word of JavaScript, comparisons and bounds write in place. */
const ours = new Set(
  "constructor dispose data read rawBytes toString toJSON at setAt_ variance maximum_ minimum_ isnan_ isinf_ isfinite_".split(
    " ",
  ),
);

const methods = Object.entries(Object.getOwnPropertyDescriptors(fn.Tensor.prototype)).flatMap(([name, { value }]) =>
  typeof value === "function" ? [name] : [],
);

describe("methods", () => {
  test("are PyTorch's", () => {
    expect(methods.filter((name) => !inPyTorch.has(snake(name)) && !ours.has(name))).toEqual([]);
  });

  test("are missing where PyTorch has none, in the types too", () => {
    const wrong = Object.keys(functionsOnly).filter((name) => methods.includes(name) || inPyTorch.has(snake(name)));
    expect(wrong).toEqual([]);
    const said = Object.entries(fn).flatMap(([name, f]) =>
      "method" in Object(f) && Object(f).method === null ? [name] : [],
    );
    expect(said.sort()).toEqual(Object.keys(functionsOnly).sort());
    expectTypeOf<Extract<keyof fn.Tensor, FunctionsOnly | `${FunctionsOnly}_`>>().toBeNever();
  });

  test("write in place where the function does, in the types too", () => {
    type InPlace = Exclude<Where<{ readonly inPlace: unknown }>, Where<{ readonly method: unknown }>>;
    const written = Object.entries(fn).flatMap(([name, f]) =>
      Object(f).inPlace && Object(f).method === undefined ? [`${name}_`] : [],
    );
    expect(methods).toEqual(expect.arrayContaining(written));
    expectTypeOf<keyof fn.Tensor & `${InPlace}_`>().toEqualTypeOf<`${InPlace}_`>();
    expectTypeOf<keyof fn.Tensor & `${Exclude<keyof Functions, InPlace>}_`>().toEqualTypeOf<"maskedFill_">();
  });

  test("are there for every function of operations that PyTorch has as one, and in place", () => {
    const ofOperations = Object.entries(fn).filter(([name, f]) => typeof f === "function" && /^[a-z]/.test(name));
    const missing = ofOperations.flatMap(([name, f]) =>
      [name, ...((f as { inPlace?: unknown }).inPlace ? [`${name}_`] : [])].filter(
        (one) => inPyTorch.has(snake(one)) && !methods.includes(one),
      ),
    );
    expect(missing).toEqual([]);
  });

  test("may take PyTorch's order", () => {
    const x = tensor([1, 2]);
    expect(x.where(x.gt(1), 0).tolist()).toEqual([0, 2]);
    expectTypeOf(x.where).parameters.toEqualTypeOf<[condition: fn.Tensor, other: fn.Operand]>();
    expectTypeOf<Extract<keyof fn.Tensor, "where_">>().toBeNever();
    expect("where_" in x).toBe(false);
  });
});
