import { grad, gradcheck, gradgradcheck } from "@ag/autograd";
import { type GradFn, Tensor } from "@ag/tensor";
import { type Sample, samples } from "@ag/tensor/samples";
import { describe, expect, test } from "vitest";
import {
  difference,
  elementsOfTensor,
  fileOf,
  type Golden,
  goldens,
  strideDifference,
  type Twice,
} from "../src/goldens.ts";
import { mapTensors } from "../src/own-tensors.ts";
import { weights } from "../src/tables.ts";

const goldenOf = ({ op, name }: Sample): Golden | undefined => goldens.get(fileOf(op))?.[name];

/** The results that are tensors, in the order PyTorch gives them. */
function outputsOf(result: unknown): Tensor[] {
  if (result instanceof Tensor) return [result];
  return Object.values((result ?? {}) as object).filter((x) => x instanceof Tensor);
}

/** Runs a sample on leaves: fresh handles on the same elements, floating ones tracked. */
function run({ args, run: call, isStep }: Sample): { result: unknown; leaves: Tensor[] } {
  const leaves: Tensor[] = [];
  const fresh = args.map((arg) =>
    mapTensors(arg, (x) => {
      const leaf = x.detach();
      if (!x.isFloatingPoint() || isStep) return leaf;
      leaves.push(leaf.requiresGrad_());
      return leaf;
    }),
  );
  return { result: call(...fresh), leaves };
}

const nodeOf = (fn: GradFn): unknown => [fn.name, fn.nextFunctions.map(([next]) => next?.name ?? null)];

const valid = samples.filter((sample) => !sample.throws);
const invalid = samples.filter((sample) => sample.throws);
const title = ({ op, name }: Sample): string => `${op}: ${name}`;
const named = (list: readonly Sample[]): [string, Sample][] => list.map((sample) => [title(sample), sample]);

test("every sample has a golden, and every golden a sample", () => {
  const have = new Set(samples.map(({ op, name }) => `${fileOf(op)}: ${name}`));
  const want = [...goldens].flatMap(([op, answers]) => Object.keys(answers).map((name) => `${op}: ${name}`));
  expect([...have].sort()).toEqual(want.sort());
});

/** Gradients that are row-major here, and have the order of the input in PyTorch. */
const ownOrder = /^(take: transposed|masked_select: transposed|as_strided: of a transposed tensor)$/;

describe("as PyTorch", () => {
  test.each(named(valid))("%s", (_, sample) => {
    const golden = goldenOf(sample);
    const { result, leaves } = run(sample);
    if (golden?.out === undefined) {
      expect(result).toEqual(golden?.value);
      return;
    }
    const outputs = outputsOf(result);
    expect(outputs.length).toBe(golden.out.length);
    outputs.forEach((out, i) => {
      expect(difference(out, golden.out![i]!)).toBeNull();
      expect(strideDifference(out, golden.out![i]!)).toBeNull();
    });
    const tracked = outputs.filter((out) => out.requiresGrad);
    expect(tracked.length > 0).toBe(golden.node !== undefined);
    if (!golden.node) return;
    expect(nodeOf(tracked[0]!.gradFn!)).toEqual(golden.node);
    const grads = grad(tracked, leaves, { gradOutputs: tracked.map(weights), allowUnused: true });
    grads.forEach((g, i) => {
      const expected = golden.grads![i];
      expect(g === null).toBe(expected === null || expected === undefined);
      if (!g || !expected) return;
      expect(difference(g, expected)).toBeNull();
      if (!ownOrder.test(title(sample))) expect(strideDifference(g, expected)).toBeNull();
    });
  });
});

describe("a second backward as PyTorch", () => {
  const differentiated = valid.filter((sample) => goldenOf(sample)?.node !== undefined);
  test.each(named(differentiated))("%s", (_, sample) => {
    const { result, leaves } = run(sample);
    const tracked = outputsOf(result).filter((out) => out.requiresGrad);
    const gradOutputs = tracked.map(weights);
    const again = (): unknown[] =>
      grad(tracked, leaves, { gradOutputs, allowUnused: true }).map((g) => g && Array.from(elementsOfTensor(g)));
    const first = again();
    if (goldenOf(sample)?.again) expect(again()).toEqual(first);
    else expect(again).toThrow("Trying to backward through the graph a second time");
  });
});

/** The gradients of a sample that require some, all of these, and whom they are taken of. */
function twice(sample: Sample, isTracked: boolean): { recorded: boolean[]; second: () => (Tensor | null)[] | null } {
  const { result, leaves } = run(sample);
  const tracked = outputsOf(result).filter((out) => out.requiresGrad);
  const gradOutputs = tracked.map((out) => weights(out).requiresGrad_(isTracked));
  const first = grad(tracked, leaves, { gradOutputs, allowUnused: true, createGraph: true });
  const recorded = first.filter((g) => g?.requiresGrad) as Tensor[];
  return {
    recorded: first.map((g) => g?.requiresGrad ?? false),
    second: () =>
      recorded.length === 0
        ? null
        : grad(recorded, isTracked ? [...leaves, ...gradOutputs] : leaves, {
            gradOutputs: recorded.map((g, i) => weights(g).mul(i + 1)), // losses have opposite ones
            allowUnused: true,
            retainGraph: true,
          }),
  };
}

