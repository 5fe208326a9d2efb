/** Every operation's samples on a second device: the answers of PyTorch, computed there and nowhere else. */
import { grad } from "@ag/autograd";
import { itemSize } from "@ag/kernels";
import { kernels, ReferenceStorage, reference } from "@ag/reference";
import { type GradFn, Tensor, tensor } from "@ag/tensor";
import * as functions from "@ag/tensor/fn";
import { tensorBeside, there } from "@ag/tensor/internal";
import { type Sample, samples } from "@ag/tensor/samples";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { difference, fileOf, type Golden, type GoldenTensor, goldens, strideDifference } from "../src/goldens.ts";
import { mapTensors, tensorsIn } from "../src/own-tensors.ts";
import { weights } from "../src/tables.ts";

type Call = (...args: never[]) => unknown;

/** The kernels that have been called while somebody watched. */
const { calls, noting } = vi.hoisted(() => {
  const calls = { areWatched: false, cpu: [] as string[], reference: [] as string[] };
  const noting = (functions: object, to: string[]): object =>
    Object.fromEntries(
      Object.entries(functions as Record<string, Call>).map(([name, call]) => {
        const noted: Call = (...args) => {
          if (calls.areWatched) to.push(name);
          return call(...args);
        };
        return [name, noted];
      }),
    );
  return { calls, noting };
});
vi.mock("@ag/kernels", async (original) => {
  const real = await original<typeof import("@ag/kernels")>();
  return { ...real, cpu: noting(real.cpu, calls.cpu) };
});
Object.assign(reference, noting(kernels, calls.reference));

const reading = vi.spyOn(ReferenceStorage.prototype, "read");
const writing = vi.spyOn(ReferenceStorage.prototype, "write");
/** How often the host has read and written the device's memory while somebody watched. */
const host = { reads: 0, writes: 0 };

function watched<R>(body: () => R): R {
  const [reads, writes] = [reading.mock.calls.length, writing.mock.calls.length];
  calls.areWatched = true;
  try {
    return body();
  } finally {
    calls.areWatched = false;
    host.reads += reading.mock.calls.length - reads;
    host.writes += writing.mock.calls.length - writes;
  }
}

beforeEach(() => {
  calls.cpu.length = 0;
  Object.assign(host, { reads: 0, writes: 0 });
});

/** What the cpu has computed. It may copy, where something moves. */
const onCpu = (): string[] => calls.cpu.filter((name) => name !== "copy");

/** The same elements in the same layout on the other device. */
function moved(x: Tensor): Tensor {
  const whole = tensorBeside(x, [x.storage.bytes / itemSize(x.dtype)], [1], 0).to({ device: reference });
  return tensorBeside(whole, x.sizes, x.strides, x.offset);
}

const here = tensor(0);
const elsewhere = moved(here);

interface Ran {
  readonly result: unknown;
  readonly outputs: readonly Tensor[];
  readonly node: unknown;
  /** The gradients of the results, and those of these gradients. */
  readonly first: readonly (Tensor | null)[];
  readonly second: readonly (Tensor | null)[];
}

const nodeOf = (fn: GradFn): unknown => [fn.name, fn.nextFunctions.map(([next]) => next?.name ?? null)];

/** The gradients of all that is tracked, each element multiplied by a weight. */
function gradients(of: readonly (Tensor | null)[], leaves: readonly Tensor[], createGraph: boolean): (Tensor | null)[] {
  const tracked = of.filter((x): x is Tensor => x?.requiresGrad === true);
  if (tracked.length === 0) return [];
  const gradOutputs = tracked.map((x) => (x.device === reference ? moved(weights(x)) : weights(x)));
  return [...watched(() => grad(tracked, leaves, { gradOutputs, createGraph, allowUnused: true }))];
}

/** Runs a sample on leaves that `place` makes; one without tensors where `beside` lies. */
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
  const isGiven = tensorsIn(args).length > 0;
  const result = watched(() => (isGiven ? call(...given) : there<[Tensor], unknown>(() => call(...given), [beside])));
  const outputs = tensorsIn(result);
  const fn = outputs.find((out) => out.requiresGrad)?.gradFn;
  const first = gradients(outputs, leaves, true);
  return { result, outputs, node: fn ? nodeOf(fn) : undefined, first, second: gradients(first, leaves, false) };
}

const goldenOf = ({ op, name }: Sample): Golden | undefined => goldens.get(fileOf(op))?.[name];

