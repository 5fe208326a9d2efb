import { tensor } from "../../make/factories.ts";
import { booleans, integers, normal, onResult, type Sample, samplesFor, shared } from "../../sample.ts";
import { t } from "../shape/permute.ts";
import { maskedFill, maskedFill_, maskedSelect, nonzero, tril, triu } from "./mask.ts";

const { x } = shared({ x: normal([3, 4]) });
const { mask } = shared({ mask: booleans([3, 4]) });

export const samples: Sample[] = [
  ...samplesFor(maskedFill, "torch.masked_fill", [
    {
      name: "number",
      args: [x, mask, 2.5],
      accuracy: [(m) => [m.between([64, 1000]), m.booleans([64, 1000]), m.between([])]],
    },
    { name: "broadcast mask", args: [x, booleans([4]), 0] },
    { name: "broadcast", args: [normal([3, 1]), mask, -1] },
    { name: "tensor", args: [x, mask, normal([])] },
    { name: "whole", args: [integers([3, 4], 0, 9), mask, 7] },
    { name: "transposed", args: [t(normal([4, 3])), mask, 1] },
    {
      name: "floating mask",
      args: [x, normal([3, 4]), 1],
      throws: "masked_fill_ only supports boolean masks, but got mask with dtype float",
    },
    {
      name: "vector",
      args: [x, mask, normal([2])],
      throws: "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with 1 dimension",
    },
  ]),
  ...samplesFor(onResult(maskedFill_), "lambda x, mask, value: (x * 1).masked_fill_(mask, value)", [
    { name: "number", args: [x, mask, 2.5] },
    { name: "broadcast", args: [x, booleans([4]), -1] },
    { name: "tensor", args: [x, mask, normal([])] },
    { name: "tensor of another dtype", args: [x, mask, normal([], "float64")] },
  ]),
  ...samplesFor(maskedSelect, "torch.masked_select", [
    { name: "plain", args: [x, mask] },
    { name: "broadcast", args: [normal([4]), mask] },
    { name: "transposed", args: [t(normal([4, 3])), mask] },
    { name: "nothing", args: [x, tensor([[false]])] },
    { name: "floating mask", args: [x, x], throws: "expected BoolTensor for mask" },
  ]),
  ...samplesFor(
    nonzero,
    "lambda x: torch.nonzero(x).contiguous()",
    [
      { name: "whole", args: [integers([3, 4], 0, 2)] },
      { name: "bool", args: [booleans([7])] },
      { name: "none", args: [integers([2, 3], 0, 1)] },
      { name: "scalar", args: [integers([], 1, 2)] },
    ],
    "nonzero",
  ),
  ...samplesFor(tril, "torch.tril", [
    { name: "main", args: [x] },
    { name: "above", args: [normal([2, 3, 3]), 1] },
    { name: "below", args: [t(normal([3, 4])), -1] },
    { name: "whole", args: [integers([3, 3], 1, 9)] },
    { name: "bool", args: [booleans([3, 3])] },
    { name: "vector", args: [normal([3])], throws: "input tensor must have at least 2 dimensions" },
  ]),
  ...samplesFor(triu, "torch.triu", [
    { name: "main", args: [x] },
    { name: "above", args: [normal([2, 3, 3]), 1] },
    { name: "below", args: [x, -1] },
  ]),
];
