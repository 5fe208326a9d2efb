import { grad } from "@ag/autograd";
import { samples as ownLayers } from "@ag/goldens/softsign";
import type { Module } from "@ag/nn";
import { uniform_ } from "@ag/nn/init";
import { type CallSample, calls, type LayerSample, layers, made, makeName, stepName } from "@ag/nn/samples";
import { manualSeed, rand, Tensor } from "@ag/tensor";
import { describe, expect, test, vi } from "vitest";
import { difference, type GoldenTensor, strideDifference } from "../src/goldens.ts";
import { tensorsIn } from "../src/own-tensors.ts";
import { type Answer, answersIn, bitsOf, differences, titled, weights } from "../src/tables.ts";

interface Step {
  readonly relation: "input" | "view" | "new";
  readonly out: GoldenTensor;
  readonly grads?: readonly (GoldenTensor | null)[];
  readonly buffers: readonly GoldenTensor[];
}

interface LayerAnswer extends Answer {
  readonly text: string;
  readonly state: readonly [key: string, dtype: string, shape: readonly number[]][];
  readonly fresh: readonly GoldenTensor[];
  readonly next: GoldenTensor;
  readonly steps?: readonly Step[];
  readonly evaluation?: Step | "as in training";
}

interface CallAnswer extends Answer {
  readonly result: unknown;
  readonly isGiven: boolean;
  readonly given: readonly GoldenTensor[];
  readonly grads: readonly (GoldenTensor | null)[];
  readonly next: GoldenTensor;
}

const answers = answersIn<LayerAnswer & CallAnswer>("layers");
const answerTo = ({ of, name }: LayerSample | CallSample): LayerAnswer & CallAnswer => answers.get(of)![name]!;
vi.spyOn(console, "warn").mockImplementation(() => {}); // layers without elements

const list = (x: unknown, name: string): readonly unknown[] => made(x, name) as readonly unknown[];

function freshOf(sample: LayerSample): Module {
  manualSeed(0); // parts draw when they are made
  return sample.create(...list(sample.make, makeName(sample)));
}

const callOf = (layer: Module, args: readonly unknown[]): Tensor =>
  (layer as unknown as { forward(...args: readonly unknown[]): Tensor }).forward(...args);

function relation(out: Tensor, x: unknown): Step["relation"] {
  if (out === x) return "input";
  return out.storage === (x as Tensor).storage ? "view" : "new";
}

const unequal = (what: string, got: unknown, wanted: unknown): string[] =>
  got === wanted ? [] : [`${what}: ${String(got)} instead of ${String(wanted)}`];

/** Where one call and its backward give something else than PyTorch's. */
function stepDifferences(layer: Module, args: readonly unknown[], golden: Step): string[] {
  const leaves = tensorsIn(args).filter((x) => x.isFloatingPoint());
  for (const leaf of leaves) leaf.requiresGrad_();
  const given = args.map((x) => (x instanceof Tensor && x.isFloatingPoint() ? x.clone() : x)); // a leaf cannot be written to
  const [first] = given as [Tensor];
  const before = bitsOf(first);
  const out = callOf(layer, given);
  const sources = [...leaves, ...layer.parameters()];
  const gradOutputs = [weights(out)];
  const grads = out.requiresGrad ? grad([out], sources, { gradOutputs, allowUnused: true }) : [];
  return [
    ...unequal("output", relation(out, first), golden.relation),
    ...differences([out], [golden.out]),
    ...unequal("strides", strideDifference(out, golden.out), null),
    ...(golden.relation === "input" ? [] : unequal("input", bitsOf(first), before)),
    ...unequal("requiresGrad", out.requiresGrad, golden.grads !== undefined),
    ...differences(grads, golden.grads ?? []).map((what) => `gradient ${what}`),
    ...differences(layer.buffers(), golden.buffers).map((what) => `buffer ${what}`),
  ];
}

const valid = [...layers, ...ownLayers].filter(({ throws }) => throws === undefined);