const answerOf = (x: Tensor | null): GoldenTensor | null =>
  x && {
    dtype: x.dtype,
    shape: x.shape,
    strides: x.stride(),
    bytes: Buffer.from(x.detach().rawBytes()).toString("base64"),
  };

function expectThere(got: readonly (Tensor | null)[], wanted: readonly (GoldenTensor | null)[]): void {
  got.forEach((x, i) => {
    const answer = wanted[i] ?? null;
    expect(x === null).toBe(answer === null);
    if (!x || !answer) return;
    expect(x.device).toBe(reference);
    expect(difference(x, answer)).toBeNull();
  });
}

/** Operations in whose samples the host reads elements, or writes them. */
const touching = { reads: new Set<string>(), writes: new Set<string>() };

const titled = (list: readonly Sample[]): [string, Sample][] => list.map((one) => [`${one.op}: ${one.name}`, one]);

describe("as PyTorch", () => {
  test.each(titled(samples.filter((sample) => !sample.throws)))("%s", (_, sample) => {
    const golden = goldenOf(sample);
    const { result, outputs, node, first, second } = run(sample, moved, elsewhere);
    expect(onCpu()).toEqual([]);
    if (host.reads > 0) touching.reads.add(sample.op);
    if (host.writes > 0) touching.writes.add(sample.op);
    if (golden?.out === undefined) {
      expect(result).toEqual(golden?.value);
      return;
    }
    expect(outputs.length).toBe(golden.out.length);
    expectThere(outputs, golden.out);
    outputs.forEach((out, i) => {
      expect(strideDifference(out, golden.out![i]!)).toBeNull();
    });
    expect(node).toEqual(golden.node);
    expectThere(first, golden.grads ?? []);
    const onHost = run(sample, (x) => x.detach(), here);
    expect(second.length).toBe(onHost.second.length);
    expectThere(second, onHost.second.map(answerOf));
  });
});

describe("refused as PyTorch refuses", () => {
  test.each(titled(samples.filter((sample) => sample.throws)))("%s", (_, sample) => {
    const args = sample.args.map((arg) => mapTensors(arg, moved));
    expect(() => watched(() => sample.run(...args))).toThrow(sample.throws);
    expect(onCpu()).toEqual([]);
  });
});

type InPlace = (...args: readonly unknown[]) => Tensor;
const inPlace = Object.entries(functions as unknown as Readonly<Record<string, { readonly inPlace?: InPlace }>>)
  .filter(([, op]) => op.inPlace)
  .flatMap(([name, op]) =>
    samples
      .filter(({ run, throws, args }) => run === (op as unknown) && throws === undefined && args[0] instanceof Tensor)
      .map(({ args, name: title }) => [`${name}_: ${title}`, op.inPlace!, args] as const),
  );

/** The result of a call on copies of the arguments, or its error. */
function attempt(call: InPlace, args: readonly unknown[], place: (x: Tensor) => Tensor): Tensor | string {
  const [first, ...rest] = args.map((arg) => mapTensors(arg, place));
  const target = (first as Tensor).detach().clone();
  try {
    return watched(() => call(target, ...rest));
  } catch (error) {
    return String(error);
  }
}

describe("in place as on the cpu", () => {
  test.each(inPlace)("%s", (_, call, args) => {
    const got = attempt(call, args, moved);
    expect(onCpu()).toEqual([]);
    const wanted = attempt(call, args, (x) => x.detach());
    if (got instanceof Tensor && wanted instanceof Tensor) expectThere([got], [answerOf(wanted)]);
    else expect(got).toBe(wanted);
  });
});

test("the watch sees the cpu", () => {
  watched(() => here.mul(2));
  expect(onCpu()).toEqual(["pointwise"]);
});

test("every kernel has been called, but for those of optimizers", () => {
  const called = new Set([...calls.reference, "update"]);
  expect(Object.keys(kernels).filter((name) => !called.has(name))).toEqual([]);
});

// What computes behind the host's back has to be waited for where the host reads. A name that goes is a gain.
test("the host reads elements for these operations only", () => {
  const size = "one_hot";
  const answers = "allclose equal";
  expect([...touching.reads].sort()).toEqual(`${answers} ${size}`.split(" "));
});

test("the host writes elements for these operations only", () => {
  const made = "at cross_entropy cumsum flip linspace nll_loss prod setAt_ tensor tril triu";
  const inSample = "batch_norm binary_cross_entropy_with_logits";
  expect([...touching.writes].sort()).toEqual(`${made} ${inSample}`.split(" ").sort());
});
