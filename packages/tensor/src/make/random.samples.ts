import type { Tensor } from "../core/tensor.ts";
import { bernoulli_, normal_, uniform_ } from "../ops/write/inplace.ts";
import { integers, normal, onResult, type Sample, samplesFor, shared } from "../sample.ts";
import { manualSeed } from "./generator.ts";
import { rand, randint, randLike, randn, randnLike, randperm } from "./random.ts";

const { x, long, double } = shared({ x: normal([3, 4]), long: normal([40]), double: normal([5], "float64") });

/** From a fixed seed, so that every call draws the same. */
const seeded =
  <P extends readonly unknown[]>(op: (...args: P) => Tensor) =>
  (...args: P): Tensor => {
    manualSeed(7);
    return op(...args);
  };
const inPython = (call: string): string => `lambda *args, **options: (torch.manual_seed(7), ${call})[1]`;
type Factory = (...args: readonly (number | readonly number[] | object)[]) => Tensor;

export const samples: Sample[] = [
  ...Object.entries({ rand, randn }).flatMap(([name, op]) =>
    samplesFor(
      seeded(op as Factory),
      inPython(`torch.${name}(*args, **options)`),
      [
        { name: "few", args: [2, 3] },
        { name: "many", args: [[5, 7]] },
        { name: "float64", args: [20, { dtype: "float64" }] },
        { name: "none", args: [0] },
      ],
      name,
    ),
  ),
  ...Object.entries({ rand_like: randLike, randn_like: randnLike }).flatMap(([name, op]) =>
    samplesFor(
      seeded(op),
      inPython(`torch.${name}(*args, **options)`),
      [
        { name: "few", args: [x] },
        { name: "many", args: [long] },
        { name: "float64", args: [double] },
        { name: "dtype", args: [x, { dtype: "float64" }] },
      ],
      name,
    ),
  ),
  ...samplesFor(
    seeded(randint),
    inPython("torch.randint(*args, **options)"),
    [
      { name: "few", args: [0, 9, [2, 3]] },
      { name: "negative", args: [-100, -50, [7]] },
      { name: "wide", args: [0, 2 ** 40, [4]] },
      { name: "float32", args: [3, 5, [4], { dtype: "float32" }] },
      { name: "empty range", args: [3, 3, [2]], throws: "random_ expects 'from' to be less than 'to'" },
    ],
    "randint",
  ),
  ...samplesFor(
    seeded(randperm),
    inPython("torch.randperm(*args, **options)"),
    [
      { name: "few", args: [5] },
      { name: "many", args: [100] },
      { name: "none", args: [0] },
    ],
    "randperm",
  ),
  ...samplesFor(
    seeded(onResult(uniform_)),
    inPython("(args[0] * 1).uniform_(*args[1:])"),
    [
      { name: "plain", args: [x] },
      { name: "range", args: [long, -2, 5] },
      { name: "float64", args: [double] },
      { name: "wrong order", args: [x, 2, 1], throws: "expects to return a [from, to) range, but found from=2 > to=1" },
    ],
    "uniform_",
  ),
  ...samplesFor(
    seeded(onResult(normal_)),
    inPython("(args[0] * 1).normal_(*args[1:])"),
    [
      { name: "few", args: [x] },
      { name: "many", args: [long, 3, 0.5] },
      { name: "float64", args: [double] },
      { name: "negative deviation", args: [x, 0, -1], throws: "normal expects std >= 0.0, but found std -1" },
      { name: "whole", args: [integers([3], 0, 9)], throws: "not implemented for 'Long'" },
    ],
    "normal_",
  ),
  ...samplesFor(
    seeded(onResult(bernoulli_)),
    inPython("(args[0] * 1).bernoulli_(*args[1:])"),
    [
      { name: "half", args: [x] },
      { name: "rare", args: [long, 0.1] },
      { name: "float64", args: [double, 0.7] },
      { name: "no probability", args: [x, 1.5], throws: "bernoulli_ expects p to be in [0, 1], but got p=1.5" },
    ],
    "bernoulli_",
  ),
];
