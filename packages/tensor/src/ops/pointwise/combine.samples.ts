import { between, integers, normal, positive, type Sample, samplesFor, shared } from "../../sample.ts";
import { addcdiv, addcmul, lerp } from "./combine.ts";

const { a, b, row } = shared({ a: normal([3, 5]), b: positive([3, 5]), row: normal([5]) });
const { whole, few } = shared({ whole: integers([3, 5], -9, 9), few: integers([5], 1, 9, "int32") });

export const samples: Sample[] = [
  ...samplesFor(addcmul, "torch.addcmul", [
    {
      name: "plain",
      args: [a, b, row],
      accuracy: [(m) => [m.between([64, 1000]), m.between([64, 1000]), m.between([1000]), { value: 0.7 }]],
    },
    { name: "scaled", args: [a, b, row, { value: 0.3 }] },
    { name: "whole", args: [whole, whole, few, { value: 2 }] },
  ]),
  ...samplesFor(addcdiv, "torch.addcdiv", [
    {
      name: "plain",
      args: [a, row, b],
      accuracy: [(m) => [m.between([64, 1000]), m.between([64, 1000]), m.between([1000], 0.5, 2), { value: 0.7 }]],
    },
    { name: "scaled", args: [a, row, b, { value: -2 }] },
    { name: "whole by floating", args: [a, whole, b] },
    { name: "whole", args: [whole, whole, few], throws: "Integer division with addcdiv is no longer supported" },
  ]),
  ...samplesFor(lerp, "torch.lerp", [
    {
      name: "number",
      args: [a, b, 0.25],
      accuracy: [
        (m) => [m.between([100_000]), m.between([100_000]), 0.3],
        (m) => [m.between([100_000]), m.between([100_000]), m.between([100_000], 0, 1)],
      ],
    },
    { name: "from the other end", args: [a, b, 0.75] },
    { name: "tensor", args: [a, b, between([3, 5], 0, 1)] },
    { name: "scalar tensor", args: [a, row, between([], 0, 1)] },
    { name: "whole", args: [whole, whole, 0.5], throws: "not implemented for 'Long'" },
    { name: "dtypes", args: [row, normal([5], "float64"), 0.5], throws: "for `end` but got dtype double" },
  ]),
];
