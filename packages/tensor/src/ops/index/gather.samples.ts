import { tensor } from "../../make/factories.ts";
import { booleans, integers, normal, type Sample, samplesFor, shared } from "../../sample.ts";
import { t, transpose } from "../shape/permute.ts";
import { expand } from "../shape/view.ts";
import { gather, indexAdd, indexSelect, scatterAdd, take } from "./gather.ts";

const { x } = shared({ x: normal([2, 3, 4]) });
const pair = tensor([2n, 0n]);

export const samples: Sample[] = [
  ...samplesFor(gather, "torch.gather", [
    {
      name: "middle",
      args: [x, 1, integers([2, 5, 4], 0, 3)],
      accuracy: [(m) => [m.between([64, 50]), 1, m.below([64, 1000], 50)]],
    },
    { name: "smaller", args: [x, -1, integers([1, 2, 3], 0, 4)] },
    { name: "transposed", args: [transpose(normal([3, 2, 4]), 0, 1), 0, integers([4, 3, 4], 0, 2)] },
    { name: "int32", args: [x, 1, integers([2, 1, 4], 0, 3, "int32")] },
    { name: "whole", args: [integers([3, 2], 0, 9), 0, integers([2, 2], 0, 3)] },
    { name: "float64", args: [normal([4], "float64"), 0, integers([6], 0, 4)] },
    { name: "scalar", args: [normal([]), 0, integers([], 0, 1)] },
    { name: "empty", args: [x, 1, integers([2, 0, 4], 0, 3)] },
    { name: "outside", args: [x, 1, tensor([[[3n]]])], throws: "index 3 is out of bounds for dimension 1 with size 3" },
    {
      name: "negative",
      args: [x, 1, tensor([[[-1n]]])],
      throws: "index -1 is out of bounds for dimension 1 with size 3",
    },
    {
      name: "rank",
      args: [x, 1, integers([2, 2], 0, 3)],
      throws: "Index tensor must have the same number of dimensions as input tensor",
    },
    {
      name: "larger",
      args: [x, 1, integers([2, 2, 5], 0, 3)],
      throws:
        "Size does not match at dimension 2 expected index [2, 2, 5] to be no larger than self [2, 3, 4] apart from dimension 1",
    },
    { name: "floating", args: [x, 1, normal([2, 2, 4])], throws: "Expected dtype int32/int64 for index" },
  ]),
  ...samplesFor(scatterAdd, "torch.scatter_add", [
    {
      name: "middle",
      args: [x, 1, integers([2, 5, 4], 0, 3), normal([2, 5, 4])],
      accuracy: [(m) => [m.between([64, 50]), 1, m.below([64, 1000], 50), m.between([64, 1000])]],
    },
    { name: "smaller index", args: [x, 2, integers([1, 2, 3], 0, 4), normal([2, 3, 4])], isStep: true },
    {
      name: "slices of a longer source",
      args: [normal([2, 3, 20]), 1, expand(tensor([[[1n]]]), 2, 1, 20), normal([2, 3, 20])],
      isStep: true,
    },
    {
      name: "a source of more dimensions",
      args: [normal([4]), 0, tensor([0n]), normal([1, 300])],
      throws: "Index tensor must have the same number of dimensions as src tensor",
    },
    {
      name: "a scalar for a matrix",
      args: [normal([4]), 0, tensor(0n), normal([2, 2])],
      throws: "Index tensor must have the same number of dimensions as src tensor",
    },
    { name: "transposed source", args: [normal([3, 3]), 0, integers([2, 3], 0, 3), t(normal([3, 2]))] },
    { name: "whole", args: [integers([4], 0, 9), 0, integers([6], 0, 4), integers([6], 0, 9)] },
    {
      name: "bytes wrap",
      args: [integers([4], 0, 256, "uint8"), 0, integers([9], 0, 4), integers([9], 0, 256, "uint8")],
    },
    { name: "bool", args: [booleans([4]), 0, integers([9], 0, 4), booleans([9])] },
    { name: "float64", args: [normal([4], "float64"), 0, integers([6], 0, 4), normal([6], "float64")] },
    {
      name: "larger index",
      args: [x, 1, integers([2, 4, 4], 0, 3), x],
      throws:
        "Expected index [2, 4, 4] to be no larger than self [2, 3, 4] apart from dimension 1 and to be no larger size than src [2, 3, 4]",
    },
    {
      name: "dtypes",
      args: [x, 1, integers([2, 2, 4], 0, 3), normal([2, 3, 4], "float64")],
      throws: "Expected self.dtype to be equal to src.dtype",
    },
    {
      name: "outside",
      args: [normal([3]), 0, tensor([3n]), normal([1])],
      throws: "index 3 is out of bounds for dimension 0 with size 3",
    },
  ]),
  ...samplesFor(indexSelect, "torch.index_select", [
    { name: "middle", args: [x, 1, pair], accuracy: [(m) => [m.between([50, 64]), 0, m.below([2000], 50)]] },
    { name: "last, repeated", args: [x, -1, tensor([1n, 1n, 3n])] },
    { name: "transposed", args: [t(normal([3, 2])), 1, pair] },
    { name: "whole", args: [integers([3, 2], 0, 9), 0, pair] },
    { name: "int32", args: [x, 1, integers([4], 0, 3, "int32")] },
    { name: "nothing", args: [x, 1, integers([0], 0, 3)] },
    { name: "one index, no times", args: [x, 1, expand(tensor([7n]), 0)] },
    { name: "outside", args: [x, 1, tensor([3n])], throws: "out of DATA bounds, id=3 axis_dim=3" },
    { name: "matrix", args: [x, 1, tensor([[1n]])], throws: "Index is supposed to be a vector" },
    { name: "floating", args: [x, 1, normal([2])], throws: "for index" },
  ]),
  ...samplesFor(indexAdd, "torch.index_add", [
    {
      name: "middle",
      args: [x, 1, pair, normal([2, 2, 4])],
      accuracy: [(m) => [m.between([50, 64]), 0, m.below([2000], 50), m.between([2000, 64])]],
    },
    { name: "repeated", args: [normal([3, 2]), 0, tensor([1n, 1n, 0n]), normal([3, 2])] },
    { name: "whole", args: [integers([3], 0, 9), 0, pair, integers([2], 0, 9)] },
    {
      name: "bytes wrap",
      args: [integers([3, 2], 0, 256, "uint8"), 0, tensor([1n, 1n, 0n]), integers([3, 2], 99, 256, "uint8")],
    },
    { name: "bool", args: [booleans([3, 2]), 0, tensor([1n, 1n, 0n]), booleans([3, 2])] },
    {
      name: "negative",
      args: [normal([3]), 0, tensor([-1n]), normal([1])],
      throws: "index out of range in self",
    },
    {
      name: "count",
      args: [x, 1, pair, normal([2, 3, 4])],
      throws: "Number of indices (2) should be equal to source.size(dim): (3), for dim: 1",
    },
  ]),
  ...samplesFor(take, "torch.take", [
    {
      name: "plain",
      args: [x, integers([2, 3], -24, 24)],
      accuracy: [(m) => [m.between([50]), m.below([20_000], 50)]],
    },
    { name: "transposed", args: [t(normal([2, 3])), pair] },
    { name: "outside", args: [x, tensor([24n])], throws: "out of range" },
    { name: "before the first", args: [x, tensor([-25n])], throws: "out of range" },
  ]),
];
