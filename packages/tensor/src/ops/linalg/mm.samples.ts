import { integers, normal, type Sample, samplesFor, shared } from "../../sample.ts";
import { t } from "../shape/permute.ts";
import { expand } from "../shape/view.ts";
import { addmm, baddbmm, bmm, mm } from "./mm.ts";

const { a, b } = shared({ a: normal([3, 5]), b: normal([5, 4]) });

export const samples: Sample[] = [
  ...samplesFor(mm, "torch.mm", [
    {
      name: "plain",
      args: [a, b],
      accuracy: [
        (m) => [m.between([64, 300]), m.between([300, 70])],
        (m) => [m.between([20, 10_000]), m.between([10_000, 16])],
      ],
    },
    { name: "one column", args: [a, normal([5, 1])] },
    { name: "one row", args: [normal([1, 5]), b] },
    { name: "first transposed", args: [t(normal([5, 3])), b] },
    { name: "second transposed", args: [a, t(normal([4, 5]))] },
    { name: "both transposed", args: [t(normal([5, 3])), t(normal([4, 5]))] },
    { name: "no inner element", args: [normal([3, 0]), normal([0, 4])] },
    { name: "no row", args: [normal([0, 5]), b] },
    { name: "float64", args: [normal([3, 5], "float64"), normal([5, 4], "float64")] },
    { name: "whole", args: [integers([3, 5], -9, 9), integers([5, 4], -9, 9)] },
    {
      name: "inner sizes",
      args: [a, normal([3, 5])],
      throws: "mat1 and mat2 shapes cannot be multiplied (3x5 and 3x5)",
    },
    { name: "vector first", args: [normal([5]), b], throws: "self must be a matrix" },
    { name: "vector second", args: [a, normal([5])], throws: "mat2 must be a matrix" },
    { name: "dtypes", args: [a, normal([5, 4], "float64")], throws: "expected m1 and m2 to have the same dtype" },
  ]),
  ...samplesFor(addmm, "torch.addmm", [
    {
      name: "row",
      args: [normal([4]), a, b],
      accuracy: [(m) => [m.between([70]), m.between([64, 300]), m.between([300, 70]), { alpha: 0.7, beta: 0.3 }]],
    },
    { name: "matrix", args: [normal([3, 4]), a, b] },
    { name: "number", args: [normal([]), a, b] },
    { name: "weighed", args: [normal([4]), a, b, { beta: 2, alpha: -0.5 }] },
    { name: "without the added tensor", args: [normal([4]), a, b, { beta: 0 }] },
    { name: "transposed", args: [normal([4]), a, t(normal([4, 5]))] },
    { name: "float64", args: [normal([1], "float64"), normal([3, 5], "float64"), normal([5, 4], "float64")] },
    {
      name: "bias of another size",
      args: [normal([3]), a, b],
      throws: "must match the existing size (3) at non-singleton dimension 1",
    },
    {
      name: "inner sizes",
      args: [normal([4]), a, normal([4, 5])],
      throws: "mat1 and mat2 shapes cannot be multiplied (3x5 and 4x5)",
    },
  ]),
  ...samplesFor(bmm, "torch.bmm", [
    {
      name: "plain",
      args: [normal([2, 3, 5]), normal([2, 5, 4])],
      accuracy: [(m) => [m.between([6, 40, 200]), m.between([6, 200, 33])]],
    },
    { name: "repeated", args: [normal([2, 3, 5]), expand(normal([5, 4]), 2, 5, 4)] },
    { name: "empty", args: [normal([0, 3, 5]), normal([0, 5, 4])] },
    { name: "float64", args: [normal([2, 3, 2], "float64"), normal([2, 2, 1], "float64")] },
    { name: "whole", args: [integers([2, 3, 5], -9, 9), integers([2, 5, 4], -9, 9)] },
    {
      name: "inner sizes",
      args: [normal([2, 3, 5]), normal([2, 3, 5])],
      throws: "Expected size for first two dimensions of batch2 tensor to be: [2, 5] but got: [2, 3]",
    },
    {
      name: "batches",
      args: [normal([2, 3, 5]), normal([3, 5, 4])],
      throws: "Expected size for first two dimensions of batch2 tensor to be: [2, 5] but got: [3, 5]",
    },
    { name: "matrix", args: [a, normal([2, 5, 4])], throws: "batch1 must be a 3D tensor" },
  ]),
  ...samplesFor(baddbmm, "torch.baddbmm", [
    {
      name: "row",
      args: [normal([4]), normal([2, 3, 5]), normal([2, 5, 4])],
      accuracy: [
        (m) => [m.between([6, 40, 33]), m.between([6, 40, 200]), m.between([6, 200, 33]), { alpha: 0.7, beta: 0.3 }],
      ],
    },
    { name: "small", args: [normal([2, 2]), normal([2, 2, 3]), normal([2, 3, 2]), { beta: 0.5, alpha: 2 }] },
    { name: "weighed", args: [normal([2, 1, 4]), normal([2, 3, 5]), normal([2, 5, 4]), { beta: 0.5, alpha: 2 }] },
  ]),
];
