import { booleans, integers, normal, type Sample, samplesFor, shared } from "../../sample.ts";
import { t, transpose } from "./permute.ts";
import {
  expand,
  expandAs,
  flatten,
  narrow,
  reshape,
  reshapeAs,
  select,
  squeeze,
  unflatten,
  unsqueeze,
  view,
  viewAs,
} from "./view.ts";

const { x } = shared({ x: normal([2, 3, 4]) });
const { turned } = shared({ turned: transpose(normal([3, 2, 4]), 0, 1) });

export const samples: Sample[] = [
  ...samplesFor(view, "torch.Tensor.view", [
    { name: "sizes", args: [x, 6, 4] },
    { name: "shape", args: [x, [4, 6]] },
    { name: "inferred", args: [x, 3, -1] },
    { name: "cuts a dimension of a transposed tensor", args: [turned, 2, 3, 2, 2] },
    { name: "of no element", args: [normal([0, 2]), 5, 0] },
    { name: "of no element, inferred", args: [normal([0, 2]), -1, 3] },
    { name: "to a scalar", args: [normal([1, 1]), [] as number[]] },
    { name: "expanded", args: [expand(normal([3]), 2, 3), 2, 3, 1] },
    { name: "whole", args: [integers([6], 0, 9), 2, 3] },
    { name: "float64", args: [normal([6], "float64"), 3, 2] },
    { name: "joins what is not in one piece", args: [turned, 6, 4], throws: "view size is not compatible" },
    { name: "wrong size", args: [x, 5, 5], throws: "is invalid for input of size 24" },
    { name: "nothing to infer", args: [x, 5, -1], throws: "is invalid for input of size 24" },
    { name: "two to infer", args: [x, -1, -1], throws: "only one dimension can be inferred" },
    { name: "negative", args: [x, -2, 3], throws: "invalid shape dimension -2" },
    { name: "ambiguous", args: [normal([0, 2]), -1, 0], throws: "can be any value and is ambiguous" },
  ]),
  ...samplesFor(reshape, "torch.Tensor.reshape", [
    { name: "contiguous", args: [x, 6, 4] },
    { name: "same shape", args: [x, [2, 3, 4]] },
    { name: "as a view of a transposed tensor", args: [turned, 2, 3, 2, 2] },
    { name: "as a copy", args: [turned, 6, 4] },
    { name: "inferred", args: [t(normal([3, 5])), -1] },
    { name: "bool", args: [booleans([4]), 2, 2] },
    { name: "wrong size", args: [x, 7], throws: "is invalid for input of size 24" },
  ]),
  ...samplesFor(viewAs, "torch.Tensor.view_as", [{ name: "plain", args: [x, integers([4, 6], 0, 2)] }]),
  ...samplesFor(reshapeAs, "torch.Tensor.reshape_as", [{ name: "plain", args: [turned, integers([4, 6], 0, 2)] }]),
  ...samplesFor(flatten, "torch.flatten", [
    { name: "all", args: [x] },
    { name: "from one", args: [x, 1] },
    { name: "middle", args: [normal([2, 3, 4, 2]), 1, 2] },
    { name: "scalar", args: [normal([])] },
    { name: "wrong order", args: [x, 2, 1], throws: "start_dim cannot come after end_dim" },
  ]),
  ...samplesFor(unflatten, "torch.unflatten", [
    { name: "plain", args: [x, 2, [2, 2]] },
    { name: "inferred", args: [x, -1, [-1, 2]] },
    { name: "too few", args: [x, 2, [1, 2]], throws: "don't multiply up to the size of dim 2 (4)" },
    { name: "wrong sizes", args: [x, 2, [3, 2]], throws: "don't multiply up to the size of dim 2 (4)" },
  ]),
  ...samplesFor(expand, "torch.Tensor.expand", [
    { name: "new dimension", args: [normal([3, 1]), 2, 3, 4], accuracy: [(m) => [m.between([1000]), [64, 1000]]] },
    { name: "kept size", args: [normal([3, 1]), [2, -1, 4]] },
    { name: "scalar", args: [normal([]), 3] },
    { name: "to nothing", args: [normal([1, 3]), 0, 3] },
    {
      name: "wrong size",
      args: [normal([3, 2]), 2, 3, 4],
      throws: "must match the existing size (2) at non-singleton dimension 2",
    },
    {
      name: "fewer",
      args: [normal([3, 2]), 3],
      throws: "must be greater or equal to the number of dimensions in the tensor (2)",
    },
    {
      name: "unknown new size",
      args: [normal([3, 2]), -1, 3, 2],
      throws: "isn't allowed in a leading, non-existing dimension 0",
    },
  ]),
  ...samplesFor(expandAs, "torch.Tensor.expand_as", [
    { name: "plain", args: [normal([3, 1]), integers([2, 3, 4], 0, 2)] },
  ]),
  ...samplesFor(squeeze, "torch.squeeze", [
    { name: "all", args: [normal([1, 2, 1])] },
    { name: "one", args: [normal([1, 2, 1]), 0] },
    { name: "of another size", args: [normal([1, 2, 1]), 1] },
    { name: "several", args: [normal([1, 2, 1]), [0, -1]] },
    {
      name: "outside",
      args: [normal([1, 2]), 2],
      throws: "Dimension out of range (expected to be in range of [-2, 1], but got 2)",
    },
  ]),
  ...samplesFor(unsqueeze, "torch.unsqueeze", [
    { name: "front", args: [x, 0] },
    { name: "middle", args: [x, 1] },
    { name: "last", args: [t(normal([3, 2])), -1] },
    { name: "scalar", args: [normal([]), 0] },
    { name: "outside", args: [x, 5], throws: "Dimension out of range (expected to be in range of [-4, 3], but got 5)" },
  ]),
  ...samplesFor(select, "torch.select", [
    { name: "plain", args: [x, 1, 2] },
    { name: "from the end", args: [turned, -1, -2] },
    { name: "outside", args: [x, 1, 3], throws: "index 3 out of range for tensor of size [2, 3, 4] at dimension 1" },
    { name: "scalar", args: [normal([]), 0, 0], throws: "cannot be applied to a 0-dim tensor" },
  ]),
  ...samplesFor(narrow, "torch.narrow", [
    { name: "plain", args: [x, 2, 1, 2] },
    { name: "from the end", args: [x, 2, -3, 2] },
    { name: "nothing", args: [x, 0, 2, 0] },
    { name: "too long", args: [x, 2, 3, 2], throws: "start (3) + length (2) exceeds dimension size (4)" },
    { name: "negative length", args: [x, 2, 1, -2], throws: "length must be non-negative" },
    {
      name: "outside",
      args: [x, 2, 7, 1],
      throws: "start out of range (expected to be in range of [-4, 4], but got 7)",
    },
  ]),
];
