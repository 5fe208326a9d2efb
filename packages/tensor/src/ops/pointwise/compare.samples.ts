import { tensor } from "../../make/factories.ts";
import { booleans, integers, normal, type Sample, samplesFor, shared } from "../../sample.ts";
import {
  allclose,
  eq,
  equal,
  ge,
  gt,
  isclose,
  isfinite,
  isinf,
  isnan,
  le,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  lt,
  ne,
} from "./compare.ts";

const { a, b } = shared({ a: integers([3, 5], 0, 3), b: integers([3, 5], 0, 3) });
const { x, y, flags } = shared({ x: normal([3, 5]), y: normal([5]), flags: booleans([3, 5]) });
const special = tensor([1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]);
const near = tensor([1, 1.000001, 2, Number.NaN, Number.POSITIVE_INFINITY]);
const other = tensor([1, 1, 2.1, Number.NaN, Number.POSITIVE_INFINITY]);

const comparisons = { eq, ne, lt, le, gt, ge };

export const samples: Sample[] = [
  ...Object.entries(comparisons).flatMap(([name, op]) =>
    samplesFor(op, `torch.${name}`, [
      { name: "whole", args: [a, b] },
      { name: "broadcast", args: [x, y] },
      { name: "number", args: [a, 1] },
      { name: "special", args: [special, special] },
      { name: "dtypes meet", args: [a, normal([5], "float64")] },
      { name: "bools", args: [flags, booleans([5])] },
    ]),
  ),
  ...samplesFor(logicalAnd, "torch.logical_and", [
    { name: "numbers", args: [a, b] },
    { name: "special", args: [special, special] },
  ]),
  ...samplesFor(logicalOr, "torch.logical_or", [{ name: "numbers", args: [a, b] }]),
  ...samplesFor(logicalXor, "torch.logical_xor", [{ name: "bools", args: [flags, booleans([3, 5])] }]),
  ...samplesFor(logicalNot, "torch.logical_not", [
    { name: "bools", args: [flags] },
    { name: "numbers", args: [a] },
  ]),
  ...samplesFor(isnan, "torch.isnan", [
    { name: "special", args: [special] },
    { name: "whole", args: [a] },
  ]),
  ...samplesFor(isinf, "torch.isinf", [
    { name: "special", args: [special] },
    { name: "whole", args: [a] },
  ]),
  ...samplesFor(isfinite, "torch.isfinite", [{ name: "special", args: [special] }]),
  ...samplesFor(isclose, "torch.isclose", [
    { name: "special", args: [near, other] },
    { name: "NaN counts", args: [near, other, { equalNan: true }] },
    { name: "almost", args: [tensor([1.00005, 1e-7]), tensor([1, 0])] },
    { name: "tolerances", args: [near, other, { rtol: 0, atol: 0.2 }] },
    { name: "whole", args: [a, b] },
    { name: "whole, within a share", args: [a, b, { rtol: 0.6 }] },
    { name: "bools", args: [flags, booleans([5])] },
    { name: "negative", args: [x, x, { rtol: -1 }], throws: "rtol must be greater than or equal to zero" },
  ]),
  ...samplesFor(allclose, "torch.allclose", [
    { name: "no", args: [near, other] },
    { name: "yes", args: [near, other, { rtol: 0.1, equalNan: true }] },
    { name: "dtypes", args: [near, integers([5], 0, 3)], throws: "Float did not match Long" },
  ]),
  ...samplesFor(equal, "torch.equal", [
    { name: "yes", args: [a, a] },
    { name: "no", args: [a, b] },
    { name: "shapes", args: [x, y] },
    { name: "sizes", args: [y, normal([4])] },
    { name: "NaN", args: [special, special] },
    { name: "dtypes", args: [tensor([1, 2]), tensor([1n, 2n])] },
  ]),
];
