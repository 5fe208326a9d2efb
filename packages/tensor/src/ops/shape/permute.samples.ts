import { integers, normal, type Sample, samplesFor, shared } from "../../sample.ts";
import { movedim, permute, t, transpose } from "./permute.ts";

const { x } = shared({ x: normal([2, 3, 4]) });

export const samples: Sample[] = [
  ...samplesFor(t, "torch.t", [
    { name: "matrix", args: [normal([2, 3])] },
    { name: "vector", args: [normal([2])] },
    { name: "scalar", args: [normal([])] },
    { name: "whole", args: [integers([2, 3], 0, 9)] },
    { name: "three dimensions", args: [x], throws: "expects a tensor with <= 2 dimensions, but self is 3D" },
  ]),
  ...samplesFor(transpose, "torch.transpose", [
    { name: "plain", args: [x, 0, -1] },
    { name: "the same", args: [x, 1, 1] },
    { name: "scalar", args: [normal([]), 0, -1] },
    {
      name: "outside",
      args: [x, 0, 3],
      throws: "Dimension out of range (expected to be in range of [-3, 2], but got 3)",
    },
  ]),
  ...samplesFor(permute, "torch.Tensor.permute", [
    { name: "plain", args: [x, 2, 0, 1] },
    { name: "list", args: [x, [1, -1, 0]] },
    { name: "too few", args: [x, 2, 0], throws: "number of dimensions in the tensor input does not match" },
    { name: "twice", args: [x, 0, 0, 1], throws: "duplicate dims are not allowed" },
  ]),
  ...samplesFor(movedim, "torch.movedim", [
    { name: "one", args: [x, 0, -1] },
    { name: "several", args: [x, [0, 1], [1, 2]] },
    { name: "uneven", args: [x, [0, 1], [1]], throws: "Invalid source or destination dims" },
  ]),
];
