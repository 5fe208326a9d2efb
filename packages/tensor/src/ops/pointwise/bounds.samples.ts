import { full, tensor } from "../../make/factories.ts";
import { between, booleans, integers, normal, over, positive, type Sample, samplesFor, shared } from "../../sample.ts";
import { t } from "../shape/permute.ts";
import { clamp, clampMax, clampMin, hardtanh, maximum, minimum, relu6 } from "./bounds.ts";

const { a, b, row, whole } = shared({
  a: normal([3, 5]),
  b: positive([3, 5]),
  row: normal([5]),
  whole: integers([3, 5], -9, 9),
});
const special = tensor([0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1]);
const edges = tensor([-1, 1, Number.NaN, 0.5, 2]);
const other = tensor([-0, 0, 1, Number.NaN, 2, Number.NaN]);

export const samples: Sample[] = [
  ...Object.entries({ maximum, minimum }).flatMap(([name, op]) =>
    samplesFor(op, `torch.${name}`, [
      { name: "same shape", args: [a, b], accuracy: [(m) => [m.between([64, 1000]), m.between([1000])]] },
      { name: "row", args: [a, row] },
      { name: "transposed", args: [t(normal([5, 3])), a] },
      { name: "ties", args: [a, a], isStep: true },
      { name: "many ties", args: [full([70], 2), full([70], 2)] }, // too many for differences
      { name: "special", args: [special, other], isStep: true },
      { name: "whole", args: [whole, integers([5], 1, 9, "int32")] },
      { name: "bools", args: [booleans([5]), booleans([5])] },
      { name: "float64", args: [normal([7], "float64"), normal([7], "float64")] },
    ]),
  ),
  ...samplesFor(clamp, "torch.clamp", [
    {
      name: "both",
      args: [a, { min: -0.5, max: 0.5 }],
      accuracy: [(m) => [m.between([100_000]), { min: -0.5, max: 0.7 }]],
    },
    { name: "least", args: [a, { min: 0 }] },
    { name: "most", args: [a, { max: 0.1 }] },
    { name: "bounds crossed", args: [a, { min: 1, max: -1 }], isStep: true },
    { name: "special", args: [special, { min: -1, max: 1 }], isStep: true },
    { name: "NaN as bound", args: [a, { min: Number.NaN, max: 1 }], isStep: true },
    { name: "whole", args: [whole, { min: -2, max: 3 }] },
    { name: "whole, fractions", args: [whole, { min: -0.5 }] },
    { name: "bool", args: [booleans([4]), { min: 0, max: 1 }] },
    { name: "no bound", args: [a, {}], throws: "At least one of 'min' or 'max' must not be None" },
  ]),
  ...samplesFor(clampMin, "torch.clamp_min", [
    { name: "matrix", args: [a, 0], accuracy: [(m) => [m.between([100_000]), -0.5]] },
    { name: "whole", args: [whole, 1] },
  ]),
  ...samplesFor(clampMax, "torch.clamp_max", [
    { name: "matrix", args: [a, 0.25], accuracy: [(m) => [m.between([100_000]), 0.7]] },
    { name: "whole, fraction", args: [whole, 1.5] },
  ]),
  ...samplesFor(hardtanh, "torch.nn.functional.hardtanh", [
    { name: "matrix", args: [a], accuracy: over([-10, 10]) },
    { name: "bounds", args: [a, { minVal: -0.3, maxVal: 0.4 }] },
    { name: "special", args: [edges], isStep: true },
    { name: "whole", args: [whole] },
    { name: "crossed", args: [a, { minVal: 1, maxVal: 0 }], throws: "min_val cannot be greater than max_val" },
  ]),
  ...samplesFor(relu6, "torch.nn.functional.relu6", [
    { name: "matrix", args: [between([3, 5], -2, 9)], accuracy: over([-10, 10]) },
  ]),
];
