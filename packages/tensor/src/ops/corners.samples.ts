/** Derivatives where formulas bend or end, at what is not finite, and of operands that lie in another order than their gradient. */
import { withScope } from "../core/scope.ts";
import type { Tensor } from "../core/tensor.ts";
import { tensor } from "../make/factories.ts";
import { type Case, normal, positive, type Sample, samplesFor, shared } from "../sample.ts";
import { maskedFill } from "./index/mask.ts";
import { binaryCrossEntropy, binaryCrossEntropyWithLogits } from "./nn/binary-loss.ts";
import { huberLoss, l1Loss, mseLoss, smoothL1Loss } from "./nn/loss.ts";
import { logSoftmax, softmax } from "./nn/softmax.ts";
import { elu, gelu, leakyRelu, relu, silu, softplus } from "./pointwise/activation.ts";
import { abs, div, mul, reciprocal, rsub, sign, where } from "./pointwise/arithmetic.ts";
import { clamp, clampMax, clampMin, hardtanh, maximum, minimum, relu6 } from "./pointwise/bounds.ts";
import { fmod, remainder } from "./pointwise/division.ts";
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
} from "./pointwise/functions.ts";
import { pow } from "./pointwise/power.ts";
import { amax, amin, max, min } from "./reduce/extremes.ts";
import { norm, std, variance } from "./reduce/statistics.ts";
import { cumsum, logsumexp, prod } from "./reduce/sums.ts";
import { t } from "./shape/permute.ts";

const { NaN: nan, POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: minusInf } = Number;
const points: Tensor = tensor([0, -0, 1, -1, 3, -3, 6, 0.5, -0.5, 20, -20, 200, -200, nan, inf, minusInf]);
const { across, acrossPositive, y } = shared({
  across: t(normal([4, 3])),
  acrossPositive: t(positive([4, 3])),
  y: normal([3, 4]),
});
const [none, sum] = [{ reduction: "none" }, { reduction: "sum" }] as const;

const corner = <P extends readonly unknown[]>(name: string, ...args: P): Case<P> => ({ name, args, isCorner: true });

type Unary = (x: Tensor) => Tensor;
const unary: readonly [string, Unary][] = [
  ...Object.entries({ sqrt, rsqrt, exp, expm1, log, log2, log10, log1p, sin, cos, tan, tanh, sigmoid, atan, erf }).map(
    ([name, op]): [string, Unary] => [`torch.${name}`, op],
  ),
  ...Object.entries({ floor, ceil, round, trunc }).map(([name, op]): [string, Unary] => [`torch.${name}`, op]),
  ["torch.relu", relu],
  ["torch.abs", abs],
  ["torch.sign", sign],
  ["torch.reciprocal", reciprocal],
  ["torch.nn.functional.silu", silu],
  ["torch.nn.functional.gelu", gelu],
  ["torch.nn.functional.leaky_relu", leakyRelu],
  ["torch.nn.functional.elu", elu],
  ["torch.nn.functional.softplus", softplus],
  ["torch.nn.functional.hardtanh", hardtanh],
  ["torch.nn.functional.relu6", relu6],
];

const pairs = (op: string): Case<[Tensor, Tensor]>[] => {
  const [a, b]: [Tensor, Tensor] = [
    tensor([0, -0, 1, -1, nan, inf, inf, minusInf, 0, 3]),
    tensor([0, 0, 1, -1, 1, inf, 0, 1, nan, -3]),
  ];
  return [corner(`${op} at ties and ends`, a, b), corner(`${op} of another order`, across, y)];
};

