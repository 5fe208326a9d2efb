import { full, tensor } from "../../make/factories.ts";
import { integers, normal, over, type Sample, samplesFor, shared } from "../../sample.ts";
import { t } from "../shape/permute.ts";
import { norm, std, variance } from "./statistics.ts";

const { x, cube, whole, strided } = shared({
  x: normal([4, 5]),
  cube: normal([2, 3, 4]),
  whole: integers([3, 4], -9, 9),
  strided: t(normal([5, 4])),
});
const infinity = Number.POSITIVE_INFINITY;

export const samples: Sample[] = [
  ...Object.entries({ var: variance, std }).flatMap(([name, op]) =>
    samplesFor(op, `torch.${name}`, [
      {
        name: "all",
        args: [x],
        accuracy: [
          ...over([-1, 1], [100, 101], [10_000, 10_001]),
          (m) => [m.between([64, 1000]), 0],
          (m) => [m.between([64, 1000]), 1],
        ],
      },
      { name: "one, kept", args: [x, 1, { keepdim: true }] },
      { name: "two", args: [cube, [0, 2]] },
      { name: "strided", args: [strided, 0] },
      { name: "of the elements", args: [x, 0, { correction: 0 }] },
      { name: "equal elements", args: [tensor([3, 3, 3])], isStep: true },
      { name: "many equal elements", args: [full([70], 3)] }, // too many for differences
      { name: "of one", args: [normal([1])], isStep: true },
      { name: "float64", args: [normal([7], "float64")] },
      { name: "whole", args: [whole], throws: "std and var only support floating point and complex dtypes" },
    ]),
  ),
  ...samplesFor(norm, "lambda x, dim=None, p=2, keepdim=False: torch.norm(x, p, dim, keepdim)", [
    {
      name: "all",
      args: [x],
      accuracy: [
        ...over([-1, 1]),
        (m) => [m.between([64, 1000]), 0],
        (m) => [m.between([64, 1000]), 1],
        (m) => [m.between([64, 1000]), 1, { p: 0.5 }],
        (m) => [m.between([64, 1000]), 1, { p: 1 }],
        (m) => [m.between([64, 1000]), 1, { p: 1.5 }],
        (m) => [m.between([64, 1000]), 1, { p: 3 }],
        (m) => [m.between([64, 1000]), 1, { p: 4.5 }],
      ],
    },
    { name: "rows", args: [x, 1] },
    { name: "two", args: [cube, [0, 2]] },
    { name: "zeros", args: [tensor([0, 0])], isStep: true },
    { name: "sum of sizes", args: [x, 1, { p: 1 }] },
    { name: "largest", args: [x, 0, { p: infinity, keepdim: true }] },
    { name: "largest, ties", args: [tensor([1, -1, 0.5]), null, { p: infinity }], isStep: true },
    { name: "smallest", args: [x, 0, { p: -infinity }] },
    { name: "cubes", args: [x, 1, { p: 3 }] },
    { name: "between 1 and 2", args: [x, 1, { p: 1.5 }] },
    { name: "below 1", args: [x, 1, { p: 0.5 }] },
    { name: "not zero", args: [tensor([1, 0, -2]), null, { p: 0 }], isStep: true },
    { name: "of nothing", args: [normal([0])] },
    { name: "largest of nothing", args: [normal([0]), null, { p: infinity }], throws: "cannot compute the inf norm" },
    { name: "whole", args: [whole], throws: "Expected a floating point or complex tensor as input. Got Long" },
  ]),
];
