import { ShapeError, ValueError } from "@ag/tensor";
import { type LayerSample, layersFor, normal } from "../sample.ts";
import { Linear } from "./linear.ts";

export const samples: LayerSample[] = layersFor(Linear, "torch.nn.Linear", { bias: true }, [
  { name: "rows", make: [5, 3], args: [normal([4, 5])] },
  { name: "one row", make: [5, 3], args: [normal([5])] },
  { name: "many dimensions", make: [2, 3], args: [normal([2, 3, 4, 2])] },
  { name: "without bias", make: [3, 2, { bias: false }], args: [normal([4, 3])] },
  { name: "no features", make: [0, 2], args: [normal([3, 0])] },
  {
    name: "other features",
    make: [4, 3],
    args: [normal([2, 5])],
    throws: ShapeError,
    says: "shapes cannot be multiplied",
  },
  {
    name: "fraction of a feature",
    make: [1.5, 1],
    throws: ValueError,
    says: "need int",
    onlyHere: true,
  },
  {
    name: "negative features",
    make: [1, -1],
    throws: ValueError,
    says: "need whole numbers of features",
    onlyHere: true,
  },
]);
