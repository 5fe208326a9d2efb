import { ShapeError, ValueError } from "@ag/tensor";
import { type LayerSample, layersFor, normal } from "../sample.ts";
import { BatchNorm1d, BatchNorm2d } from "./batchnorm.ts";

const options = { eps: true, momentum: true, affine: true, trackRunningStats: true, bias: true } as const;
const flat = normal([5, 3]);
const images = normal([2, 3, 3, 2]);

export const samples: LayerSample[] = [
  ...layersFor(BatchNorm1d, "torch.nn.BatchNorm1d", options, [
    { name: "rows", make: [3], args: [flat], steps: 2 },
    { name: "sequences", make: [2], args: [normal([3, 2, 4])], steps: 2 },
    { name: "eps", make: [3, { eps: 0.25 }], args: [flat] },
    { name: "momentum", make: [3, { momentum: 0.75 }], args: [flat], steps: 2 },
    { name: "cumulative", make: [3, { momentum: null }], args: [flat], steps: 3 },
    { name: "not learned", make: [3, { affine: false }], args: [flat] },
    { name: "without shift", make: [3, { bias: false }], args: [flat] },
    { name: "untracked", make: [3, { trackRunningStats: false }], args: [flat], steps: 2 },
    { name: "one value", make: [3], args: [normal([1, 3])], throws: ValueError, says: "Expected more than 1 value" },
    {
      name: "rank 1",
      make: [3],
      args: [normal([3])],
      throws: ShapeError,
      says: "expected 2D or 3D input (got 1D input)",
    },
    { name: "features", make: [-1], throws: ValueError, says: "need a whole number of features", onlyHere: true },
  ]),
  ...layersFor(BatchNorm2d, "torch.nn.BatchNorm2d", options, [
    { name: "plain", make: [3], args: [images], steps: 3 },
    { name: "two channels", make: [2], args: [normal([3, 2, 2, 3])] },
    { name: "small eps", make: [3, { eps: 1e-12 }], args: [images] },
    { name: "eps", make: [3, { eps: 0.25 }], args: [images] },
    { name: "momentum", make: [3, { momentum: 0.75 }], args: [images], steps: 2 },
    { name: "momentum of 1", make: [3, { momentum: 1 }], args: [images], steps: 2 },
    { name: "cumulative", make: [3, { momentum: null }], args: [images], steps: 3 },
    { name: "not learned", make: [3, { affine: false }], args: [images], steps: 2 },
    { name: "without shift", make: [3, { bias: false }], args: [images], steps: 2 },
    { name: "untracked", make: [3, { trackRunningStats: false }], args: [images], steps: 2 },
    {
      name: "nothing",
      make: [3, { affine: false, trackRunningStats: false, momentum: null }],
      args: [images],
      steps: 2,
    },
    {
      name: "one value",
      make: [3],
      args: [normal([1, 3, 1, 1])],
      throws: ValueError,
      says: "Expected more than 1 value per channel when training",
    },
    { name: "rank 2", make: [3], args: [flat], throws: ShapeError, says: "expected 4D input (got 2D input)" },
    {
      name: "other channels",
      make: [2],
      args: [images],
      throws: ShapeError,
      says: "running_mean should contain 3 elements not 2",
    },
    { name: "features", make: [1.5], throws: ValueError, says: "need int", onlyHere: true },
  ]),
];
