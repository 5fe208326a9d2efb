import { tensor } from "../factories.ts";
import { integers, normal, positive, type Sample, samplesFor } from "../sample.ts";
import { pow } from "./power.ts";

const [x, p, whole] = [normal([3, 5]), positive([3, 5]), integers([5], -3, 4)];

export const samples: Sample[] = samplesFor(pow, "torch.pow", [
  ...[0, 1, 2, 3, 4].map((exponent) => ({ name: `to ${exponent}`, args: [x, exponent] as [typeof x, number] })),
  ...[0.5, -0.5, -1, -2, 2.7, -1.3].map((exponent) => ({
    name: `to ${exponent}`,
    args: [p, exponent] as [typeof x, number],
  })),
  { name: "tensors", args: [p, normal([5])] },
  { name: "float64", args: [positive([4], "float64"), normal([4], "float64")] },
  { name: "of a number", args: [2.5, x] },
  { name: "of 2", args: [2, x] },
  { name: "whole", args: [whole, 3] },
  { name: "whole tensors", args: [whole, integers([5], 0, 5)] },
  { name: "whole to a fraction", args: [integers([4], 1, 5), 0.5] },
  {
    name: "special",
    args: [tensor([-2, -2, 0, 0, Number.NaN, 1, -1]), tensor([3, 0.5, 0, -1, 0, Number.NaN, Number.POSITIVE_INFINITY])],
    isStep: true,
  },
  { name: "whole to a negative", args: [whole, -1], throws: "Integers to negative integer powers are not allowed" },
]);
