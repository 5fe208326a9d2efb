import { tensor } from "../factories.ts";
import { booleans, integers, normal, type Sample, samplesFor } from "../sample.ts";
import { all, amax, amin, any, argmax, argmin, max, min, sort } from "./extremes.ts";
import { t } from "./permute.ts";

const [x, cube, whole, flags] = [normal([4, 5]), normal([2, 3, 4]), integers([3, 4], 0, 3), booleans([3, 4])];
const [special, strided, ties] = [tensor([1, Number.NaN, 3]), t(normal([5, 4])), tensor([2, 5, 5, 1])];
const keepdim = { keepdim: true };

export const samples: Sample[] = [
  ...Object.entries({ max, min }).flatMap(([name, op]) =>
    samplesFor(op as (...args: never[]) => unknown, `torch.${name}`, [
      { name: "all", args: [x] as never },
      { name: "last", args: [cube, -1] as never },
      { name: "first, kept", args: [cube, 0, keepdim] as never },
      { name: "strided", args: [strided, 1] as never },
      { name: "whole", args: [whole, 1] as never },
      { name: "NaN", args: [special] as never, isStep: true },
      { name: "NaN along", args: [special, 0] as never, isStep: true },
      { name: "empty", args: [normal([0])] as never, throws: "Expected reduction dim" },
    ]),
  ),
  ...samplesFor(amax, "torch.amax", [
    { name: "all", args: [x] },
    { name: "two", args: [cube, [0, 2]] },
    { name: "whole", args: [whole, 1] },
  ]),
  ...samplesFor(amin, "torch.amin", [{ name: "one, kept", args: [cube, 1, keepdim] }]),
  ...samplesFor(argmax, "torch.argmax", [
    { name: "all", args: [x] },
    { name: "one", args: [cube, 1] },
    { name: "ties", args: [ties] },
    { name: "kept", args: [cube, 2, keepdim] },
    { name: "NaN", args: [special] },
  ]),
  ...samplesFor(argmin, "torch.argmin", [
    { name: "all", args: [x] },
    { name: "whole", args: [whole, 0] },
  ]),
  ...samplesFor(any, "torch.any", [
    { name: "all", args: [flags] },
    { name: "rows", args: [flags, 1] },
    { name: "numbers", args: [whole, 0] },
  ]),
  ...samplesFor(all, "torch.all", [
    { name: "all", args: [flags] },
    { name: "columns, kept", args: [flags, 0, keepdim] },
    { name: "empty", args: [booleans([0])] },
  ]),
  ...samplesFor(sort, "torch.sort", [
    { name: "last", args: [x] },
    { name: "first", args: [x, 0] },
    { name: "whole", args: [whole, 1] },
  ]),
];
