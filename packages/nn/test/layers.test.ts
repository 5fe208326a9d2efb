import "@ag/autograd";
import { BatchNorm2d, Linear } from "@ag/nn";
import { ones } from "@ag/tensor";
import { expect, test, vi } from "vitest";

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
