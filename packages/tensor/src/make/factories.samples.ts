import type { Tensor } from "../core/tensor.ts";
import { integers, normal, type Sample, samplesFor, shared } from "../sample.ts";
import { arange, eye, full, fullLike, linspace, ones, onesLike, tensor, zeros, zerosLike } from "./factories.ts";

const { x, whole } = shared({ x: normal([2, 3]), whole: integers([4], 0, 9) });
/** Called with sizes, with start and end, or with options alone. */
type Factory = (...args: readonly (number | readonly number[] | object)[]) => Tensor;

export const samples: Sample[] = [
  ...Object.entries({ zeros, ones }).flatMap(([name, op]) =>
    samplesFor(op as Factory, `torch.${name}`, [
      { name: "sizes", args: [2, 3] },
      { name: "shape", args: [[2, 0, 3]] },
      { name: "scalar", args: [[]] },
      { name: "dtype", args: [4, { dtype: "int32" }] },
    ]),
  ),
  ...samplesFor(full, "torch.full", [
    { name: "fraction", args: [[2, 3], 2.5] },
    { name: "bool", args: [[3], true] },
    { name: "dtype", args: [[3], 7, { dtype: "uint8" }] },
  ]),
  ...Object.entries({ zerosLike, onesLike }).flatMap(([name, op]) =>
    samplesFor(op, `torch.${name.replace("Like", "_like")}`, [
      { name: "floating", args: [x] },
      { name: "whole", args: [whole] },
      { name: "dtype", args: [x, { dtype: "bool" }] },
    ]),
  ),
  ...samplesFor(fullLike, "torch.full_like", [
    { name: "floating", args: [x, -2] },
    { name: "whole", args: [whole, 3] },
    { name: "dtype", args: [whole, 0.5, { dtype: "float64" }] },
  ]),
  ...samplesFor(arange as Factory, "torch.arange", [
    { name: "end", args: [5] },
    { name: "none", args: [0] },
    { name: "start", args: [-2, 3] },
    { name: "backwards", args: [7, 0, -3] },
    { name: "fractions", args: [1, 2, 0.3] },
    { name: "dtype", args: [5, { dtype: "float64" }] },
    { name: "away", args: [0, 3, -1], throws: "upper bound and lower bound inconsistent with step sign" },
  ]),
  ...samplesFor(eye, "torch.eye", [
    { name: "square", args: [3] },
    { name: "wide", args: [2, 4] },
    { name: "high", args: [4, 2, { dtype: "int64" }] },
  ]),
  ...samplesFor(linspace, "torch.linspace", [
    { name: "up", args: [0, 1, 7] },
    { name: "down", args: [3, -2, 10] },
    { name: "one", args: [3, 5, 1] },
    { name: "none", args: [3, 5, 0] },
    { name: "float64", args: [0, 1, 7, { dtype: "float64" }] },
    { name: "negative", args: [0, 1, -1], throws: "number of steps must be non-negative" },
  ]),
  ...samplesFor(tensor, "torch.tensor", [
    {
      name: "matrix",
      args: [
        [
          [0.5, -2.5],
          [1e-3, 1e30],
        ],
      ],
    },
    { name: "scalar", args: [0.1] },
    { name: "bools", args: [[true, false]] },
    { name: "float64", args: [[0.1, 0.2], { dtype: "float64" }] },
    { name: "whole", args: [[1, 2, 3], { dtype: "int64" }] },
    { name: "empty", args: [[]] },
  ]),
];
