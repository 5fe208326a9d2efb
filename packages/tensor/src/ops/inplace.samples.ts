import { integers, normal, type Sample, samplesFor } from "../sample.ts";
import type { Tensor } from "../tensor.ts";
import { mul } from "./arithmetic.ts";
import { copy_, fill_, zero_ } from "./inplace.ts";

/** On results, since leaves may not be overwritten. */
const onResult =
  <P extends unknown[]>(op: (x: Tensor, ...rest: P) => Tensor) =>
  (x: Tensor, ...rest: P): Tensor =>
    op(mul(x, 1), ...rest);

const x = normal([3, 4]);

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
  ]),
];
