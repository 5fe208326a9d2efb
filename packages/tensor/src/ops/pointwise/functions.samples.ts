import { tensor } from "../../make/factories.ts";
import { between, booleans, integers, normal, over, positive, type Sample, samplesFor, shared } from "../../sample.ts";
import { t } from "../shape/permute.ts";
import {
  atan,
  ceil,
  cos,
  erf,
  exp,
  expm1,
  floor,
  log,
  log1p,
  log2,
  log10,
  round,
  rsqrt,
  sigmoid,
  sin,
  sqrt,
  tan,
  tanh,
  trunc,
} from "./functions.ts";

const { x, strided, whole } = shared({ x: normal([3, 5]), strided: t(normal([4, 3])), whole: integers([4], 1, 5) });
const { p, double } = shared({ p: positive([3, 5]), double: positive([7], "float64") });
const special = tensor([0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 1e-30, 1e30]);
const { flags } = shared({ flags: booleans([3]) });
const everywhere = { exp, expm1, sin, cos, tan, atan, tanh, sigmoid, erf };
const above = { log, log1p, log2, log10, sqrt, rsqrt };
const steps = { floor, ceil, round, trunc };

/** Where errors are measured. */
const measured = {
  exp: over([-10, 10], [-80, 80], [-80, -20], [-0.001, 0.001]),
  expm1: over([-20, 20], [-1, 1], [-0.001, 0.001]),
  log: over([0.001, 10], [0.9, 1.1], [1, 1e30], [1e-44, 1e-38]),
  log1p: over([-0.9, 10], [-0.001, 0.001], [0, 1e30]),
  log2: over([0.001, 10], [0.9, 1.1], [1, 1e30]),
  log10: over([0.001, 10], [0.9, 1.1], [1, 1e30]),
  sqrt: over([0.001, 100]),
  rsqrt: over([0.001, 100], [1, 100]),
  sin: over([-10, 10], [-0.001, 0.001], [-100_000, 100_000], [-1e30, 1e30]),
  cos: over([-10, 10], [1.5, 1.6], [-100_000, 100_000], [-1e30, 1e30]),
  tan: over([-1.5, 1.5], [-0.001, 0.001], [-100_000, 100_000]),
  atan: over([-5, 5], [-0.001, 0.001], [-100_000, 100_000]),
  tanh: over([-10, 10], [-0.001, 0.001]),
  sigmoid: over([-10, 10], [-80, -20], [10, 80]),
  erf: over([-4, 4], [-0.001, 0.001], [3, 10]),
};

export const samples: Sample[] = [
  ...Object.entries(everywhere).flatMap(([name, op]) =>
    samplesFor(op, `torch.${name}`, [
      { name: "matrix", args: [x], accuracy: measured[name as keyof typeof measured] },
      { name: "strided", args: [strided] },
      { name: "float64", args: [double] },
      { name: "whole", args: [whole] },
      { name: "bool", args: [flags] },
      { name: "scalar", args: [normal([])] },
      { name: "empty", args: [normal([0, 2])] },
      { name: "special", args: [special], isStep: true },
    ]),
  ),
  ...Object.entries(above).flatMap(([name, op]) =>
    samplesFor(op, `torch.${name}`, [
      { name: "matrix", args: [p], accuracy: measured[name as keyof typeof measured] },
      { name: "float64", args: [double] },
      { name: "whole", args: [whole] },
      { name: "special", args: [special], isStep: true },
    ]),
  ),
  ...Object.entries(steps).flatMap(([name, op]) =>
    samplesFor(op, `torch.${name}`, [
      { name: "matrix", args: [between([3, 5], -3, 3)] },
      { name: "bool", args: [flags], throws: "not implemented for 'Bool'" },
      { name: "halves", args: [tensor([0.5, 1.5, -0.5, -1.5, 2.5])], isStep: true },
      { name: "whole", args: [whole] },
      { name: "special", args: [special], isStep: true },
    ]),
  ),
];
