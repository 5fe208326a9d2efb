import * as own from "@ag/goldens/own";
import { samples as ownLayers } from "@ag/goldens/softsign";
import * as nn from "@ag/nn";
import * as init from "@ag/nn/init";
import { calls, layers } from "@ag/nn/samples";
import * as optim from "@ag/optim";
import { optimizers, schedulers } from "@ag/optim/samples";
import * as fn from "@ag/tensor/fn";
import { describe, expect, test } from "vitest";
import { every, type Has, namesWithExample } from "../src/complete.ts";
import { exemptLayers, exemptOptimizers } from "../src/exemptions.ts";
import { type Answers, answersIn, type TableSample, unanswered, unshown, unvaried } from "../src/tables.ts";

const layerSamples = [...layers, ...calls];
const optimSamples = [...optimizers, ...schedulers];
const ownSamples = [...own.optimizers, ...own.schedulers];
const [layerAnswers, optimAnswers] = [answersIn("layers"), answersIn("optim")];

function has(samples: readonly TableSample[], answers: Answers<object>, packageName: string): Has {
  const sampled = new Set(samples.map(({ of }) => of));
  const withExample = namesWithExample(new URL(`../../../packages/${packageName}/src/`, import.meta.url));
  return {
    sample: (name) => sampled.has(name),
    golden: (name) => answers.has(name),
    example: (name) => withExample.has(name),
  };
}

/** Operations that `@ag/nn` hands on have samples of their own. */
const ofLayers = Object.entries({ ...nn, ...init })
  .filter(([name, value]) => (fn as Record<string, unknown>)[name] !== value)
  .map(([name]) => name);

test("every layer, initialiser, optimizer and schedule has a sample, a golden and an example", () => {
  expect(every("export", ofLayers, has(layerSamples, layerAnswers, "nn"), exemptLayers)).toEqual([]);
  expect(every("export", Object.keys(optim), has(optimSamples, optimAnswers, "optim"), exemptOptimizers)).toEqual([]);
});

test("every sample has an answer, and every answer a sample", () => {
  expect(unanswered([...layerSamples, ...ownLayers], layerAnswers)).toEqual([]);
  expect(unanswered([...optimSamples, ...ownSamples], optimAnswers)).toEqual([]);
});

test("every option changes an answer of PyTorch's, and every argument varies", () => {
  expect(unshown(layerSamples, layerAnswers)).toEqual([]);
  expect(unshown([...optimSamples, ...ownSamples], optimAnswers)).toEqual([]);
  expect(unvaried(layers.map((sample) => ({ ...sample, given: sample.make })))).toEqual([]);
  expect(unvaried(calls.map((sample) => ({ ...sample, given: sample.args })))).toEqual([]);
  expect(unvaried(schedulers.map((sample) => ({ ...sample, given: sample.make })))).toEqual([]);
});

describe("what is missing is found", () => {
  const conv: TableSample = layers.find(({ of }) => of === "Conv2d")!;

  test("a layer without anything", () => {
    expect(every("export", [...ofLayers, "Swish"], has(layerSamples, layerAnswers, "nn"), exemptLayers)).toEqual([
      "export Swish has no sample, no golden, no example",
    ]);
  });

  test("an option that no sample shows, unless there is a reason", () => {
    const options = { ...conv.options, paddingMode: true, rate: { exempt: "a reason" } } as const;
    const found = unshown([{ ...conv, options }], layerAnswers);
    expect(found).toContain("Conv2d: paddingMode");
    expect(found).not.toContain("Conv2d: rate");
  });

  test("a sample without answer, an answer without sample, an argument that is always the same", () => {
    expect(unanswered([{ ...conv, name: "unheard of" }], new Map([["Gone", { plain: {} }]]))).toEqual([
      "Conv2d: unheard of",
      "Gone: plain",
    ]);
    expect(unvaried([{ ...conv, given: [3, [1, 2]] }])).toEqual(["Conv2d: argument 0", "Conv2d: argument 1"]);
  });
});
