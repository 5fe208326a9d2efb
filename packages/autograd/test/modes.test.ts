import { backward, enableGrad, grad, graphOf, isGradEnabled, noGrad, toDot } from "@ag/autograd";
import { ones, tensor, ValueError } from "@ag/tensor";
import { expect, test, vi } from "vitest";

test("modes nest, and end with their callback, also with an error", () => {
  expect(noGrad(() => [isGradEnabled(), enableGrad(isGradEnabled), isGradEnabled()])).toEqual([false, true, false]);
  const fail = (): never => {
    throw new Error("mine");
  };
  expect(() => noGrad(fail)).toThrow("mine");
  expect(isGradEnabled()).toBe(true);
});

test("a guard lasts to the end of its block", () => {
  {
    using _ = noGrad();
    expect(isGradEnabled()).toBe(false);
  }
  expect(isGradEnabled()).toBe(true);
});

test("a mode spans no await", () => {
  expect(() => noGrad((async () => 1) as never)).toThrow(
    "noGrad: need a synchronous callback; got one that returns a promise",
  );
  let later = (): void => {};
  const queue = vi.spyOn(globalThis, "queueMicrotask").mockImplementation((task) => {
    later = task;
  });
  const left = noGrad();
  queue.mockRestore();
  expect(later).toThrow("noGrad: need a guard that ends before the next await; got one still open");
  expect(isGradEnabled()).toBe(true);
  left[Symbol.dispose]();
});

test("arguments of another kind", () => {
  const x = tensor([1], { requiresGrad: true });
  expect(() => noGrad("x" as never)).toThrow("'body'");
  expect(() => backward(1 as never)).toThrow(ValueError);
  expect(() => backward(x.mul(2), null, { retainGraph: "no" as never })).toThrow("'retainGraph'");
  expect(() => backward(x.mul(2), [1 as never])).toThrow("'gradient'");
  expect(() => grad(x.mul(2), 1 as never)).toThrow("'inputs'");
  expect(() => grad(x.mul(2), [x], { allowUnused: 1 as never })).toThrow("'allowUnused'");
  expect(() => grad(x.mul(2), [x], { gradOutputs: 1 as never })).toThrow("'gradOutputs'");
  expect(() => graphOf(1 as never)).toThrow("'root'");
  expect(() => graphOf(ones(1))).toThrow("got one without history");
  expect(() => toDot({} as never)).toThrow("'graph'");
});
