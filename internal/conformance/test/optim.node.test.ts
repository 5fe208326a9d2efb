import "@ag/autograd";
import * as own from "@ag/goldens/own";
import type { Floating } from "@ag/goldens/steps";
import { gradientsOf, parametersOf, STEPS } from "@ag/goldens/steps";
import { type AnyOptimizer, type OptimizerSample, optimizers } from "@ag/optim/samples";
import type { Tensor } from "@ag/tensor";
import { cat } from "@ag/tensor";
import { describe, expect, test } from "vitest";
import { difference, type GoldenTensor } from "../src/goldens.ts";
import { restored, type Saved, stateDifferences } from "../src/state.ts";
import { type Answer, answersIn, bitsOf, titled } from "../src/tables.ts";

interface Trajectory {
  /** The elements of all parameters, a row for each step. */
  readonly values: GoldenTensor;
  readonly halfway: Saved;
  readonly end: Saved;
  readonly defaults: Saved;
  readonly text: string;
}

const answers = answersIn<Answer & Record<Floating, Trajectory>>("optim");
const HALF = STEPS / 2;
const valid = [...optimizers, ...own.optimizers].filter(({ throws }) => throws === undefined);

function optimizerOf({ create, given, groups }: OptimizerSample, parameters: readonly Tensor[]): AnyOptimizer {
  for (const p of parameters) p.requiresGrad_();
  if (groups === null) return create(parameters, given);
  const last = groups.length - 1;
  const params = (i: number): readonly Tensor[] => (i < last ? parameters.slice(i, i + 1) : parameters.slice(last));
  return create(
    groups.map((group, i) => ({ params: params(i), ...group })),
    given,
  );
}

function step(sample: OptimizerSample, optimizer: AnyOptimizer, parameters: readonly Tensor[], at: number): void {
  const gradients = gradientsOf(sample, at, parameters[0]!.dtype as Floating);
  parameters.forEach((p, i) => {
    p.grad = gradients[i]!;
  });
  optimizer.step();
}

const snakeKeyed = (options: object): Map<string, unknown> =>
  new Map(
    Object.entries(options).map(([key, value]) => [key.replaceAll(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), value]),
  );

/** The elements of all parameters in a row. */
const elements = (parameters: readonly Tensor[]): Tensor => cat(parameters.map((p) => p.detach().reshape([-1])));

/** The golden's row of a step, as the parameters that are then. */
function rowsOf({ bytes, dtype, shape }: GoldenTensor): GoldenTensor[] {
  const all = Buffer.from(bytes, "base64");
  const size = all.length / shape[0]!;
  return Array.from({ length: shape[0]! }, (_, i) => ({
    dtype,
    shape: shape.slice(1),
    strides: [1],
    bytes: all.subarray(i * size, (i + 1) * size).toString("base64"),
  }));
}

/** Puts the golden's row of a step into parameters. */
function become(parameters: readonly Tensor[], row: GoldenTensor): void {
  const values = restored(row) as Tensor;
  let at = 0;
  for (const p of parameters) {
    const part = values.narrow(0, at, p.numel());
    p.detach().copy_(part.reshape(p.shape));
    at += p.numel();
  }
}

const both = valid.flatMap((sample) =>
  (["float32", "float64"] as const).map((dtype) => ({ sample, dtype, title: `${titled([sample])[0]![0]}, ${dtype}` })),
);

describe.each(both)("$title", ({ sample, dtype }) => {
  const golden = answers.get(sample.of)![sample.name]![dtype];
  const rows = rowsOf(golden.values);

  test("twenty steps, state dict, defaults and text as PyTorch's", () => {
    const parameters = parametersOf(sample, dtype);
    const optimizer = optimizerOf(sample, parameters);
    for (const [i, row] of rows.entries()) {
      step(sample, optimizer, parameters, i);
      expect(difference(elements(parameters), row)).toBeNull();
      if (i === HALF - 1) expect(stateDifferences(optimizer.stateDict(), golden.halfway)).toEqual([]);
    }
    expect(stateDifferences(optimizer.stateDict(), golden.end)).toEqual([]);
    expect(stateDifferences(snakeKeyed(optimizer.defaults), golden.defaults)).toEqual([]);
    expect(String(optimizer)).toBe(golden.text);
  });

  test("goes on from PyTorch's state", () => {
    const parameters = parametersOf(sample, dtype);
    const optimizer = optimizerOf({ ...sample, given: {} }, parameters);
    optimizer.loadStateDict(restored(golden.halfway) as Map<string, unknown>);
    become(parameters, rows[HALF - 1]!);
    for (let i = HALF; i < STEPS; i++) {
      step(sample, optimizer, parameters, i);
      expect(difference(elements(parameters), rows[i]!)).toBeNull();
    }
    expect(stateDifferences(optimizer.stateDict(), golden.end)).toEqual([]);
  });

  test("goes on from its own state with the same bits", () => {
    const [parameters, others] = [parametersOf(sample, dtype), parametersOf(sample, dtype)];
    let optimizer = optimizerOf(sample, parameters);
    const whole = optimizerOf(sample, others);
    for (let i = 0; i < STEPS; i++) {
      if (i === HALF) {
        const next = optimizerOf({ ...sample, given: {} }, parameters);
        next.loadStateDict(optimizer.stateDict());
        optimizer = next;
      }
      step(sample, optimizer, parameters, i);
      step(sample, whole, others, i);
    }
    expect(bitsOf(elements(parameters))).toBe(bitsOf(elements(others)));
  });
});

describe("refused as PyTorch refuses", () => {
  test.each(titled(optimizers.filter(({ throws }) => throws !== undefined)))("%s", (_, sample) => {
    const make = (): AnyOptimizer => optimizerOf(sample, parametersOf(sample, "float32"));
    expect(make).toThrow(sample.throws);
    expect(make).toThrow(sample.says);
    if (!sample.onlyHere) expect(answers.get(sample.of)![sample.name]!.error).toContain(sample.says);
  });
});
