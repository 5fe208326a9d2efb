import * as tensor from "@ag/tensor";
import * as fn from "@ag/tensor/fn";
import * as internal from "@ag/tensor/internal";
import { expect, test } from "vitest";

test("what our packages alone use is no name of users", () => {
  for (const name of Object.keys(internal)) {
    expect(tensor).not.toHaveProperty(name);
    expect(fn).not.toHaveProperty(name);
  }
});

test("the package and its functions have the same names, and are the same", () => {
  expect(Object.entries(tensor)).toEqual(Object.entries(fn));
});

test("internals work on the tensors that users make", () => {
  expect(internal.aliasOf(tensor.tensor([1, 2]))).toBeInstanceOf(fn.Tensor);
});

test("internals trust their callers, who look at files first", () => {
  const { markParameter, tensorBeside, tensorOfBytes } = internal;
  const whole = tensor.tensor([1n, 2n]);
  expect(markParameter(whole).requiresGrad).toBe(false);
  expect(tensorBeside(whole, [2], [1], 0).tolist()).toEqual([1, 2]);
  expect(tensorOfBytes(new Uint8Array([0, 1]), "bool", [2]).tolist()).toEqual([false, true]);
});

test("whole parameters require no gradient", () => {
  expect(internal.markParameter(tensor.tensor([1n, 2n])).requiresGrad).toBe(false);
});

test("a gradient that was read outlives its tensor's forgetting it, another does not", () => {
  const [x, y] = [tensor.ones(1), tensor.ones(1)];
  const [read, unread] = [tensor.tensor([3]), tensor.tensor([4])];
  internal.placeOf(x).grad = read;
  internal.placeOf(y).grad = unread;
  expect(x.grad).toBe(read);
  for (const one of [x, y]) internal.clearGrad(one);
  expect([x.grad, y.grad, read.item()]).toEqual([null, null, 3]);
  expect(() => unread.item()).toThrow("tensor was disposed");
});

test("an update refuses what does not fit before it writes", () => {
  const descend: internal.Rule = (m, [p, , grad], [rate]) => [m.sub(p!, m.mul(grad!, rate!))];
  const update = (param: tensor.Tensor, gradient: tensor.Tensor, buffer: tensor.Tensor): void =>
    internal.update("descend", descend, { params: [param], grads: [gradient], states: { buffer: [buffer] } }, [1]);
  const [square, wide] = [tensor.ones(2, 2), tensor.ones(2, 3)];
  const whole = tensor.ones([2, 2], { dtype: "int64" });
  expect(() => update(square, wide, tensor.zeros(2, 2))).toThrow("need a gradient of the parameter's shape [2, 2]");
  expect(() => update(whole, whole, whole)).toThrow("need parameters of float32 or float64; got int64");
  expect(() => update(square, tensor.ones(2, 2), wide)).toThrow(
    "descend: need a buffer of the parameter's shape [2, 2]",
  );
  expect(() => update(square, tensor.ones(2, 2), tensor.zeros(2, 2).t())).toThrow("in row-major order");
  expect(square.tolist()).toEqual(tensor.ones(2, 2).tolist());
});

test("a tensor shows its layout, and nothing of the graph", () => {
  const x = tensor.tensor([1, 2]);
  expect(Object.keys(x)).toEqual(["storage", "offset", "sizes", "strides", "dtype", "origin"]);
  type Fields = "history" | "gradValue" | "isGradExposed" | "leafRequiresGrad" | "isKept" | "isParameter" | "place";
  const isHidden: [Extract<keyof tensor.Tensor, Fields>] extends [never] ? true : false = true;
  expect(isHidden).toBe(true);
  const swap = (y: tensor.Tensor): void => {
    // @ts-expect-error only dispose() changes the storage
    x.storage = y.storage;
  };
  expect(swap).toBeTypeOf("function");
});
