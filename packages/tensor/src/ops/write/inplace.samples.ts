import { integers, normal, onResult, type Sample, samplesFor, shared } from "../../sample.ts";
import { copy_, fill_, zero_ } from "./inplace.ts";

const { x } = shared({ x: normal([3, 4]) });

export const samples: Sample[] = [
  ...samplesFor(onResult(fill_), "lambda x, value: (x * 1).fill_(value)", [
    { name: "fill", args: [x, 2.5] },
    { name: "tensor", args: [x, normal([])] },
    { name: "vector", args: [x, normal([4])], throws: "fill_ only supports 0-dimension value tensor" },
  ]),
  ...samplesFor(onResult(zero_), "lambda x: (x * 1).zero_()", [{ name: "zero", args: [x] }]),
  ...samplesFor(onResult(copy_), "lambda x, source: (x * 1).copy_(source)", [
    { name: "same", args: [x, normal([3, 4])] },
    { name: "row", args: [x, normal([4])] },
    { name: "converted", args: [x, normal([3, 4], "float64")] },
    { name: "whole", args: [x, integers([4], 0, 9)] },
    {
      name: "too large",
      args: [normal([4]), x],
      throws: "output with shape [4] doesn't match the broadcast shape [3, 4]",
    },
    {
      name: "too large, one row",
      args: [normal([1, 4]), x],
      throws: "output with shape [1, 4] doesn't match the broadcast shape [3, 4]",
    },
  ]),
];
