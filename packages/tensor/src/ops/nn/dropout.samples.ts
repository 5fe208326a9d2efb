import type { Tensor } from "../../core/tensor.ts";
import { manualSeed } from "../../make/generator.ts";
import { integers, normal, type Sample, samplesFor } from "../../sample.ts";
import { t } from "../shape/permute.ts";
import { type DropoutOptions, dropout } from "./dropout.ts";

/** From a fixed seed, so that every call leaves out the same. */
const seeded = (x: Tensor, p: number, options?: DropoutOptions): Tensor => {
  manualSeed(7);
  return dropout(x, p, options);
};

export const samples: Sample[] = samplesFor(
  seeded,
  "lambda x, p, **o: (torch.manual_seed(7), torch.nn.functional.dropout(x, p, **o))[1]",
  [
    { name: "half", args: [normal([5, 7]), 0.5] },
    { name: "a third", args: [normal([4, 4]), 0.3] },
    { name: "transposed", args: [t(normal([3, 5])), 0.5] },
    { name: "all", args: [normal([3]), 1] },
    { name: "float64", args: [normal([9], "float64"), 0.25] },
    {
      name: "below 0",
      args: [normal([3]), -0.1],
      throws: "dropout probability has to be between 0 and 1, but got -0.1",
    },
    {
      name: "whole",
      args: [integers([3], 0, 9), 0.5],
      throws: "result type Float can't be cast to the desired output type",
    },
  ],
  "dropout",
);
