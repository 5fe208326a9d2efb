/** A second device as a user meets it: tensors are made there, move, are read and trained. */
import { AutogradFunction, type Context, gradcheck, gradgradcheck, noGrad } from "@ag/autograd";
import { BatchNorm1d, crossEntropy, Linear, ReLU, Sequential } from "@ag/nn";
import { Adam, AdamW, SGD } from "@ag/optim";
import { reference as device } from "@ag/reference";
import { DeviceError, manualSeed, rand, randn, randperm, type Tensor, tensor, zeros, zerosLike } from "@ag/tensor";
import { expect, test } from "vitest";

const matrix = [
  [1, 2],
  [3, 4],
];

test("factories make tensors there, with the numbers of the cpu's stream", () => {
  manualSeed(0);
  const here = [rand(3), randn(20), randperm(5)].map((x) => x.tolist());
  manualSeed(0);
  const there = [rand([3], { device }), randn([20], { device }), randperm(5, { device })];
  expect(there.map((x) => x.device)).toEqual([device, device, device]);
  expect(there[0]!.tolist()).toEqual(here[0]);
  expect(there[1]!.to({ device: "cpu" }).allclose(tensor(here[1] as number[]))).toBe(true);
  expect(there[2]!.tolist()).toEqual(here[2]);
});

test("what follows from a tensor lies where it does", () => {
  const x = tensor(matrix, { device });
  for (const y of [zerosLike(x), x.clone(), x.mul(2), x.t(), x.sum(), x.detach()]) expect(y.device).toBe(device);
  expect(zerosLike(x, { device: "cpu" }).device).toBe("cpu");
  expect(zeros(2).device).toBe("cpu");
});

test("elements are read in every way", () => {
  const x = tensor(matrix, { device });
  expect(x.t().tolist()).toEqual([
    [1, 3],
    [2, 4],
  ]);
  expect(x.at(1, 0).item()).toBe(3);
  expect(x.data()).toEqual(Float32Array.of(1, 2, 3, 4));
  expect(x.rawBytes()).toEqual(new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer));
  expect(tensor([1n, -1n], { device }).data()).toEqual(BigInt64Array.of(1n, -1n));
  expect(String(x)).toBe(String(tensor(matrix)));
});

test("copy_ writes from one device to the other", () => {
  const [here, there] = [zeros(2, 2), zeros([2, 2], { device })];
  there.copy_(tensor(matrix));
  expect(there.tolist()).toEqual(matrix);
  here.t().copy_(there);
  expect(here.t().tolist()).toEqual(matrix);
});

test("gradients go back to where the leaf lies", () => {
  const x = tensor([1, 2, 3], { requiresGrad: true });
  const y = x.to({ device }).mul(tensor([2, 3, 4], { device }));
  expect(y.gradFn?.nextFunctions[0]?.[0]?.name).toBe("ToCopyBackward0");
  y.to({ device: "cpu" }).sum().backward();
  expect(x.grad?.device).toBe("cpu");
  expect(x.grad?.tolist()).toEqual([2, 3, 4]);
});

test("gradients are as differences", () => {
  const x = tensor([0.5, -1, 2], { dtype: "float64", device, requiresGrad: true });
  for (const check of [gradcheck, gradgradcheck]) expect(check((x) => [x!.sin().mul(x!).softmax(0)], [x])).toBe(true);
});

const [here, there] = [tensor([1, 2]), tensor([1, 2], { device })];
const several = "Expected all tensors to be on the same device, but found at least two devices";
const mixed: [string, () => unknown][] = [
  ["add", () => here.add(there)],
  ["add", () => there.add(here)],
  ["add_", () => here.add_(there)],
  ["dot", () => here.dot(there)],
  ["where", () => here.where(there.gt(1), here)],
  ["indexSelect", () => here.indexSelect(0, tensor([1n], { device }))],
  ["addmm", () => new Linear(2, 1).forward(there)],
  ["crossEntropy", () => crossEntropy(tensor(matrix), tensor([0n, 1n]), { weight: there })],
  ["crossEntropy", () => crossEntropy(tensor(matrix), tensor([0n, 1n], { device }))],
  ["maskedSelect", () => here.maskedSelect(there.gt(1))],
];
test.each(mixed)("tensors of two devices do not meet in %s", (name, call) => {
  expect(call).toThrow(DeviceError);
  expect(call).toThrow(`${name}: ${several}`);
  expect(here.tolist()).toEqual([1, 2]);
});

