import { tensor } from "../../make/factories.ts";
import { booleans, integers, normal, over, positive, type Sample, samplesFor, shared } from "../../sample.ts";
import { t } from "../shape/permute.ts";
import { cumsum, logsumexp, mean, nansum, prod, sum } from "./sums.ts";

const { x, cube, whole, flags } = shared({
  x: normal([4, 5]),
  cube: normal([2, 3, 4]),
  whole: integers([3, 4], -9, 9),
  flags: booleans([3, 4]),
});
const infinity = Number.POSITIVE_INFINITY;
const { strided } = shared({ strided: t(normal([5, 4])) });
const keepdim = { keepdim: true };

export const samples: Sample[] = [
  ...samplesFor(sum, "torch.sum", [
    {
      name: "all",
      args: [x],
      accuracy: [
        ...over([-1, 1], [0, 1]),
        (m) => [m.between([64, 1000]), 0],
        (m) => [m.between([64, 1000]), 1],
        (m) => [m.between([16, 64, 16, 16]), [0, 2, 3]],
      ],
    },
    { name: "scalar", args: [normal([])] },
    { name: "last", args: [cube, -1] },
    { name: "first", args: [cube, 0] },
    { name: "middle, kept", args: [cube, 1, keepdim] },
    { name: "two", args: [cube, [0, 2]] },
    { name: "strided", args: [strided, 0] },
    { name: "whole", args: [whole] },
    { name: "int32", args: [integers([3, 4], 0, 9, "int32"), 1] },
    { name: "bool", args: [flags, 0] },
    { name: "empty", args: [normal([0, 3]), 0] },
    { name: "float64", args: [normal([3, 4], "float64"), 1] },
    { name: "all, kept", args: [x, null, keepdim] },
    { name: "another dtype", args: [x, null, { dtype: "float64" }] },
    { name: "bool as int32", args: [flags, null, { dtype: "int32" }] },
    { name: "scalar along its dimension", args: [normal([]), 0] },
    { name: "uint8", args: [integers([300], 0, 256, "uint8")] },
    { name: "long", args: [normal([1037])] },
    {
      name: "out of range",
      args: [x, 2],
      throws: "Dimension out of range (expected to be in range of [-2, 1], but got 2)",
    },
    { name: "twice", args: [x, [0, 0]], throws: "dim 0 appears multiple times in the list of dims" },
  ]),
  ...samplesFor(nansum, "torch.nansum", [
    { name: "some", args: [tensor([[1, Number.NaN, 2], [Number.NaN, 3, -4]])] }, // biome-ignore format: rows
    { name: "infinite", args: [tensor([infinity, Number.NaN, 1])], isStep: true },
    { name: "numbers", args: [x], accuracy: [...over([-1, 1], [0, 1]), (m) => [m.between([64, 1000]), 0]] },
    { name: "last, kept", args: [tensor([[1, Number.NaN], [Number.NaN, Number.NaN]]), -1, keepdim] }, // biome-ignore format: rows
    { name: "two", args: [cube, [0, 2]] },
    { name: "strided", args: [strided, 0] },
    { name: "scalar", args: [tensor(Number.NaN)] },
    { name: "whole", args: [whole, 1] },
    { name: "bool", args: [flags] },
    { name: "whole as floats", args: [whole, 0, { dtype: "float64" }] },
    { name: "of nothing", args: [normal([0, 3]), 0] },
    {
      name: "out of range",
      args: [x, 2],
      throws: "Dimension out of range (expected to be in range of [-2, 1], but got 2)",
    },
  ]),
  ...samplesFor(mean, "torch.mean", [
    {
      name: "all",
      args: [x],
      accuracy: [
        ...over([-1, 1], [0, 1]),
        (m) => [m.between([64, 1000]), 0],
        (m) => [m.between([64, 1000]), 1],
        (m) => [m.between([16, 64, 16, 16]), [0, 2, 3]],
      ],
    },
    { name: "last two, kept", args: [cube, [-1, -2], keepdim] },
    { name: "one", args: [cube, 1] },
    { name: "whole as float64", args: [whole, 0, { dtype: "float64" }] },
    { name: "of nothing", args: [normal([0, 3]), 0] },
    { name: "whole", args: [whole], throws: "could not infer output dtype" },
  ]),
  ...samplesFor(prod, "torch.prod", [
    {
      name: "all",
      args: [positive([2, 3])],
      accuracy: [
        ...over([0.999, 1.001]),
        (m) => [m.between([64], 0.5, 2)],
        (m) => [m.between([64, 100], 0.5, 1.8), 1],
        (m) => [m.between([100, 64], 0.5, 1.8), 0],
        (m) => [m.between([64, 1000], 0.95, 1.05), 1],
        (m) => [m.between([1000, 64], 0.95, 1.05), 0],
      ],
    },
    { name: "one", args: [positive([2, 3]), 1] },
    { name: "with a zero", args: [tensor([2, 0, 3])] },
    { name: "with a zero and what is not finite", args: [tensor([0, Infinity, 3])] },
    {
      name: "along a dimension, with zeros and what is not finite",
      args: [
        tensor([
          [0, Infinity, 3],
          [-2, Infinity, 0],
          [0, NaN, 3],
          [Infinity, 0, -Infinity],
        ]),
        1,
      ],
    },
    {
      name: "with zeros",
      args: [
        tensor([
          [2, 0, 3, 0],
          [1, 2, 3, 4],
          [0, 5, 6, 7],
        ]),
        1,
      ],
    },
    {
      name: "matrix with a zero",
      args: [
        tensor([
          [2, 0],
          [3, 4],
        ]),
      ],
    },
    { name: "kept", args: [positive([2, 3, 2]), 1, keepdim] },
    { name: "scalar", args: [normal([])] },
    { name: "of nothing", args: [normal([3, 0]), 1] },
    { name: "bool", args: [flags] },
    { name: "whole", args: [integers([3], 1, 5)] },
  ]),
  ...samplesFor(logsumexp, "torch.logsumexp", [
    {
      name: "rows",
      args: [x, 1],
      accuracy: [
        (m) => [m.between([64, 1000]), 0],
        (m) => [m.between([64, 1000]), 1],
        (m) => [m.between([100_000]), 0],
        (m) => [m.between([64, 1000], -50, 50), 1],
        (m) => [m.between([16, 64, 16, 16], -5, 5), [1, 3]],
      ],
    },
    { name: "two, kept", args: [cube, [0, 2], keepdim] },
    { name: "large", args: [tensor([1000, 1000]), 0] },
    {
      name: "infinite",
      args: [
        tensor([
          [-infinity, -infinity],
          [infinity, 1],
          [-infinity, 1],
        ]),
        1,
      ],
      isStep: true,
    },
    { name: "whole", args: [whole, 0] },
    { name: "of nothing", args: [normal([2, 0]), 1] },
    { name: "scalar", args: [normal([]), 0] },
  ]),
  ...samplesFor(cumsum, "torch.cumsum", [
    {
      name: "first",
      args: [x, 0],
      accuracy: [
        (m) => [m.between([64, 1000]), 0],
        (m) => [m.between([64, 1000]), 1],
        (m) => [m.between([100_000]), 0],
        (m) => [m.between([100_000], 0, 1), 0],
      ],
    },
    { name: "last", args: [cube, -1] },
    { name: "whole", args: [whole, 1] },
    { name: "bool", args: [flags, 1] },
    { name: "strided", args: [strided, 1] },
    { name: "scalar", args: [normal([]), 0] },
    { name: "another dtype", args: [x, 0, { dtype: "float64" }] },
    { name: "out of range", args: [x, 2], throws: "Dimension out of range" },
  ]),
];
