/** What is written by mistake or on purpose where no type stands in the way: refused by our errors, or as right as it looks. */
import {
  adaptiveAvgPool2d,
  cat,
  DTypeError,
  GradError,
  IndexError,
  memory,
  pad,
  permute,
  relu,
  resultType,
  roll,
  ShapeError,
  setMemoryLimit,
  setPrintOptions,
  stack,
  startThreads,
  sum,
  Tensor,
  tensor,
  ValueError,
  zeros,
} from "@ag/tensor";
import { describe, expect, test } from "vitest";

const call = (fn: unknown, ...args: readonly unknown[]): unknown =>
  (fn as (...args: readonly unknown[]) => unknown)(...args);
const x = tensor([[1, 2], [3, 4]]); // biome-ignore format: a matrix

describe("a hole in an array is no element", () => {
  test.each([
    ["cat", () => call(cat, Object.assign(new Array(3), { 0: x, 2: x }))],
    ["stack", () => call(stack, new Array(2))],
    ["sum", () => call(sum, x, new Array(1))],
    ["permute", () => call(permute, x, new Array(2))],
    ["roll", () => call(roll, x, new Array(1), new Array(1))],
    ["pad", () => call(pad, x, new Array(2))],
    ["reshape", () => x.reshape(new Array(2))],
    ["zeros", () => zeros(new Array(3))],
    ["adaptiveAvgPool2d", () => call(adaptiveAvgPool2d, zeros(1, 4, 4), new Array(2))],
    ["resultType", () => call(resultType, new Array(2))],
  ])("%s", (_, wrong) => {
    expect(wrong).toThrow(/must be|need/);
    expect(wrong).not.toThrow(TypeError);
  });
});

describe("what cannot be shown is refused all the same", () => {
  const nameless = Object.create(null) as object;
  test.each([
    ["a symbol among sizes", { shape: [Symbol("s")] }],
    ["a class whose name is a symbol", { constructor: { name: Symbol("s") } }],
    ["a class whose name is an object", { constructor: { name: {} } }],
    ["no class", { constructor: null }],
    ["no prototype", nameless],
    ["a list of such", [nameless, null, undefined, 1n, Symbol("s")]],
  ])("%s", (_, value) => expect(() => call(relu, value)).toThrow(ValueError));

  test.each([Symbol("s"), {}, nameless, null, 1.5, "0", [0]])("size and stride: %#", (dim) => {
    for (const name of ["size", "stride"] as const)
      expect(() => (x[name] as (dim: unknown) => unknown)(dim)).toThrow("Dimension out of range");
  });
});

describe("methods that are written in the class", () => {
  test("requiresGrad is a bool", () => {
    const y = zeros(2);
    for (const on of [1, "yes", null, {}, Symbol("s")]) {
      expect(() => (y.requiresGrad_ as (on: unknown) => unknown)(on)).toThrow("requires_grad must be a bool");
      expect(() => Object.assign(y, { requiresGrad: on })).toThrow(ValueError);
    }
    expect(y.requiresGrad).toBe(false);
  });

  test("torch.Tensor([1, 2]) is written tensor([1, 2])", () => {
    const Class = Tensor as unknown as new (...args: readonly unknown[]) => Tensor;
    for (const args of [[], [[1, 2]], [2, 3]]) expect(() => new Class(...args)).toThrow("Use tensor(…)");
  });
});

describe("settings", () => {
  test("an unknown one changes nothing", () => {
    expect(() => call(setPrintOptions, { precison: 2 })).toThrow("Did you mean precision?");
    expect(() => call(setMemoryLimit, { hrad: 1 })).toThrow("Did you mean hard?");
    for (const options of [undefined, null, 4, { precision: "2" }, { sciMode: 1 }, { edgeItems: Number.NaN }])
      expect(() => call(setPrintOptions, options)).toThrow(ValueError);
    expect(String(tensor([0.12345]))).toBe("tensor([0.1235])");
  });

  test("undefined is as left out", () => {
    call(setPrintOptions, { precision: undefined });
    expect(String(tensor([0.12345]))).toBe("tensor([0.1235])");
    call(setMemoryLimit, { hard: undefined, soft: undefined });
    expect(zeros(1000).numel()).toBe(1000);
    expect(memory().used).toBeGreaterThan(0);
  });

  test("of threads", async () => {
    for (const options of [{ thread: 2 }, { threads: "2" }, { createWorker: 5 }, { maxMemory: "1" }, 5, null])
      await expect(call(startThreads, options)).rejects.toThrow(ValueError);
  });
});

test("errors keep their class", () => {
  expect(() => call(zeros, ["3"])).toThrow(ShapeError);
  expect(() => call(zeros, 2, { dtype: Symbol("s") })).toThrow(DTypeError);
  expect(() => Object.assign(zeros(1), { grad: Symbol("s") })).toThrow(GradError);
});

test("options may be frozen, without a prototype, or left undefined", () => {
  const bare = Object.assign(Object.create(null), { keepdim: true }) as { readonly keepdim: boolean };
  for (const options of [bare, Object.freeze({ keepdim: true }), Object.freeze({ keepdim: true, dtype: undefined })])
    expect(sum(x, Object.freeze([0]), options as typeof bare).shape).toEqual([1, 2]);
  expect(zeros(x.shape, Object.freeze({ dtype: undefined, requiresGrad: undefined }) as object).shape).toEqual([2, 2]);
});

test("a slice that is written by hand is whole in all of its parts", () => {
  for (const part of [
    { start: 0.5 },
    { end: Number.NaN },
    { step: 1.5 },
    { step: Number.NaN },
    { step: "1" },
    { step: null },
  ])
    expect(() => x.at({ kind: "slice", start: 0, end: 2, step: 1, ...part } as never)).toThrow(IndexError);
});

test("nothing is suggested for a name that is like none", () => {
  expect(() => call(sum, x, 0, { epsilon: 1 })).toThrow(/got epsilon\.$/);
});
