import { beforeEach, expect, test, vi } from "vitest";

const load = async () => ({
  nn: await import("@ag/nn"),
  tensors: await import("@ag/tensor"),
  autograd: await import("@ag/autograd"),
});
type Library = Awaited<ReturnType<typeof load>>;
let one: Library;
let other: Library;

beforeEach(async () => {
  vi.resetModules();
  one = await load();
  vi.resetModules();
  other = await load();
});

test("parts of another copy are refused, where none of their parameters would be found", () => {
  const parts: readonly (() => unknown)[] = [
    () => new other.nn.Linear(1, 1),
    () => new other.nn.Parameter(other.tensors.ones(1)),
    () => other.tensors.ones(1),
  ];
  for (const make of parts) {
    class Net extends one.nn.Module {
      readonly part = make();
      forward(): void {}
    }
    for (const use of ["parameters", "stateDict", "train", "zeroGrad"] as const)
      expect(() => new Net()[use]()).toThrow('need a part of this copy of @ag/nn in field "part"');
  }
});

test("a custom function of another copy would lose its derivative: it is refused", () => {
  class Double extends other.autograd.AutogradFunction {
    static forward(_: unknown, x: import("@ag/tensor").Tensor): import("@ag/tensor").Tensor {
      return x.mul(2);
    }
    static backward(_: unknown, grad: import("@ag/tensor").Tensor): import("@ag/tensor").Tensor {
      return grad.mul(2);
    }
  }
  expect(() => Double.apply(one.tensors.ones([1], { requiresGrad: true }))).toThrow("tensors do not mix");
  expect(Double.apply(other.tensors.ones([1], { requiresGrad: true })).requiresGrad).toBe(true);
});
