/** What can stand in a formula? Operations under PyTorch's names, of tensors, and where that has a meaning of numbers. */
import { DTypeError } from "../core/errors.ts";
import { type Operand, Tensor } from "../core/tensor.ts";
import { full } from "../make/factories.ts";
import { dot, matmul, outer } from "../ops/linalg/matmul.ts";
import { bmm, mm } from "../ops/linalg/mm.ts";
import { logSoftmax, softmax } from "../ops/nn/softmax.ts";
import { gelu, relu, silu, softplus } from "../ops/pointwise/activation.ts";
import { abs, add, div, mul, neg, reciprocal, sign, sub, where } from "../ops/pointwise/arithmetic.ts";
import { clamp, maximum, minimum } from "../ops/pointwise/bounds.ts";
import { lerp } from "../ops/pointwise/combine.ts";
import { floorDivide, fmod, remainder } from "../ops/pointwise/division.ts";
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
} from "../ops/pointwise/functions.ts";
import { pow, square } from "../ops/pointwise/power.ts";
import { amax, amin } from "../ops/reduce/extremes.ts";
import { norm, std, variance } from "../ops/reduce/statistics.ts";
import { cumsum, logsumexp, mean, prod, sum } from "../ops/reduce/sums.ts";
import { t } from "../ops/shape/permute.ts";

/** An operation, a function or a sign. */
export type Apply = (...args: readonly Operand[]) => Operand;

const isTensor = (x: Operand): x is Tensor => x instanceof Tensor;

/** Numbers alone are computed as float64 tensors are: with the same bits in every engine. */
const elementwise =
  (op: unknown): Apply =>
  (...args) => {
    if (args.some(isTensor)) return (op as Apply)(...args);
    const out = (op as Apply)(...args.map((x) => full([], Number(x), { dtype: "float64" })));
    return (out as Tensor).item();
  };

/** Whether a number is exact among bigints. */
const isWhole = (x: Operand): boolean => typeof x !== "number" || Number.isSafeInteger(x);

/** Numbers alone stay numbers, and whole beside a bigint. */
const arithmetic =
  (op: typeof mul, ofNumbers: <T extends number & bigint>(a: T, b: T) => unknown): Apply =>
  (a, b) => {
    if (isTensor(a!) || isTensor(b!)) return op(a!, b!);
    const isExact = (typeof a === "bigint" || typeof b === "bigint") && isWhole(a!) && isWhole(b!);
    const [x, y] = [a, b].map((value) => (isExact ? BigInt(value as bigint) : Number(value)));
    return ofNumbers(x as number & bigint, y as number & bigint) as Operand;
  };

export const signs: Readonly<Record<string, Apply>> = {
  "+": arithmetic(add as typeof mul, (a, b) => a + b),
  "-": arithmetic(sub as typeof mul, (a, b) => a - b),
  "*": arithmetic(mul, (a, b) => a * b),
  "/": (a, b) => (isTensor(a!) || isTensor(b!) ? div(a!, b!) : Number(a) / Number(b)),
  "//": elementwise(floorDivide),
  "%": elementwise(remainder),
  "@": matmul as Apply,
  "**": elementwise(pow),
};

/** With a sign before them, and nothing else. */
export const prefixes: Readonly<Record<string, Apply>> = {
  "-": (x) => (isTensor(x!) ? neg(x) : typeof x === "bigint" ? -x : -Number(x)),
  "+": (x) => {
    if (!isTensor(x!)) return typeof x === "bigint" ? x : Number(x);
    if (x.dtype === "bool")
      throw new DTypeError("expr: The `+` operator, on a bool tensor is not supported: need numbers. Use x.long().");
    return x;
  },
};

export const constants: ReadonlyMap<string, number> = /* @__PURE__ */ new Map([
  ["pi", Math.PI],
  ["e", Math.E],
  ["inf", Number.POSITIVE_INFINITY],
  ["nan", Number.NaN],
]);

/** Of each element: of numbers too. */
const ofElements = {
  abs,
  atan,
  ceil,
  cos,
  erf,
  exp,
  expm1,
  floor,
  fmod,
  gelu,
  log,
  log10,
  log1p,
  log2,
  maximum,
  minimum,
  pow,
  reciprocal,
  relu,
  remainder,
  round,
  rsqrt,
  sigmoid,
  sign,
  silu,
  sin,
  softplus,
  sqrt,
  square,
  tan,
  tanh,
  trunc,
};

/** Of whole tensors, or of several things at once. */
const ofTensors = {
  amax,
  amin,
  bmm,
  clamp: (x: Tensor, min: number, max: number) => clamp(x, { min, max }),
  cumsum,
  dot,
  lerp,
  logSoftmax,
  logsumexp,
  matmul,
  mean,
  mm,
  norm: (x: Tensor) => norm(x),
  outer,
  prod,
  softmax,
  std,
  sum,
  t,
  var: variance,
  where,
};

/** Called once, by the first formula with a function. */
export const functionsByName = (): ReadonlyMap<string, Apply> =>
  new Map([
    ...Object.entries(ofElements).map(([name, op]): [string, Apply] => [name, elementwise(op)]),
    ...Object.entries(ofTensors).map(([name, op]): [string, Apply] => [name, op as Apply]),
  ]);