export const samples: Sample[] = [
  ...unary.flatMap(([torch, op]) =>
    samplesFor(op, torch, [
      corner("at corners", points),
      corner("of another order", torch.includes("log") || torch.includes("sqrt") ? acrossPositive : across),
    ]),
  ),
  ...samplesFor(leakyRelu, "torch.nn.functional.leaky_relu", [
    corner("at corners, slope of 0", points, { negativeSlope: 0 }),
    corner("at corners, negative slope", points, { negativeSlope: -1 }),
  ]),
  ...samplesFor(elu, "torch.nn.functional.elu", [corner("at corners, alpha", points, { alpha: 0.5 })]),
  ...samplesFor(softplus, "torch.nn.functional.softplus", [
    corner("at corners, threshold", points, { beta: 2, threshold: 6 }),
    corner("of another order, threshold", across, { beta: 2, threshold: 1 }),
  ]),
  ...samplesFor(gelu, "torch.nn.functional.gelu", [
    corner("at corners, approximate", points, { approximate: "tanh" }),
    corner("of another order, approximate", across, { approximate: "tanh" }),
  ]),
  ...(
    [
      ["elu_", elu],
      ["leaky_relu_", leakyRelu],
      ["hardtanh_", hardtanh],
      ["relu_", relu],
    ] as const
  ).flatMap(([name, op]) =>
    samplesFor(
      (x: Tensor) => op.inPlace(mul(x, 1)),
      `lambda x: torch.nn.functional.${name}(x * 1)`,
      [corner("at corners", points), { name: "of another order", args: [across] }],
      name,
    ),
  ),
  ...samplesFor(pow, "torch.pow", [
    ...[0, 0.5, 1, 1.5, 2, 3, 4, -0.5, -1, -2].flatMap((exponent) => [
      corner(`to ${exponent} at corners`, points, exponent),
      corner(`to ${exponent} of another order`, acrossPositive, exponent),
    ]),
    ...pairs("tensors"),
    corner("zeros to powers", tensor([0, 0, 0, -0, 0, 0, 0, 0, 0]), tensor([0, 1, 2, 3, 0.5, -1, nan, inf, minusInf])),
    corner("0 to powers", 0, tensor([0, 1, 2, 0.5, -1, nan, inf, minusInf])),
    corner("1 to powers", 1, tensor([0, 1, 2, 0.5, -1, nan, inf, minusInf])),
    corner("a negative number to powers", -2, tensor([0, 1, 2, 0.5, -1, nan])),
    corner("tensors of another order, whole", acrossPositive, tensor([1, 2, 0, -1])),
  ]),
  ...samplesFor(maximum, "torch.maximum", pairs("maximum")),
  ...samplesFor(minimum, "torch.minimum", pairs("minimum")),
  ...samplesFor(fmod, "torch.fmod", pairs("fmod")),
  ...samplesFor(remainder, "torch.remainder", pairs("remainder")),
  ...samplesFor(mul, "torch.mul", pairs("mul")),
  ...samplesFor(div, "torch.div", [
    ...pairs("div"),
    corner("floor of another order", across, y, { roundingMode: "floor" }),
    corner("trunc of another order", across, y, { roundingMode: "trunc" }),
    corner("floor, of a number", across, 0.3, { roundingMode: "floor" }),
  ]),
  ...samplesFor(clamp, "torch.clamp", [
    corner("at corners", points, { min: -1, max: 3 }),
    corner("of another order", across, { min: -1, max: 0.5 }),
  ]),
  ...samplesFor(clampMin, "torch.clamp_min", [corner("at corners", points, 0), corner("of another order", across, 0)]),
  ...samplesFor(clampMax, "torch.clamp_max", [corner("at corners", points, 0), corner("of another order", across, 0)]),
  ...samplesFor(where, "torch.where", [corner("of another order", tensor([true, false, true, true]), across, y)]),
  ...samplesFor(maskedFill, "torch.masked_fill", [
    corner("of another order", across, tensor([true, false, true, true]), 0),
  ]),
  ...[
    { op: amax, torch: "torch.amax" },
    { op: amin, torch: "torch.amin" },
  ].flatMap(({ op, torch }) =>
    samplesFor(op, torch, [
      corner(
        "at ties",
        tensor([
          [1, 2, 2],
          [0, -0, 0],
          [nan, 1, nan],
          [inf, inf, 1],
        ]),
        1,
      ),
      corner("of another order", across, 1),
    ]),
  ),
  ...[
    { op: max, torch: "torch.max" },
    { op: min, torch: "torch.min" },
  ].flatMap(({ op, torch }) =>
    samplesFor(op as (...args: never[]) => unknown, torch, [
      corner("at ties", tensor([1, 2, 2, 1])),
      corner(
        "at ties, along",
        tensor([
          [1, 2, 2],
          [0, -0, 0],
        ]),
        1,
      ),
      corner("not a number", tensor([1, nan, 2, nan])),
      corner("of another order", across),
      corner("of another order, along", across, 1),
    ] as never),
  ),
  ...samplesFor(norm, "lambda x, dim=None, p=2, keepdim=False: torch.norm(x, p, dim, keepdim)", [
    corner("at zeros", tensor([0, 0, 0])),
    corner(
      "zeros along",
      tensor([
        [0, 0, 0],
        [3, 0, 4],
      ]),
      1,
    ),
    ...[0, 0.5, 1, 2, 3, inf, minusInf].flatMap((p) => [
      corner(`with 0, p = ${p}`, tensor([0, 1, -2, 2]), null, { p }),
      corner(`zeros, p = ${p}`, tensor([0, -0, 0]), null, { p }),
      corner(`of another order, p = ${p}`, across, 0, { p }),
    ]),
    corner("at infinity", tensor([inf, 1, -2])),
    corner("not a number", tensor([nan, 1, -2])),
  ]),
  ...samplesFor(std, "torch.std", [
    corner("of equal elements", tensor([2, 2, 2])),
    corner("of another order", across, 0),
  ]),
  ...samplesFor(variance, "torch.var", [
    corner("of equal elements", tensor([2, 2, 2])),
    corner("of another order", across, 0),
  ]),
  ...samplesFor(logsumexp, "torch.logsumexp", [
    corner(
      "at infinity",
      tensor([
        [inf, 1, 2],
        [minusInf, 1, 2],
        [minusInf, minusInf, minusInf],
        [inf, inf, 1],
      ]),
      1,
    ),
    corner("of another order", across, 1),
  ]),
  ...samplesFor(softmax, "torch.softmax", [
    corner(
      "at infinity",
      tensor([
        [minusInf, 1, 2],
        [minusInf, minusInf, 0],
      ]),
      1,
    ),
    corner("of another order", across, 1),
  ]),
  ...samplesFor(logSoftmax, "torch.log_softmax", [
    corner(
      "at infinity",
      tensor([
        [minusInf, 1, 2],
        [minusInf, minusInf, 0],
      ]),
      1,
    ),
    corner("of another order", across, 1),
  ]),
  ...samplesFor(cumsum, "torch.cumsum", [
    corner("at infinity", tensor([1, inf, 2]), 0),
    corner("of another order", across, 0),
  ]),
  ...samplesFor(prod, "torch.prod", [
    corner("two zeros and an infinity", tensor([0, 0, inf, 2])),
    corner(
      "two zeros and an infinity, along",
      tensor([
        [0, 0, inf, 2],
        [1, 2, 3, 0],
      ]),
      1,
    ),
    corner("one zero and an infinity", tensor([0, inf, 2])),
    corner("of another order", across),
    corner("of another order, along", across, 0),
  ]),
  ...[
    { op: mseLoss, torch: "mse_loss" },
    { op: l1Loss, torch: "l1_loss" },
    { op: smoothL1Loss, torch: "smooth_l1_loss" },
    { op: huberLoss, torch: "huber_loss" },
  ].flatMap(({ op, torch }) =>
    samplesFor(op, `torch.nn.functional.${torch}`, [
      corner("at the bend", tensor([0, 1, -1, 2, nan, inf]), tensor([0, 0, 0, 0, 0, 0]), none),
      corner("at the bend, mean", tensor([0, 1, -1, 2]), tensor([0, 0, 0, 0])),
      corner("both across", across, t(normal([4, 3]))),
      corner("across", across, y, none),
      corner("target across", y, across, sum),
    ]),
  ),
  ...samplesFor(smoothL1Loss, "torch.nn.functional.smooth_l1_loss", [
    corner("at beta", tensor([0.5, -0.5, 1, 0]), tensor([0, 0, 0, 0]), { beta: 0.5, reduction: "none" }),
  ]),
  ...samplesFor(huberLoss, "torch.nn.functional.huber_loss", [
    corner("at delta", tensor([0.5, -0.5, 1, 0]), tensor([0, 0, 0, 0]), { delta: 0.5, reduction: "none" }),
  ]),
  ...samplesFor(binaryCrossEntropyWithLogits, "torch.nn.functional.binary_cross_entropy_with_logits", [
    corner(
      "at ends",
      tensor([0, 100, -100, inf, minusInf, inf, minusInf, nan]),
      tensor([0, 1, 0, 1, 0, 0, 1, 0.5]),
      none,
    ),
    corner("across", across, y, none),
  ]),
  ...samplesFor(binaryCrossEntropy, "torch.nn.functional.binary_cross_entropy", [
    corner("at ends", tensor([0, 0, 1, 1, 0.5]), tensor([1, 0, 1, 0, 0.5]), none),
    corner("at ends, mean", tensor([0, 0, 1, 1, 0.5]), tensor([1, 0, 1, 0, 0.5])),
  ]),
  ...samplesFor(
    (p: Tensor) => withScope(() => binaryCrossEntropy(p, rsub(p.detach(), 1), none)),
    "lambda p: torch.nn.functional.binary_cross_entropy(p, 1 - p.detach(), reduction='none')",
    [corner("at ends, of constants", tensor([0, 0, 1, 1, 0.5]))],
    "binary_cross_entropy",
  ),
];
