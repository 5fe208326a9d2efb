import { tensor, zeros } from "../../make/factories.ts";
import { between, booleans, integers, normal, over, positive, type Sample, samplesFor, shared } from "../../sample.ts";
import { pow, square } from "./power.ts";

const { x, p, whole } = shared({ x: normal([3, 5]), p: positive([3, 5]), whole: integers([5], -3, 4) });

export const samples: Sample[] = [
  ...samplesFor(pow, "torch.pow", [
    ...[0, 1, 2, 3, 4].map((exponent) => ({ name: `to ${exponent}`, args: [x, exponent] as [typeof x, number] })),
    ...[0.5, -0.5, -1, -2, 2.7, -1.3].map((exponent) => ({
      name: `to ${exponent}`,
      args: [p, exponent] as [typeof x, number],
    })),
    {
      name: "tensors",
      args: [p, normal([5])],
      accuracy: [
        (m) => [m.between([100_000], 0.1, 5), 0.5],
        (m) => [m.between([100_000], 0.1, 5), -0.5],
        (m) => [m.between([100_000], 0.1, 5), -1],
        (m) => [m.between([100_000], 0.1, 5), 2],
        (m) => [m.between([100_000], 0.1, 5), -2],
        (m) => [m.between([100_000], 0.1, 5), 3],
        (m) => [m.between([100_000], 0.1, 5), 4],
        (m) => [m.between([100_000], 0.1, 5), 10],
        (m) => [m.between([100_000], 0.1, 5), -3],
        (m) => [m.between([100_000], 0.1, 5), 1.5],
        (m) => [m.between([100_000], 0.1, 5), 1 / 3],
        (m) => [m.between([100_000], 0.1, 5), -1.7],
        (m) => [m.between([100_000], 0.1, 5), 30.5],
        (m) => [m.between([100_000], -5, 5), 5],
        (m) => [m.between([100_000], 0.1, 5), m.between([100_000], -10, 10)],
        (m) => [m.between([100_000], 0.999, 1.001), m.between([100_000], -10_000, 10_000)],
        (m) => [2, m.between([100_000], -20, 20)],
        (m) => [0.3, m.between([100_000], -10, 10)],
      ],
    },
    { name: "float64", args: [positive([4], "float64"), normal([4], "float64")] },
    { name: "of a number", args: [2.5, x] },
    { name: "of 2", args: [2, x] },
    { name: "whole", args: [whole, 3] },
    { name: "whole tensors", args: [whole, integers([5], 0, 5)] },
    { name: "whole to a fraction", args: [integers([4], 1, 5), 0.5] },
    {
      name: "special",
      args: [
        tensor([-2, -2, 0, 0, Number.NaN, 1, -1]),
        tensor([3, 0.5, 0, -1, 0, Number.NaN, Number.POSITIVE_INFINITY]),
      ],
      isStep: true,
    },
    { name: "whole to a negative", args: [whole, -1], throws: "Integers to negative integer powers are not allowed" },
    { name: "whole to a large one", args: [whole, 101] },
    { name: "whole tensors, negative", args: [integers([40], -2, 3), integers([40], -3, 70)] },
    { name: "uint8", args: [integers([9], 0, 256, "uint8"), 3] },
    { name: "bool", args: [booleans([4]), 2] },
    { name: "bools", args: [booleans([4]), booleans([4])], throws: "not implemented for 'Bool'" },
    { name: "of a number, whole", args: [-2, integers([9], 0, 65)] },
    { name: "of a fraction, whole", args: [2.5, integers([5], 0, 5)] },
    { name: "of 0", args: [0, tensor([-1, 0, 1])], isStep: true },
    { name: "of a negative number", args: [-2, tensor([-1, 0, 1.5])], isStep: true },
    // too large for differences, which 0 has on one side only
    { name: "many zeros", args: [zeros(70), between([70], 1.5, 3)] },
    { name: "zeros", args: [tensor([0, -0, 0, -0]), tensor([-1, 1, 0, 3])], isStep: true },
    { name: "scalar tensor as exponent", args: [p, tensor(2)] },
  ]),
  ...samplesFor(square, "torch.square", [
    { name: "matrix", args: [x], accuracy: over([-10, 10]) },
    { name: "whole", args: [whole] },
    { name: "bool", args: [booleans([4])] },
  ]),
];
