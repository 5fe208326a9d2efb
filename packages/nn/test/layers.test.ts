import "@ag/autograd";
import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  CrossEntropyLoss,
  clipGradNorm_,
  Dropout,
  Flatten,
  GELU,
  L1Loss,
  LeakyReLU,
  Linear,
  LogSoftmax,
  MaxPool2d,
  ModuleList,
  MSELoss,
  NLLLoss,
  Parameter,
  ReLU,
  SiLU,
  Softmax,
} from "@ag/nn";
import { constant_ } from "@ag/nn/init";
import { ones, tensor, ValueError } from "@ag/tensor";
import { expect, test, vi } from "vitest";

const wrong = "x" as never;
const unknown = { inplaced: true } as never;

test.each<[string, string, () => unknown]>([
  ["ReLU", "inplace", () => new ReLU({ inplace: wrong })],
  ["ReLU", "inplaced", () => new ReLU(unknown)],
  ["LeakyReLU", "negativeSlope", () => new LeakyReLU(wrong)],
  ["LeakyReLU", "inplace", () => new LeakyReLU(0.1, { inplace: wrong })],
  ["SiLU", "inplace", () => new SiLU({ inplace: wrong })],
  ["GELU", "approximate", () => new GELU({ approximate: wrong })],
  ["Softmax", "dim", () => new Softmax(wrong)],
  ["LogSoftmax", "dim", () => new LogSoftmax(wrong)],
  ["Dropout", "p", () => new Dropout(wrong)],
  ["Dropout", "inplace", () => new Dropout(0.5, { inplace: wrong })],
  ["Flatten", "startDim", () => new Flatten({ startDim: wrong })],
  ["Flatten", "endDim", () => new Flatten({ endDim: 0.5 })],
  ["BatchNorm2d", "numFeatures", () => new BatchNorm2d(wrong)],
  ["BatchNorm2d", "momentum", () => new BatchNorm2d(1, { momentum: wrong })],
  ["Linear", "outFeatures", () => new Linear(1, wrong)],
  ["Linear", "bias", () => new Linear(1, 1, { bias: wrong })],
  ["Conv2d", "kernelSize", () => new Conv2d(1, 1, wrong)],
  ["Conv2d", "bias", () => new Conv2d(1, 1, 1, { bias: wrong })],
  ["MaxPool2d", "kernelSize", () => new MaxPool2d(wrong)],
  ["MaxPool2d", "ceilMode", () => new MaxPool2d(1, { ceilMode: wrong })],
  ["AvgPool2d", "kernelSize", () => new AvgPool2d(wrong)],
  ["AvgPool2d", "divisorOverride", () => new AvgPool2d(1, { divisorOverride: wrong })],
  ["AdaptiveAvgPool2d", "outputSize", () => new AdaptiveAvgPool2d(wrong)],
  ["CrossEntropyLoss", "labelSmoothing", () => new CrossEntropyLoss({ labelSmoothing: wrong })],
  ["NLLLoss", "ignoreIndex", () => new NLLLoss({ ignoreIndex: wrong })],
  ["MSELoss", "reduction", () => new MSELoss({ reduction: wrong })],
  ["L1Loss", "reduction", () => new L1Loss({ reduction: wrong })],
  ["Parameter", "data", () => new Parameter(wrong)],
  ["ModuleList", "modules", () => new ModuleList(1 as never)],
  ["clipGradNorm_", "maxNorm", () => clipGradNorm_([], wrong)],
  ["clip", "parameters", () => clipGradNorm_([wrong], 1)],
  ["requiresGrad_", "on", () => new Linear(1, 1).requiresGrad_(wrong)],
])("%s refuses another kind of %s", (name, argument, make) => {
  expect(make).toThrow(ValueError);
  expect(make).toThrow(new RegExp(`^${name}: .*'?${argument}'?`));
});

test.each([Number.POSITIVE_INFINITY, Number.NaN])("a norm of %s is refused on demand, and nothing scaled", (value) => {
  const p = new Parameter(ones([2]));
  p.grad = tensor([value, 4]);
  expect(() => clipGradNorm_([p], 1, { errorIfNonfinite: true })).toThrow("is non-finite, so it cannot be clipped");
  expect(p.grad.tolist()).toEqual([value, 4]);
});

test("parameters can be filled: nothing is recorded", () => {
  const p = new Parameter(ones([2]));
  expect(constant_(p, 3)).toBe(p);
  expect([p.tolist(), p.isLeaf]).toEqual([[3, 3], true]);
});

test("batch norm forgets its running statistics", () => {
  const layer = new BatchNorm2d(2);
  layer.forward(ones([1, 2, 2, 1]));
  expect([layer.numBatchesTracked?.item(), layer.runningMean?.sum().item() === 0]).toEqual([1, false]);
  layer.resetRunningStats();
  const { numBatchesTracked, runningMean, runningVar } = layer;
  expect([numBatchesTracked?.item(), runningMean?.tolist(), runningVar?.tolist()]).toEqual([0, [0, 0], [1, 1]]);
  const untracked = new BatchNorm2d(2, { trackRunningStats: false });
  untracked.resetRunningStats();
  expect(untracked.buffers()).toEqual([]);
});

test("a layer without elements says that there was nothing to initialise", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  expect(new Linear(0, 3).weight.shape).toEqual([3, 0]);
  expect(warn.mock.calls.flat().join()).toContain("Initializing zero-element tensors is a no-op");
  warn.mockRestore();
});
