import { integers, normal, type Sample, samplesFor, shared } from "../../sample.ts";
import { cat, chunk, flip, split, stack, unbind } from "./join.ts";
import { t } from "./permute.ts";

const { x } = shared({ x: normal([2, 3, 4]) });

export const samples: Sample[] = [
  ...samplesFor(cat, "torch.cat", [
    { name: "first dimension", args: [[normal([2, 3]), normal([1, 3])]] },
    { name: "last dimension", args: [[normal([2, 3]), t(normal([4, 2]))], -1] },
    { name: "three, middle", args: [[x, normal([2, 1, 4]), normal([2, 5, 4])], 1] },
    { name: "one", args: [[x]] },
    { name: "dtypes meet", args: [[normal([2, 3]), normal([2, 3], "float64")]] },
    { name: "whole", args: [[integers([3], 0, 9), integers([2], 0, 9, "int32")]] },
    { name: "empty vector", args: [[normal([0]), normal([2, 3])]] },
    { name: "empty", args: [[normal([0, 3]), normal([2, 3])]] },
    {
      name: "sizes",
      args: [[x, normal([2, 3, 5])]],
      throws: "Expected size 4 but got size 5 for tensor number 1 in the list",
    },
    {
      name: "smaller sizes",
      args: [[x, normal([2, 2, 4])]],
      throws: "Expected size 3 but got size 2 for tensor number 1 in the list",
    },
    { name: "ranks", args: [[x, normal([2, 3])]], throws: "Tensors must have same number of dimensions: got 3 and 2" },
    { name: "scalar", args: [[normal([])]], throws: "zero-dimensional tensor (at position 0) cannot be concatenated" },
    { name: "nothing", args: [[]], throws: "expected a non-empty list of Tensors" },
  ]),
  ...samplesFor(stack, "torch.stack", [
    { name: "front", args: [[normal([2, 3]), normal([2, 3])]] },
    { name: "last", args: [[normal([2, 3]), t(normal([3, 2]))], -1] },
    { name: "scalars", args: [[normal([]), normal([])]] },
    { name: "dtypes meet", args: [[normal([2]), normal([2], "float64")]] },
    {
      name: "shapes",
      args: [[x, normal([2, 3])]],
      throws: "stack expects each tensor to be equal size, but got [2, 3, 4] at entry 0 and [2, 3] at entry 1",
    },
    {
      name: "sizes",
      args: [[x, normal([2, 3, 5])]],
      throws: "stack expects each tensor to be equal size, but got [2, 3, 4] at entry 0 and [2, 3, 5] at entry 1",
    },
    { name: "nothing", args: [[]], throws: "stack expects a non-empty TensorList" },
  ]),
  ...samplesFor(unbind, "torch.unbind", [
    { name: "front", args: [x] },
    { name: "last", args: [x, -1] },
  ]),
  ...samplesFor(split, "torch.split", [
    { name: "even", args: [x, 2, 2] },
    { name: "uneven", args: [x, 2, 1] },
    { name: "sizes", args: [x, [1, 0, 2], 1] },
    { name: "wrong sizes", args: [x, [1, 1], 1], throws: "split_with_sizes expects split_sizes to sum exactly to 3" },
  ]),
  ...samplesFor(chunk, "torch.chunk", [
    { name: "even", args: [x, 2, 2] },
    { name: "uneven", args: [x, 2, 1] },
    { name: "none", args: [x, 0], throws: "chunk expects `chunks` to be greater than 0, got: 0" },
  ]),
  ...samplesFor(flip, "torch.flip", [
    { name: "one", args: [x, [0]] },
    { name: "several", args: [x, [0, -1]] },
    { name: "transposed", args: [t(normal([3, 2])), [0]] },
    { name: "whole", args: [integers([5], 0, 9), [0]] },
  ]),
];
