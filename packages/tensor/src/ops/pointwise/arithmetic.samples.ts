import {
  booleans,
  type Case,
  integers,
  normal,
  over,
  positive,
  type Sample,
  samplesFor,
  shared,
} from "../../sample.ts";
import { t } from "../shape/permute.ts";
import { abs, add, div, mul, neg, reciprocal, rsub, sign, sub, where } from "./arithmetic.ts";

const { a, b, row, column } = shared({
  a: normal([3, 5]),
  b: positive([3, 5]),
  row: normal([5]),
  column: positive([3, 1]),
});
const { whole, few, flags, double } = shared({
  whole: integers([3, 5], -9, 9),
  few: integers([5], 1, 9, "int32"),
  flags: booleans([3, 5]),
  double: normal([4], "float64"),
});

export const samples: Sample[] = [
  ...samplesFor(add, "torch.add", [
    { name: "same shape", args: [a, b], accuracy: [(m) => [m.between([64, 1000]), m.between([1000]), { alpha: 0.7 }]] },
    { name: "row", args: [a, row] },
    { name: "column", args: [a, column] },
    { name: "outer", args: [row, column] },
    { name: "number", args: [a, 2.5] },
    { name: "scaled", args: [a, b, { alpha: -0.3 }] },
    { name: "transposed", args: [t(normal([5, 3])), b] },
    { name: "both transposed", args: [t(normal([5, 3])), t(normal([5, 3]))] },
    { name: "scalars", args: [normal([]), normal([])] },
    { name: "scalar tensor of a higher dtype", args: [a, normal([], "float64")] },
    { name: "dtypes meet", args: [double, normal([4])] },
    { name: "whole and floating", args: [whole, a] },
    { name: "int32 and int64", args: [few, whole] },
    { name: "bool and bool", args: [flags, flags] },
    { name: "bool and number", args: [flags, 2] },
    { name: "whole and fraction", args: [whole, 0.5] },
    { name: "empty", args: [normal([0, 3]), normal([3])] },
    { name: "whole, scaled", args: [whole, few, { alpha: 3 }] },
    {
      name: "whole, scaled by a fraction",
      args: [whole, few, { alpha: 0.5 }],
      throws: "argument alpha must not be a floating point number",
    },
    {
      name: "sizes that do not fit",
      args: [a, normal([4])],
      throws: "must match the size of tensor b (4) at non-singleton dimension 1",
    },
  ]),
  ...samplesFor(sub, "torch.sub", [
    {
      name: "same shape",
      args: [a, b],
      accuracy: [(m) => [m.between([64, 1000]), m.between([64, 1]), { alpha: 0.7 }]],
    },
    { name: "row", args: [a, row] },
    { name: "number", args: [a, 2] },
    { name: "scaled", args: [a, b, { alpha: 3 }] },
    { name: "whole", args: [whole, few] },
    { name: "scalar tensors", args: [normal([]), normal([], "float64")] },
    { name: "bools", args: [flags, flags], throws: "with two bool tensors is not supported" },
    { name: "bool", args: [a, flags], throws: "with a bool tensor is not supported" },
  ]),
  ...samplesFor(rsub, "torch.rsub", [
    {
      name: "number first",
      args: [a, 2.5],
      accuracy: [
        (m) => [m.between([64, 1000]), m.between([1000]), { alpha: 0.7 }],
        (m) => [m.between([64, 1000]), 0.7],
      ],
    },
    { name: "scaled", args: [a, 2, { alpha: 0.5 }] },
    { name: "fraction from whole", args: [whole, 0.5] },
    { name: "tensor first", args: [a, row] },
    { name: "tensor first, scaled", args: [a, b, { alpha: -2 }] },
    { name: "bool", args: [flags, 1], throws: "with a bool tensor is not supported" },
  ]),
  ...samplesFor(mul, "torch.mul", [
    {
      name: "same shape",
      args: [a, b],
      accuracy: [
        (m) => [m.between([64, 1000]), m.between([1000])],
        (m) => [m.between([64, 1000]), 0.7],
        (m) => [m.between([5000, 20]), m.between([20])],
        (m) => [m.between([20, 5000]), m.between([20, 1])],
      ],
    },
    { name: "outer", args: [row, column] },
    { name: "number", args: [a, -3] },
    { name: "itself", args: [a, a] },
    { name: "whole", args: [whole, 3] },
    { name: "bools", args: [flags, flags] },
    { name: "whole and fraction", args: [whole, 0.5] },
  ]),
  ...samplesFor(div, "torch.div", [
    {
      name: "same shape",
      args: [a, b],
      accuracy: [
        (m) => [m.between([64, 1000]), m.between([1000], 0.5, 2)],
        (m) => [m.between([64, 1000]), 0.7],
        (m) => [0.7, m.between([64, 1000], 0.5, 2)],
      ],
    },
    { name: "outer", args: [row, column] },
    { name: "number", args: [a, 3] },
    { name: "whole", args: [whole, few] },
    { name: "by zero", args: [normal([3]), integers([3], 0, 1)], isStep: true },
    ...(["trunc", "floor"] as const).flatMap((roundingMode): Case<Parameters<typeof div>>[] => [
      { name: `${roundingMode}, floating`, args: [normal([3, 5]), positive([5]), { roundingMode }], isStep: true },
      { name: `${roundingMode}, number`, args: [normal([3, 5]), -0.3, { roundingMode }], isStep: true },
      { name: `${roundingMode}, number first`, args: [7, positive([4]), { roundingMode }], isStep: true },
      { name: `${roundingMode}, whole`, args: [whole, few, { roundingMode }] },
      { name: `${roundingMode}, whole by a fraction`, args: [whole, 2.5, { roundingMode }] },
      { name: `${roundingMode}, whole by 0`, args: [whole, 0, { roundingMode }], throws: "ZeroDivisionError" },
      { name: `${roundingMode}, bools`, args: [flags, flags, { roundingMode }], throws: "not implemented for 'Bool'" },
    ]),
    {
      name: "rounded in no mode",
      args: [row, column, { roundingMode: null }],
      accuracy: [(m) => [m.between([64, 1000]), m.between([1000], 0.5, 2), { roundingMode: null }]],
    },
    {
      name: "another mode",
      args: [a, b, { roundingMode: "up" as never }],
      throws: "'roundingMode'",
      onlyHere: true,
    },
  ]),
  ...samplesFor(reciprocal, "torch.reciprocal", [
    { name: "positive", args: [b], accuracy: over([0.1, 100], [1, 100]) },
    { name: "whole", args: [few] },
  ]),
  ...samplesFor(neg, "torch.neg", [
    { name: "matrix", args: [a], accuracy: over([-10, 10]) },
    { name: "whole", args: [whole] },
    { name: "bool", args: [flags], throws: "on a bool tensor is not supported" },
  ]),
  ...samplesFor(abs, "torch.abs", [
    { name: "matrix", args: [a], accuracy: over([-10, 10]) },
    { name: "whole", args: [whole] },
    { name: "bool", args: [flags], throws: "not implemented for 'Bool'" },
  ]),
  ...samplesFor(sign, "torch.sign", [
    { name: "matrix", args: [a] },
    { name: "whole", args: [whole] },
  ]),
  ...samplesFor(where, "torch.where", [
    {
      name: "tensors",
      args: [flags, a, b],
      accuracy: [(m) => [m.booleans([64, 1000]), m.between([64, 1000]), m.between([1000])]],
    },
    { name: "number", args: [flags, a, 0] },
    { name: "broadcast", args: [booleans([3, 1]), row, column] },
    { name: "dtypes meet", args: [booleans([4]), double, normal([4])] },
    { name: "numbers", args: [flags, 1, 2.5] },
    { name: "uint8", args: [integers([5], 0, 2, "uint8"), row, 1] },
    { name: "not a condition", args: [whole, a, b], throws: "expected condition to be a boolean tensor" },
  ]),
];