/**
 * Of an empty batch of images PyTorch gives no second gradients, here they are empty; where a product has a zero and what is
 * not finite, they are NaN here and either NaN or infinite there, depending on the order in which it multiplies.
 */
const ownTwice = /^(conv2d: no image|prod: .*(infinity|infinity, along|not finite|overflows))$/;

describe("gradients of gradients as PyTorch", () => {
  const differentiated = valid.filter(
    (sample) => goldenOf(sample)?.node !== undefined && !ownTwice.test(title(sample)),
  );
  test.each(named(differentiated))("%s", (_, sample) => {
    const golden = goldenOf(sample)!.twice!;
    const [plain, tracked] = [twice(sample, false), twice(sample, true)];
    expect({ recorded: plain.recorded, tracked: tracked.recorded }).toEqual({
      recorded: golden.recorded,
      tracked: golden.tracked,
    });
    expectSecond(plain.second(), golden.recordedSecond, leavesOf(sample));
    expect(tracked.second()?.map((g) => g !== null)).toEqual(golden.trackedSecond);
  });
});

const leavesOf = (sample: Sample): Tensor[] => run(sample).leaves;

function expectSecond(got: (Tensor | null)[] | null, expected: Twice["recordedSecond"], leaves: Tensor[]): void {
  expect(got?.map((g) => g !== null)).toEqual(expected?.map((g) => g !== null));
  got?.forEach((g, i) => {
    const { dtype, shape } = leaves[i]!;
    const bytes = expected![i] as string | 0;
    const whole = bytes === 0 ? Buffer.alloc(leaves[i]!.rawBytes().length).toString("base64") : bytes;
    if (g) expect(difference(g, { dtype, shape, strides: [], bytes: whole })).toBeNull();
  });
}

describe("gradients that are recorded have the same bits", () => {
  const differentiated = valid.filter((sample) => goldenOf(sample)?.node !== undefined);
  test.each(named(differentiated))("%s", (_, sample) => {
    const gradients = (createGraph: boolean): unknown[] => {
      const { result, leaves } = run(sample);
      const tracked = outputsOf(result).filter((out) => out.requiresGrad);
      return grad(tracked, leaves, { gradOutputs: tracked.map(weights), allowUnused: true, createGraph }).map(
        (g) => g && { dtype: g.dtype, shape: g.shape, strides: g.stride(), bytes: [...g.detach().rawBytes()] },
      );
    };
    expect(gradients(false)).toEqual(gradients(true));
  });
});

describe("steps have the gradient 0", () => {
  const rounds = /^(floor|ceil|round|trunc|sign)$|^div: (trunc|floor)/;
  const steps = valid.filter((sample) => sample.isStep && rounds.test(sample.op === "div" ? title(sample) : sample.op));
  test.each(named(steps))("%s", (_, sample) => {
    const { result, leaves } = run({ ...sample, isStep: false });
    const tracked = outputsOf(result).filter((out) => out.requiresGrad);
    const grads = grad(tracked, leaves, { gradOutputs: tracked.map(weights) });
    expect(grads.map((g) => g.abs().sum().item())).toEqual(leaves.map(() => 0));
  });
});

describe("refused as PyTorch refuses", () => {
  test.each(named(invalid))("%s", (_, sample) => {
    expect(() => sample.run(...sample.args)).toThrow(sample.throws);
    if (!sample.onlyHere) expect(goldenOf(sample)?.error).toContain(sample.throws);
  });
});

/** Float64 leaves for the tensors of a sample, and a function of just these. */
function differentiable({ args, run: call }: Sample): { fn: (...x: readonly Tensor[]) => Tensor[]; inputs: Tensor[] } {
  const inputs: Tensor[] = [];
  for (const arg of args)
    mapTensors(arg, (x) => {
      if (x.isFloatingPoint()) inputs.push(x.detach().to("float64").contiguous().detach().requiresGrad_());
      return x;
    });
  const fn = (...x: readonly Tensor[]): Tensor[] => {
    let next = 0;
    return outputsOf(call(...args.map((arg) => mapTensors(arg, (t) => (t.isFloatingPoint() ? x[next++]! : t)))));
  };
  return { fn, inputs };
}

const small = ({ inputs }: { inputs: Tensor[] }): boolean => inputs.reduce((n, x) => n + x.numel(), 0) <= 64;

/** Differences of what is not finite are NaN. */
const finite = ({ inputs }: { inputs: Tensor[] }): boolean =>
  inputs.every((x) => Array.from(elementsOfTensor(x.detach())).every((value) => Number.isFinite(Number(value))));

const smooth = valid
  .filter((sample) => !sample.isStep && !sample.isCorner && goldenOf(sample)?.node !== undefined)
  .map((sample) => [title(sample), differentiable(sample)] as const)
  .filter(([, call]) => small(call) && finite(call));

describe("gradients as differences", () => {
  test.each(smooth)("%s", (_, { fn, inputs }) => {
    expect(gradcheck(fn, inputs)).toBe(true);
  });
});

test("every operation with a gradient is differentiated twice", () => {
  const tracked = valid.filter((sample) => goldenOf(sample)?.node !== undefined).map(({ op }) => op);
  expect([...new Set(tracked)].filter((op) => !smooth.some(([name]) => name.startsWith(`${op}:`)))).toEqual([]);
});

describe("second gradients as differences", () => {
  test.each(smooth)("%s", (_, { fn, inputs }) => {
    expect(gradgradcheck(fn, inputs)).toBe(true);
  });
});
