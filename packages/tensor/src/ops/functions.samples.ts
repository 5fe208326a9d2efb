import { tensor } from "../factories.ts";
import { between, booleans, integers, normal, positive, type Sample, samplesFor, shared } from "../sample.ts";
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
import { t } from "./permute.ts";

const { x, strided, whole } = shared({ x: normal([3, 5]), strided: t(normal([4, 3])), whole: integers([4], 1, 5) });
const { p, double } = shared({ p: positive([3, 5]), double: positive([7], "float64") });
const special = tensor([0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 1e-30, 1e30]);
const { flags } = shared({ flags: booleans([3]) });
const everywhere = { exp, expm1, sin, cos, tan, atan, tanh, sigmoid, erf };
const above = { log, log1p, log2, log10, sqrt, rsqrt };
const steps = { floor, ceil, round, trunc };

export const samples: Sample[] = [
  ...Object.entries(everywhere).flatMap(([name, op]) =>
    samplesFor(op, `torch.${name}`, [
      { name: "matrix", args: [x] },
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
      { name: "matrix", args: [p] },
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
