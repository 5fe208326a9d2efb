import { integers, normal, type Sample, samplesFor, shared } from "../../sample.ts";
import { t } from "./permute.ts";
import { pad, repeat, roll, tile } from "./repeat.ts";

const { x } = shared({ x: normal([2, 3, 4]) });

export const samples: Sample[] = [
  ...samplesFor(repeat, "torch.Tensor.repeat", [
    { name: "plain", args: [normal([2, 3]), 2, 3] },
    { name: "new dimension", args: [t(normal([3, 2])), [2, 1, 3]] },
    { name: "none", args: [normal([2]), 0] },
    { name: "scalar", args: [normal([]), 3] },
    { name: "whole", args: [integers([2], 0, 9), 2] },
    {
      name: "fewer",
      args: [x, 2, 3],
      throws: "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor",
    },
  ]),
  ...samplesFor(tile, "torch.Tensor.tile", [
    { name: "fewer", args: [x, 2], accuracy: [(m) => [m.between([1000]), [64, 2]]] },
    { name: "more", args: [normal([2]), 2, 2] },
  ]),
  ...samplesFor(roll, "torch.roll", [
    { name: "flat", args: [x, 5] },
    { name: "flat, transposed", args: [t(normal([2, 3])), -1] },
    { name: "one", args: [x, 1, 0] },
    { name: "several", args: [x, [1, -2], [0, 2]] },
    { name: "uneven", args: [x, [1, 2], [0]], throws: "shifts and dimensions must align" },
  ]),
  ...samplesFor(pad, "torch.nn.functional.pad", [
    { name: "last", args: [x, [1, 2]] },
    { name: "two dimensions", args: [x, [1, 0, 0, 2], { value: 1.5 }] },
    { name: "cut off", args: [x, [-1, 2, 1, -2]] },
    { name: "odd", args: [x, [1]], throws: "Padding length must be divisible by 2" },
    { name: "too much cut off", args: [x, [-3, -2]], throws: "resulted in a negative output size", onlyHere: true },
  ]),
];
