import { integers, normal, type Sample, samplesFor, shared } from "../../sample.ts";
import { t } from "./permute.ts";
import { asStrided, diagonal } from "./strided.ts";

const { x } = shared({ x: normal([2, 3, 4]) });

export const samples: Sample[] = [
  ...samplesFor(diagonal, "torch.diagonal", [
    { name: "main", args: [x] },
    { name: "above", args: [normal([3, 3]), 1] },
    { name: "below", args: [normal([3, 5]), -1] },
    { name: "outside", args: [normal([3, 3]), 7] },
    { name: "other dimensions", args: [x, 1, { dim1: 0, dim2: 2 }] },
    { name: "whole", args: [integers([3, 3], 0, 9)] },
    {
      name: "one dimension twice",
      args: [x, 0, { dim1: 1, dim2: 1 }],
      throws: "diagonal dimensions cannot be identical",
    },
  ]),
  ...samplesFor(asStrided, "torch.as_strided", [
    { name: "window", args: [normal([6]), [4, 3], [1, 1]], accuracy: [(m) => [m.between([1000]), [90, 100], [10, 1]]] },
    { name: "apart", args: [x, [2, 2], [1, 2], { storageOffset: 1 }] },
    { name: "of a transposed tensor", args: [t(normal([3, 4])), [2, 3], [1, 4]] },
    { name: "beyond", args: [x, [4, 2], [6, 4], { storageOffset: 2 }], throws: "out of bounds for storage of size" },
  ]),
];
