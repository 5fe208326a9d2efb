import { ValueError } from "@ag/tensor";
import { type LayerSample, layersFor, normal } from "../sample.ts";
import { Dropout } from "./dropout.ts";

const x = normal([4, 5]);

export const samples: LayerSample[] = layersFor(Dropout, "torch.nn.Dropout", { inplace: true }, [
  { name: "half", make: [], args: [x], steps: 2 },
  { name: "some", make: [0.3], args: [normal([3, 40])], steps: 2 },
  { name: "in place", make: [0.25, { inplace: true }], args: [x], steps: 2 },
  { name: "none", make: [0], args: [x] },
  { name: "all", make: [1], args: [x] },
  {
    name: "more than all",
    make: [1.5],
    throws: ValueError,
    says: "dropout probability has to be between 0 and 1, but got 1.5",
  },
  {
    name: "negative",
    make: [-0.5],
    throws: ValueError,
    says: "dropout probability has to be between 0 and 1, but got -0.5",
  },
]);
