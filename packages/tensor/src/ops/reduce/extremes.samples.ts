import { full, tensor } from "../../make/factories.ts";
import { booleans, integers, normal, over, type Sample, samplesFor, shared } from "../../sample.ts";
import { t } from "../shape/permute.ts";
import { all, amax, amin, any, argmax, argmin, max, min, sort } from "./extremes.ts";

const { x, cube, whole, flags } = shared({
  x: normal([4, 5]),
  cube: normal([2, 3, 4]),
  whole: integers([3, 4], 0, 3),
  flags: booleans([3, 4]),
});
const [special, ties] = [tensor([1, Number.NaN, 3]), tensor([2, 5, 5, 1])];
const { strided } = shared({ strided: t(normal([5, 4])) });
const keepdim = { keepdim: true };

export const samples: Sample[] = [
  ...Object.entries({ max, min }).flatMap(([name, op]) =>
    samplesFor(op as (...args: never[]) => unknown, `torch.${name}`, [
      {
        name: "all",
        args: [x] as never,
        accuracy: [(m) => [m.between([64, 1000]), 1] as never, (m) => [m.between([100_000])] as never],
      },
      { name: "last", args: [cube, -1] as never },
      { name: "first, kept", args: [cube, 0, keepdim] as never },
      { name: "strided", args: [strided, 1] as never },
      { name: "whole", args: [whole, 1] as never },
      { name: "NaN", args: [special] as never, isStep: true },
      { name: "NaN along", args: [special, 0] as never, isStep: true },
      { name: "ties", args: [ties] as never, isStep: true },
      { name: "many ties", args: [full([70], 2)] as never }, // too many for differences
      { name: "ties along", args: [ties, 0] as never, isStep: true },
      { name: "scalar along its dimension", args: [normal([]), 0] as never },
      { name: "bool", args: [flags, 1] as never },
      { name: "two tensors", args: [x, normal([5])] as never },
      { name: "nothing along another", args: [normal([2, 0]), 0] as never },
      {
        name: "empty",
        args: [normal([0])] as never,
        throws: "Expected reduction dim to be specified for input.numel() == 0",
      },
      {
        name: "empty along",
        args: [normal([2, 0]), 1] as never,
        throws: "Expected reduction dim 1 to have non-zero size",
      },
      { name: "out of range", args: [x, 2] as never, throws: "Dimension out of range" },
    ]),
  ),
  ...samplesFor(amax, "torch.amax", [
    { name: "all", args: [x], accuracy: [...over([-1, 1]), (m) => [m.between([64, 1000]), 1]] },
    { name: "two", args: [cube, [0, 2]] },
    { name: "whole", args: [whole, 1] },
    { name: "ties", args: [ties], isStep: true },
    { name: "NaN", args: [special], isStep: true },
    { name: "empty", args: [normal([2, 0])], throws: "Expected reduction dim to be specified for input.numel() == 0" },
    { name: "empty along", args: [normal([2, 0]), 1], throws: "Expected reduction dim 1 to have non-zero size" },
  ]),
  ...samplesFor(amin, "torch.amin", [
    { name: "one, kept", args: [cube, 1, keepdim], accuracy: [(m) => [m.between([64, 1000]), 1]] },
  ]),
  ...samplesFor(argmax, "torch.argmax", [
    { name: "all", args: [x] },
    { name: "one", args: [cube, 1] },
    { name: "ties", args: [ties] },
    { name: "kept", args: [cube, 2, keepdim] },
    { name: "NaN", args: [special] },
    { name: "all, kept", args: [x, null, keepdim] },
    { name: "scalar", args: [normal([])] },
    { name: "empty", args: [normal([2, 0])], throws: "Expected reduction dim to be specified for input.numel() == 0" },
    {
      name: "empty along",
      args: [normal([2, 0]), 1],
      throws: "argmax(): Expected reduction dim 1 to have non-zero size",
    },
    { name: "bool", args: [flags], throws: "does not support bool input" },
  ]),
  ...samplesFor(argmin, "torch.argmin", [
    { name: "all", args: [x] },
    { name: "whole", args: [whole, 0] },
  ]),
  ...samplesFor(any, "torch.any", [
    { name: "all", args: [flags] },
    { name: "rows", args: [flags, 1] },
    { name: "numbers", args: [whole, 0] },
    { name: "uint8", args: [integers([4], 0, 2, "uint8")] },
    { name: "nothing", args: [booleans([0])] },
    { name: "nothing along", args: [normal([3, 0]), 1] },
  ]),
  ...samplesFor(all, "torch.all", [
    { name: "all", args: [flags] },
    { name: "columns, kept", args: [flags, 0, keepdim] },
    { name: "empty", args: [booleans([0])] },
    { name: "nothing along", args: [normal([3, 0]), 1] },
  ]),
  ...samplesFor(sort, "torch.sort", [
    { name: "last", args: [x], accuracy: [(m) => [m.between([64, 1000]), 1]] },
    { name: "first", args: [x, 0] },
    { name: "whole", args: [whole, 1] },
    { name: "falling", args: [x, 1, { descending: true }] },
    { name: "ties and NaN", args: [tensor([2, Number.NaN, 1, 2, Number.NaN, 0])], isStep: true },
    { name: "ties, falling", args: [whole, 1, { descending: true }] },
    { name: "scalar", args: [normal([])] },
  ]),
];