describe("made as PyTorch makes it: text, state dict, parameters of a seed, and the stream behind them", () => {
  test.each(titled(valid))("%s", (_, sample) => {
    const golden = answerTo(sample);
    const layer = freshOf(sample);
    const next = rand(2);
    expect(String(layer)).toBe(golden.text);
    expect([...layer.stateDict()].map(([key, { dtype, shape }]) => [key, dtype, shape])).toEqual(golden.state);
    expect(layer.parameters().map(bitsOf)).toEqual(golden.fresh.map(({ bytes }) => bytes));
    expect(bitsOf(next)).toBe(golden.next.bytes);
  });
});

describe("computes as PyTorch: outputs, gradients and buffers, in training and in evaluation", () => {
  test.each(titled(valid.filter(({ args }) => args !== null)))("%s", (_, sample) => {
    const golden = answerTo(sample);
    const layer = freshOf(sample);
    rand(2);
    for (const parameter of layer.parameters()) uniform_(parameter, -1, 1);
    const found = golden.steps!.map((step, i) => stepDifferences(layer, list(sample.args, stepName(sample, i)), step));
    expect(found.flat()).toEqual([]);
    const { evaluation } = golden;
    const last = evaluation === "as in training" ? golden.steps![0]! : evaluation!;
    expect(stepDifferences(layer.eval(), list(sample.args, stepName(sample, 0)), last)).toEqual([]);
  });
});

describe("functions do as PyTorch's: results, what they write, and the stream behind them", () => {
  test.each(titled(calls.filter(({ throws }) => throws === undefined)))("%s", (_, sample) => {
    const golden = answerTo(sample);
    const args = list(sample.args, makeName(sample));
    const given = args.flatMap((arg) => (Array.isArray(arg) ? arg : [arg])).filter((x) => x instanceof Tensor);
    manualSeed(0);
    const result = sample.run(...args);
    const next = rand(2);
    if (result instanceof Tensor) expect(difference(result, golden.result as GoldenTensor)).toBeNull();
    else expect(typeof result === "object" ? Object.values(result as object) : (result ?? null)).toEqual(golden.result);
    expect(given.includes(result as Tensor)).toBe(golden.isGiven);
    const isDrawn = given.every((x) => x.grad === null);
    if (isDrawn) expect(given.map(bitsOf)).toEqual(golden.given.map(({ bytes }) => bytes));
    expect(differences(given, golden.given)).toEqual([]);
    const grads = given.map((x) => x.grad);
    expect(differences(grads, golden.grads)).toEqual([]);
    expect(bitsOf(next)).toBe(golden.next.bytes);
  });
});

describe("refused as PyTorch refuses, with nothing written", () => {
  const refused = (run: () => unknown, { throws, says, onlyHere }: LayerSample | CallSample, golden: Answer): void => {
    expect(run).toThrow(throws);
    expect(run).toThrow(says);
    if (!onlyHere) expect(golden.error).toContain(says);
  };

  test.each(titled(layers.filter(({ throws }) => throws !== undefined)))("%s", (_, sample) => {
    if (sample.args === null) {
      refused(() => freshOf(sample), sample, answerTo(sample));
      return;
    }
    const args = list(sample.args, stepName(sample, 0));
    const run = (): void => {
      const layer = freshOf(sample); // ours may refuse already here
      const bits = (): string[] => [...layer.stateDict().values(), ...tensorsIn(args)].map(bitsOf);
      const before = bits();
      expect(() => callOf(layer, args)).toThrow(sample.says);
      expect(bits()).toEqual(before);
      callOf(layer, args);
    };
    refused(run, sample, answerTo(sample));
  });

  test.each(titled(calls.filter(({ throws }) => throws !== undefined)))("%s", (_, sample) => {
    const args = list(sample.args, makeName(sample));
    const before = tensorsIn(args).map(bitsOf);
    refused(() => sample.run(...args), sample, answerTo(sample));
    expect(tensorsIn(args).map(bitsOf)).toEqual(before);
  });
});
