/** What is written by mistake where no type stands in the way. */
import { AdaptiveAvgPool2d, AvgPool2d, Conv2d, type Layer, Linear, MaxPool2d, Module, ReLU, Sequential } from "@ag/nn";
import { uniform_ } from "@ag/nn/init";
import { type Tensor, ValueError, zeros } from "@ag/tensor";
import { describe, expect, test } from "vitest";

describe("layers own what they are given", () => {
  const image = zeros([1, 1, 8, 8]);
  test.each<[string, (size: [number, number]) => Layer]>([
    ["kernelSize of Conv2d", (size) => new Conv2d(1, 1, size)],
    ["stride of Conv2d", (stride) => new Conv2d(1, 1, 1, { stride })],
    ["padding of Conv2d", (padding) => new Conv2d(1, 1, 1, { padding })],
    ["dilation of Conv2d", (dilation) => new Conv2d(1, 1, 3, { dilation })],
    ["kernelSize of MaxPool2d", (size) => new MaxPool2d(size)],
    ["stride of MaxPool2d", (stride) => new MaxPool2d(2, { stride })],
    ["padding of MaxPool2d", (padding) => new MaxPool2d(4, { padding })],
    ["dilation of MaxPool2d", (dilation) => new MaxPool2d(2, { dilation })],
    ["kernelSize of AvgPool2d", (size) => new AvgPool2d(size)],
    ["stride of AvgPool2d", (stride) => new AvgPool2d(2, { stride })],
    ["padding of AvgPool2d", (padding) => new AvgPool2d(4, { padding })],
    ["AdaptiveAvgPool2d", (size) => new AdaptiveAvgPool2d(size)],
  ])("%s", (_, make) => {
    const size: [number, number] = [2, 2];
    const layer = make(size);
    const [text, shape] = [String(layer), layer.forward(image).shape];
    size.fill(3);
    expect([String(layer), layer.forward(image).shape]).toEqual([text, shape]);
  });
});

describe("names in a Sequential are those of keys", () => {
  const named = (...names: readonly unknown[]): unknown =>
    new Sequential(names.map((name) => [name, new ReLU()]) as unknown as Iterable<[string, Layer]>);
  test.each([
    [["a.b"], `can't contain ".", got: a.b`],
    [[""], `can't be empty string ""`],
    [["a", "a"], "'a' already exists"],
    [[5], "must be str"],
    [[Symbol("s")], "must be str"],
  ])("%#", (names, fragment) => {
    expect(() => named(...names)).toThrow(ValueError);
    expect(() => named(...names)).toThrow(fragment);
  });
});

test("a class without forward says so", () => {
  class Empty extends (Module as unknown as new () => object) {}
  const empty = new (Empty as unknown as new () => Layer)();
  expect(() => empty.forward(zeros([1]))).toThrow('Module [Empty] is missing the required "forward" function');
  expect(() => new Sequential(empty).forward(zeros([1]))).toThrow(ValueError);
});

test("a field in the place of forward says so, wherever hooks or the structure are asked for", () => {
  const twice = (x: Tensor): Tensor => x.mul(2);
  class Defined extends (Module as unknown as new () => Layer) {
    override forward = twice as Layer["forward"];
  }
  const assigned = new ReLU();
  Object.assign(assigned, { forward: twice });
  for (const wrong of [new Defined(), assigned]) {
    const uses: (() => unknown)[] = [
      () => wrong.parameters(),
      () => new Sequential(wrong).stateDict(),
      () => String(new Sequential(wrong)),
      () => wrong.registerForwardHook(() => {}),
      () => wrong.registerForwardPreHook(() => {}),
    ];
    for (const use of uses) {
      expect(use).toThrow(ValueError);
      expect(use).toThrow("need a method forward(x); got a field");
    }
  }
});

test("modules inside of each other end before the stack does", () => {
  const nested = (levels: number): Sequential => {
    let model: Sequential = new Sequential(new ReLU());
    for (let i = 1; i < levels; i++) model = new Sequential(model);
    return model;
  };
  expect(
    nested(480)
      .forward(zeros([1]))
      .tolist(),
  ).toEqual([0]);
  expect(() => nested(501).forward(zeros([1]))).toThrow("need at most 500 modules inside of each other");
  const whole = new Sequential();
  whole.append(whole);
  expect(() => whole.forward(zeros([1]))).toThrow(ValueError);
  class Twice extends Module {
    forward(x: Tensor): Tensor {
      return this.forward(x);
    }
  }
  expect(() => new Twice().forward(zeros([1]))).toThrow(ValueError);
  expect(new Linear(1, 1).forward(zeros([1])).shape).toEqual([1]);
});

test("keys of a state dict are text", () => {
  const layer = new Linear(1, 1);
  const before = layer.weight.item();
  for (const key of [5, Symbol("s"), null])
    for (const strict of [true, false]) {
      const state = new Map<unknown, Tensor>([...layer.stateDict(), [key, zeros([1])]]).set("weight", zeros([1, 1]));
      expect(() => layer.loadStateDict(state as never, { strict })).toThrow(ValueError);
    }
  expect(layer.weight.item()).toBe(before);
});

test("bounds of a uniform start are finite", () => {
  for (const [a, b] of [
    [-Infinity, 0],
    [0, Infinity],
    [-Infinity, Infinity],
    [Number.NaN, 1],
    [-1e308, 1e308],
  ] as const)
    expect(() => uniform_(zeros([2]), a, b)).toThrow(ValueError);
});
