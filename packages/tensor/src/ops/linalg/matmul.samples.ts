import { normal, type Sample, samplesFor, shared } from "../../sample.ts";
import { t, transpose } from "../shape/permute.ts";
import { dot, linear, matmul, mv, outer } from "./matmul.ts";

const { a, b } = shared({ a: normal([3, 5]), b: normal([5, 4]) });
const { weight, bias } = shared({ weight: normal([4, 5]), bias: normal([4]) });

export const samples: Sample[] = [
  ...samplesFor(mv, "torch.mv", [
    { name: "plain", args: [a, normal([5])], accuracy: [(m) => [m.between([200, 1000]), m.between([1000])]] },
    { name: "transposed", args: [t(normal([5, 3])), normal([5])] },
    { name: "sizes", args: [a, normal([3])], throws: "size mismatch, got input (3), mat (3x5), vec (3)" },
    { name: "two vectors", args: [normal([2]), normal([2])], throws: "vector + matrix @ vector expected, got 1, 1, 1" },
  ]),
  ...samplesFor(dot, "torch.dot", [
    {
      name: "plain",
      args: [normal([7]), normal([7])],
      accuracy: [(m) => [m.between([100_000]), m.between([100_000])]],
    },
    { name: "empty", args: [normal([0]), normal([0])] },
    {
      name: "sizes",
      args: [normal([3]), normal([2])],
      throws: "inconsistent tensor size, expected tensor [3] and src [2]",
    },
    {
      name: "shorter",
      args: [normal([2]), normal([3])],
      throws: "inconsistent tensor size, expected tensor [2] and src [3]",
    },
    { name: "matrix", args: [normal([3, 1]), normal([2])], throws: "1D tensors expected, but got 2D and 1D tensors" },
  ]),
  ...samplesFor(outer, "torch.outer", [
    { name: "plain", args: [normal([3]), normal([4])], accuracy: [(m) => [m.between([300]), m.between([200])]] },
    { name: "matrix", args: [a, normal([2])], throws: "Expected 1-D argument self, but got 2-D" },
  ]),
  ...samplesFor(matmul, "torch.matmul", [
    {
      name: "1 1",
      args: [normal([5]), normal([5])],
      accuracy: [
        (m) => [m.between([3, 4, 40, 64]), m.between([4, 64, 40])],
        (m) => [m.between([16, 20, 300]), m.between([300, 50])],
      ],
    },
    { name: "1 2", args: [normal([5]), b] },
    { name: "2 1", args: [a, normal([5])] },
    { name: "2 2", args: [a, b] },
    { name: "1 3", args: [normal([5]), normal([2, 5, 4])] },
    { name: "3 1", args: [normal([2, 3, 5]), normal([5])] },
    { name: "2 3", args: [a, normal([2, 5, 4])] },
    { name: "3 2", args: [normal([2, 3, 5]), b] },
    { name: "3 3", args: [normal([2, 3, 5]), normal([2, 5, 4])] },
    { name: "3 3, second once", args: [normal([2, 3, 5]), normal([1, 5, 4])] },
    { name: "3 3, first once", args: [normal([1, 3, 5]), normal([2, 5, 4])] },
    { name: "3 4", args: [normal([4, 2, 3]), normal([5, 4, 3, 2])] },
    { name: "4 3", args: [normal([5, 4, 2, 3]), normal([4, 3, 2])] },
    { name: "4 4, broadcast", args: [normal([2, 1, 2, 3]), normal([1, 4, 3, 2])] },
    { name: "4 1", args: [normal([2, 3, 2, 5]), normal([5])] },
    { name: "transposed batch", args: [transpose(normal([3, 2, 5]), 0, 1), b] },
    { name: "scalar", args: [normal([]), a], throws: "both arguments to matmul need to be at least 1D" },
    { name: "sizes 2 2", args: [a, a], throws: "mat1 and mat2 shapes cannot be multiplied (3x5 and 3x5)" },
    { name: "sizes 1 2", args: [normal([2]), b], throws: "mat1 and mat2 shapes cannot be multiplied (1x2 and 5x4)" },
    {
      name: "sizes 3 2",
      args: [normal([2, 2, 3]), normal([2, 2])],
      throws: "mat1 and mat2 shapes cannot be multiplied (4x3 and 2x2)",
    },
    {
      name: "batches",
      args: [normal([2, 2, 3]), normal([3, 3, 2])],
      throws: "must match the size of tensor b (3) at non-singleton dimension 0",
    },
  ]),
  ...samplesFor(linear, "torch.nn.functional.linear", [
    {
      name: "matrix",
      args: [a, weight, bias],
      accuracy: [
        (m) => [m.between([5000, 8]), m.between([10, 8]), m.between([10])],
        (m) => [m.between([64, 784]), m.between([128, 784]), m.between([128])],
        (m) => [m.between([8, 16, 256]), m.between([100, 256]), m.between([100])],
      ],
    },
    { name: "without bias", args: [a, weight] },
    { name: "vector", args: [normal([5]), weight, bias] },
    { name: "vector without bias", args: [normal([5]), weight] },
    { name: "three dimensions", args: [normal([2, 3, 5]), weight, bias] },
    { name: "three dimensions without bias", args: [normal([2, 3, 5]), weight] },
    { name: "transposed", args: [transpose(normal([3, 2, 5]), 0, 1), weight, bias] },
    { name: "float64", args: [normal([2, 5], "float64"), normal([4, 5], "float64"), normal([4], "float64")] },
    {
      name: "sizes",
      args: [normal([2, 3]), weight, bias],
      throws: "mat1 and mat2 shapes cannot be multiplied (2x3 and 5x4)",
    },
    {
      name: "sizes, three dimensions",
      args: [normal([2, 2, 3]), weight],
      throws: "mat1 and mat2 shapes cannot be multiplied (4x3 and 5x4)",
    },
  ]),
];
