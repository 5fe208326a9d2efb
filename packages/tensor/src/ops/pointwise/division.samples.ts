import type { Tensor } from "../../core/tensor.ts";
import { tensor } from "../../make/factories.ts";
import { between, booleans, integers, normal, positive, type Sample, samplesFor, shared } from "../../sample.ts";
import { t } from "../shape/permute.ts";
import { floorDivide, fmod, remainder } from "./division.ts";

const { whole, few } = shared({ whole: integers([3, 5], -9, 9), few: integers([5], 1, 4) });
const [infinity, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
const special: [Tensor, Tensor] = [
  tensor([5, -5, 5, -0, 0, infinity, 3, -3, 1e30, 1, nan, 1e-40, -6, 0.3, 3e38, -1e20]),
  tensor([infinity, infinity, -infinity, 3, -3, 2, nan, 0, 3, 0, 1, 3e-41, 3, 0.1, 2.9e38, 7e-3]),
];
const { far, near } = shared({ far: between([50], -1e9, 1e9, "float64"), near: between([50], -3, 3, "float64") });

export const samples: Sample[] = [
  ...Object.entries({ remainder, fmod }).flatMap(([name, op]) =>
    samplesFor(op, `torch.${name}`, [
      {
        name: "floating",
        args: [between([3, 5], -3, 3), positive([5])],
        accuracy: [
          (m) => [m.between([100_000], -100, 100), 0.7],
          (m) => [m.between([100_000], -100, 100), m.between([100_000], 0.5, 2)],
        ],
      },
      { name: "negative", args: [t(between([5, 3], -3, 3)), between([5], -2, -1)] },
      { name: "number", args: [between([3, 5], -3, 3), -0.7] },
      { name: "large quotients", args: [far, near], isStep: true },
      { name: "special", args: special, isStep: true },
      { name: "whole", args: [whole, few] },
      { name: "whole, negative", args: [whole, -4] },
      { name: "whole by a fraction", args: [whole, 2.5] },
      { name: "uint8", args: [integers([6], 0, 256, "uint8"), integers([6], 1, 9, "uint8")] },
      { name: "whole by 0", args: [whole, 0], throws: "ZeroDivisionError" },
      { name: "whole by zeros", args: [whole, integers([5], 0, 1)], throws: "ZeroDivisionError" },
      { name: "bools", args: [booleans([3]), booleans([3])], throws: "not implemented for 'Bool'" },
    ]),
  ),
  ...samplesFor(floorDivide, "torch.floor_divide", [
    { name: "floating", args: [normal([3, 5]), positive([5])], isStep: true },
    { name: "number", args: [normal([3, 5]), -0.3], isStep: true },
    { name: "large quotients", args: [far, near], isStep: true },
    { name: "special", args: special, isStep: true },
    { name: "whole", args: [whole, few] },
    { name: "whole, negative", args: [whole, -4] },
    { name: "whole by a fraction", args: [whole, 2.5] },
    { name: "whole by 0", args: [whole, 0], throws: "ZeroDivisionError" },
  ]),
];
