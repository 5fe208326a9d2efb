/** Every operation's samples on a second device: the answers of PyTorch, computed there and nowhere else. */
import { grad } from "@ag/autograd";
import { itemSize } from "@ag/kernels";
import { reference } from "@ag/reference";
import { type GradFn, type Tensor, tensor } from "@ag/tensor";
import { there, tensorBeside } from "@ag/tensor/internal";
import { type Sample, samples } from "@ag/tensor/samples";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { difference, fileOf, type Golden, type GoldenTensor, goldens, strideDifference } from "../src/goldens.ts";
import { mapTensors, tensorsIn } from "../src/own-tensors.ts";
import { weights } from "../src/tables.ts";

/** The kernels that are called while somebody watches. */
const calls = vi.hoisted(() => ({ areWatched: false, cpu: [] as string[], reference: [] as string[] }));

const { noting } = vi.hoisted(() => {
  type Functions = Readonly<Record<string, (...args: never[]) => unknown>>;
  const noting = (functions: Functions, to: string[]): Functions =>
    Object.fromEntries(
      Object.entries(functions).map(([name, call]) => [
        name,
        (...args: never[]) => {
          if (calls.areWatched) to.push(name);
          return call(...args);
        },
      ]),
    );
  return { noting };
});

vi.mock("@ag/kernels", async (original) => {
  const real = await original<typeof import("@ag/kernels")>();
  return { ...real, cpu: noting(real.cpu, calls.cpu) };
});
vi.mock("@ag/reference", async (original) => {
  const real = await original<typeof import("@ag/reference")>();
  Object.assign(real.reference, noting({ ...real.kernels }, calls.reference));
  return real;
});

/** Runs `body`, in which no kernel of the cpu may be called. */
function watched<R>(body: () => R): R {
    calls.areWatched = true;
  try {
    return body();
  } finally {
    calls.areWatched = false;
  }
}

const isComputed = (name: string): boolean => name !== "copy";

/** The same elements in the same layout on the other device. */
function moved(x: Tensor): Tensor {
  const whole = tensorBeside(x, [x.storage.bytes / itemSize(x.dtype)], [1], 0).to({ device: reference });
  return tensorBeside(whole, x.sizes, x.strides, x.offset);
}

/** Weights for the elements of a result, where it lies. */
const weightsFor = (out: Tensor): Tensor => (out.device === reference ? moved(weights(out)) : weights(out));

interface Ran {
  readonly result: unknown;
  readonly outputs: readonly Tensor[];
  readonly node: unknown;
  /** Of the results that are tracked, and of these gradients. */
  readonly first: readonly (Tensor | null)[];
  readonly second: readonly (Tensor | null)[];
}

const nodeOf = (fn: GradFn): unknown => [fn.name, fn.nextFunctions.map(([next]) => next?.name ?? null)];

/** The gradients of what can be differentiated, multiplied by weights. */
function gradientsOf(of: readonly (Tensor | null)[], leaves: readonly Tensor[], createGraph: boolean) {
  const tracked = of.filter((x) => x?.requiresGrad) as Tensor[];
  const gradOutputs = tracked.map(weightsFor);
  if (tracked.length === 0) return [];
  return watched(() => grad(tracked, leaves, { gradOutputs, createGraph, allowUnused: true }));
}

/** Runs a sample on leaves that `place` makes of its arguments. Without tensors it runs as an operation on `beside` would. */
function run({ args, run: call, isStep }: Sample, place: (x: Tensor) => Tensor, beside: Tensor): Ran {
  const leaves: Tensor[] = [];
  const given = args.map((arg) =>
    mapTensors(arg, (x) => {
      const leaf = place(x);
      if (!x.isFloatingPoint() || isStep) return leaf;
      leaves.push(leaf.requiresGrad_());
      return leaf;
    }),
  );
  const result = watched(() => (tensorsIn(args).length > 0 ? call(...given) : there(() => call(...given), [beside])));
  const outputs = tensorsIn(result);
  const node = outputs.find((out) => out.requiresGrad)?.gradFn;
  const first = gradientsOf(outputs, leaves, true);
  return { result, outputs, node: node && nodeOf(node), first, second: gradientsOf(first, leaves, false) };
}

const goldenOf = ({ op, name }: Sample): Golden | undefined => goldens.get(fileOf(op))?.[name];
const named = (list: readonly Sample[]): [string, Sample][] => list.map((one) => [`${one.op}: ${one.name}`, one]);

/** A tensor as a golden. */
const answer = (x: Tensor): GoldenTensor => ({
  dtype: x.dtype,
  shape: x.shape,
  strides: x.stride(),
  bytes: Buffer.from(x.detach().rawBytes()).toString("base64"),
});

function compare(got: readonly (Tensor | null)[], wanted: readonly (GoldenTensor | null)[]): void {
  got.forEach((x, i) => {
    const other = wanted[i] ?? null;
    expect(x === null).toBe(other === null);
    if (!x || !other) return;
    expect(x.device).toBe(reference);
    expect(difference(x, other)).toBeNull();
  });
}

const there1 = tensor(0).to({ device: reference });
const here = tensor(0);

beforeEach(() => {
  calls.cpu.length = calls.reference.length = 0;
});

describe("as PyTorch", () => {
  test.each(named(samples.filter((sample) => !sample.throws)))("%s", (_, sample) => {
    const golden = goldenOf(sample);
    const { result, outputs, node, first, second } = run(sample, moved, there1);
    expect([...new Set(calls.cpu)]).toEqual([]);
    if (golden?.out === undefined) {
      expect(result).toEqual(golden?.value);
      return;
    }
    compare(outputs, golden.out);
    outputs.forEach((out, i) => {
      expect(strideDifference(out, golden.out![i]!)).toBeNull();
    });
    expect(node).toEqual(golden.node);
    compare(first, golden.grads ?? []);
    compare(
      second,
      run(sample, (x) => x.detach(), here).second.map((x) => x && answer(x)),
    );
  });
});

describe("refused as PyTorch refuses", () => {
  test.each(named(samples.filter((sample) => sample.throws)))("%s", (_, sample) => {
    const args = sample.args.map((arg) => mapTensors(arg, moved));
    expect(() => watched(() => sample.run(...args))).toThrow(sample.throws);
    expect(calls.cpu).toEqual([]);
  });
});
