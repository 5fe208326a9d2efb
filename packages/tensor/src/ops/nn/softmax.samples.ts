import { between, integers, normal, type Sample, samplesFor, shared } from "../../sample.ts";
import { t } from "../shape/permute.ts";
import { logSoftmax, softmax } from "./softmax.ts";

const { x } = shared({ x: normal([2, 3, 4]) });

export const samples: Sample[] = [
  ...samplesFor(softmax, "torch.softmax", [
    {
      name: "last",
      args: [x, -1],
      accuracy: [
        (m) => [m.between([64, 1000], -5, 5), 0],
        (m) => [m.between([64, 1000], -5, 5), 1],
        (m) => [m.between([64, 1000], -500, 500), 1],
        (m) => [m.between([1, 100_000], -5, 5), 1],
        (m) => [m.between([5000, 3], -5, 5), 1],
        (m) => [m.between([4, 21, 32, 32], -5, 5), 1],
      ],
    },
    { name: "middle", args: [x, 1] },
    { name: "first", args: [x, 0] },
    { name: "transposed", args: [t(normal([5, 3])), 1] },
    { name: "large numbers", args: [between([3, 4], -900, 900), 1] },
    { name: "scalar", args: [normal([]), 0] },
    { name: "empty", args: [normal([0, 3]), 1] },
    { name: "float64", args: [normal([3, 7], "float64"), 1] },
    { name: "in another dtype", args: [normal([3, 2]), 1, { dtype: "float64" }] },
    {
      name: "whole",
      args: [integers([2], 0, 9), 0],
      throws: "\"softmax_lastdim_kernel_impl\" not implemented for 'Long'",
    },
    { name: "outside", args: [x, 3], throws: "Dimension out of range (expected to be in range of [-3, 2], but got 3)" },
  ]),
  ...samplesFor(logSoftmax, "torch.log_softmax", [
    {
      name: "last",
      args: [x, -1],
      accuracy: [
        (m) => [m.between([64, 1000], -5, 5), 0],
        (m) => [m.between([64, 1000], -5, 5), 1],
        (m) => [m.between([64, 1000], -500, 500), 1],
        (m) => [m.between([1, 100_000], -5, 5), 1],
        (m) => [m.between([5000, 3], -5, 5), 1],
        (m) => [m.between([4, 21, 32, 32], -5, 5), 1],
      ],
    },
    { name: "middle", args: [x, 1] },
    { name: "transposed", args: [t(normal([5, 3])), 0] },
    { name: "large numbers", args: [between([3, 4], -900, 900), 1] },
    { name: "float64", args: [normal([3, 7], "float64"), 0] },
    {
      name: "whole",
      args: [integers([2], 0, 9), 0],
      throws: "\"log_softmax_lastdim_kernel_impl\" not implemented for 'Long'",
    },
  ]),
];