test("a gradient from another device is refused", () => {
  const y = tensor([1, 2], { device, requiresGrad: true }).mul(2);
  expect(() => y.backward(here)).toThrow("invalid gradient at index 0 - expected device reference but got cpu");
});

const seen: Tensor["device"][] = [];

class Half extends AutogradFunction {
  static forward(_ctx: Context, x: Tensor): [Tensor, Tensor] {
    return [x.div(2), x.mul(2)];
  }
  static backward(_ctx: Context, half: Tensor, double: Tensor): Tensor {
    seen.push(half.device, double.device);
    return half.div(2);
  }
}

test("a custom function gets zeros where its results lie", () => {
  const x = tensor([1, 2], { device, requiresGrad: true });
  (Half.apply(x) as unknown as Tensor[])[0]!.sum().backward();
  expect(seen).toEqual([device, device]);
  expect(x.grad?.tolist()).toEqual([0.5, 0.5]);
});

test("a device that nobody registered is refused", () => {
  expect(() => zeros([2], { device: { ...device } })).toThrow('"cpu" or a device');
});

type Make = (parameters: Tensor[]) => SGD | Adam;

/** Losses of a few steps, and what the model has become. */
function train(
  where: Tensor["device"],
  make: Make,
): { readonly losses: number[]; readonly state: Map<string, Tensor> } {
  manualSeed(1);
  const model = new Sequential(new Linear(4, 8, { bias: false }), new BatchNorm1d(8), new ReLU(), new Linear(8, 3)).to({
    device: where,
  });
  const [x, target] = [randn([6, 4]).to({ device: where }), tensor([0n, 1n, 2n, 0n, 1n, 2n], { device: where })];
  const optimizer = make(model.parameters());
  const losses = Array.from({ length: 4 }, () => {
    const loss = crossEntropy(model.forward(x), target);
    expect(loss.device).toBe(where);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item();
  });
  return { losses, state: model.stateDict() };
}

test("an optimizer's state is loaded where its parameters lie", () => {
  const model = new Linear(2, 1).to({ device });
  const [from, to] = [0, 1].map(() => new Adam(model.parameters(), { lr: 0.1 }));
  model.forward(there).sum().backward();
  from!.step();
  to!.loadStateDict(from!.stateDict());
  to!.step();
  expect(model.weight.device).toBe(device);
});

const optimizers: [string, Make][] = [
  ["SGD", (list) => new SGD(list, { lr: 0.1 })],
  ["SGD with momentum", (list) => new SGD(list, { lr: 0.1, momentum: 0.9, dampening: 0.1, weightDecay: 0.01 })],
  ["SGD by Nesterov", (list) => new SGD(list, { lr: 0.1, momentum: 0.5, nesterov: true })],
  ["Adam", (list) => new Adam(list, { lr: 0.01, weightDecay: 0.1 })],
  ["AdamW", (list) => new AdamW(list, { lr: 0.01, betas: [0.3, 0.99], weightDecay: 0.1 })],
];
test.each(optimizers)("a model learns there as on the cpu by %s", (_, make) => {
  const [got, wanted] = [train(device, make), train("cpu", make)];
  got.losses.forEach((loss, i) => {
    expect(loss).toBeCloseTo(wanted.losses[i]!, 5);
  });
  expect(got.losses.at(-1)).toBeLessThan(got.losses[0]!);
  for (const [key, x] of got.state) {
    expect(x.device).toBe(device);
    expect(noGrad(() => x.to({ device: "cpu" }).allclose(wanted.state.get(key)!, { atol: 1e-5 }))).toBe(true);
  }
});
