/** Activations: what networks put between their layers. */

import { type Algebra, type Formula, formulas } from "@ag/kernels";
import { onlyFloating } from "../../arguments/accepts.ts";
import { aNumber, aTensor, oneOf } from "../../arguments/kinds.ts";
import { overloads, pointwise } from "../../core/define.ts";
import { DTypeError, GradError } from "../../core/errors.ts";
import type { PointwiseOp } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Unary } from "../../kinds/elementwise.ts";
import { type FunctionOnly, functionOnly } from "../../methods/as-method.ts";
import {
  eluBackward,
  eluBackwardOfResult,
  leakyBackward,
  softplusBackward,
  thresholdBackward,
} from "./activation-backward.ts";
import { add, mul, rsub } from "./arithmetic.ts";
import { erf, exp, sigmoid, tanh } from "./functions.ts";

/**
 * max(x, 0); NaN stays. Derivative: G where out > 0, else 0.
 *
 * ```ts doctest
 * relu(tensor([-1, 2])).tolist() // => [0, 2]
 * ```
 */
export const relu: Unary = pointwise({
  name: "relu",
  inputs: ["x"],
  takes: { x: aTensor },
  saves: { x: ["out"] },
  formula: (m, x) => m.max(x!, 0),
  accepts: (dtype) => {
    if (dtype === "bool")
      throw new DTypeError('relu: Boolean inputs not supported for relu: need numbers; got bool. Use x.to("float32").');
  },
  derivative: { x: (grad, { out }) => thresholdBackward(out, grad, 0) },
});

/** The options of {@link leakyRelu}. */
export interface LeakyReluOptions {
  /** Below 0; 0.01 unless given. */
  readonly negativeSlope?: number;
}

const leaky = <T, C>(m: Algebra<T, C>, ...[x, slope]: readonly T[]): T => m.select(m.lt(0, x!), x!, m.mul(x!, slope!));

const leakyPlain: PointwiseOp<[x: Tensor, slope: number]> = pointwise({
  name: "leakyRelu",
  inputs: ["x"],
  saves: { x: ["x"] },
  formula: leaky,
  parameters: (slope) => [slope],
  accepts: onlyFloating("leakyRelu", "leaky_relu_cpu"),
  derivative: { x: (grad, { x }, slope) => leakyBackward(x, grad, slope) },
});

/** In place the input is gone, but the result has its sign while the slope is not negative. */
const leakyWritten: PointwiseOp<[x: Tensor, slope: number]> = pointwise({
  name: "leakyRelu",
  node: "LeakyReluBackward1",
  inputs: ["x"],
  saves: { x: ["out"] },
  formula: leaky,
  parameters: (slope) => [slope],
  accepts: onlyFloating("leakyRelu", "leaky_relu_cpu"),
  derivative: {
    x: (grad, { out }, slope) => {
      refuseNegative("leakyRelu", slope);
      return leakyBackward(out, grad, slope);
    },
  },
});

function refuseNegative(op: string, slope: number): void {
  if (slope < 0)
    throw new GradError(
      `${op}_: In-place ${op === "elu" ? "elu" : "leakyReLu"} backward calculation is triggered with a negative slope which ` +
        `is not supported: need at least 0; got ${slope}. Use the form without underscore.`,
    );
}

/**
 * x above 0, `negativeSlope` · x below.
 *
 * Throws {@link DTypeError} for whole numbers.
 * Derivative: G or negativeSlope · G.
 *
 * ```ts doctest
 * leakyRelu(tensor([-1, 2]), { negativeSlope: 0.5 }).tolist() // => [-0.5, 2]
 * ```
 */
export const leakyRelu: FunctionOnly<Unary<[options?: LeakyReluOptions]>> = /* @__PURE__ */ functionOnly(
  overloads({
    name: "leakyRelu",
    takes: { x: aTensor, "options?": { negativeSlope: aNumber } },
    ops: [leakyPlain, leakyWritten],
    call: (x, { negativeSlope = 0.01 } = {}) => leakyPlain(x, negativeSlope),
    inPlace: (x: Tensor, { negativeSlope = 0.01 }: LeakyReluOptions = {}): Tensor =>
      leakyWritten.inPlace(x, negativeSlope),
  }),
);

const eluFormula = <T, C>(m: Algebra<T, C>, ...[x, alpha]: readonly T[]): T =>
  m.select(m.lt(x!, 0), m.mul(formulas.expm1(m, m.min(x!, 0)), alpha!), x!);

const eluPlain: PointwiseOp<[x: Tensor, alpha: number]> = pointwise({
  name: "elu",
  inputs: ["x"],
  saves: { x: ["x"] },
  formula: eluFormula,
  parameters: (alpha) => [alpha],
  accepts: onlyFloating("elu", "elu_cpu"),
  derivative: { x: (grad, { x }, alpha) => eluBackward(grad, x, alpha) },
});

const eluWritten: PointwiseOp<[x: Tensor, alpha: number]> = pointwise({
  name: "elu",
  node: "EluBackward1",
  inputs: ["x"],
  saves: { x: ["out"] },
  formula: eluFormula,
  parameters: (alpha) => [alpha],
  accepts: onlyFloating("elu", "elu_cpu"),
  derivative: {
    x: (grad, { out }, alpha) => {
      refuseNegative("elu", alpha);
      return eluBackwardOfResult(grad, out, alpha);
    },
  },
});

/** The options of {@link elu}. */
export interface EluOptions {
  /** −alpha is the limit far below 0; 1 unless given. */
  readonly alpha?: number;
}

/**
 * x from 0 on, alpha · (eˣ − 1) below.
 *
 * Throws {@link DTypeError} for whole numbers.
 * Derivative: G or G · alpha · eˣ.
 *
 * ```ts doctest
 * elu(tensor([0, 2])).tolist() // => [0, 2]
 * ```
 */
export const elu: FunctionOnly<Unary<[options?: EluOptions]>> = /* @__PURE__ */ functionOnly(
  overloads({
    name: "elu",
    takes: { x: aTensor, "options?": { alpha: aNumber } },
    ops: [eluPlain, eluWritten],
    call: (x, { alpha = 1 } = {}) => eluPlain(x, alpha),
    inPlace: (x: Tensor, { alpha = 1 }: EluOptions = {}): Tensor => eluWritten.inPlace(x, alpha),
  }),
);

const SQRT_HALF = Math.SQRT1_2;
const SQRT_TWO_OVER_PI = 0.7978845608028654;
const INVERSE_SQRT_TWO_PI = 0.3989422804014327;
const CUBIC = 0.044715;

const geluExact: Formula = <T, C>(m: Algebra<T, C>, ...[x]: readonly T[]): T =>
  m.mul(m.mul(x!, 0.5), m.add(formulas.erf(m, m.mul(x!, SQRT_HALF)), 1));
const geluTanh: Formula = <T, C>(m: Algebra<T, C>, ...[x]: readonly T[]): T => {
  const inner = m.mul(m.add(x!, m.mul(m.mul(m.mul(x!, x!), x!), CUBIC)), SQRT_TWO_OVER_PI);
  return m.mul(m.mul(x!, 0.5), m.add(formulas.tanh(m, inner), 1));
};

/** d gelu / d x, exact: Φ(x) + x · φ(x). */
function geluSlope(x: Tensor): Tensor {
  const cdf = mul(add(erf(mul(x, SQRT_HALF)), 1), 0.5);
  const pdf = mul(exp(mul(mul(x, x), -0.5)), INVERSE_SQRT_TWO_PI);
  return add(cdf, mul(x, pdf));
}

/** The same of the approximation by tanh. */
function geluTanhSlope(x: Tensor): Tensor {
  const square = mul(x, x);
  const t = tanh(mul(add(x, mul(mul(square, x), CUBIC)), SQRT_TWO_OVER_PI));
  const inner = mul(add(mul(square, 3 * CUBIC), 1), SQRT_TWO_OVER_PI);
  const rest = mul(mul(mul(x, rsub(mul(t, t), 1)), inner), 0.5);
  return add(mul(add(t, 1), 0.5), rest);
}

/** Both in one formula. */
const geluFused: Formula = <T, C>(m: Algebra<T, C>, ...[grad, x]: readonly T[]): T => {
  const cdf = m.mul(m.add(formulas.erf(m, m.mul(x!, SQRT_HALF)), 1), 0.5);
  const pdf = m.mul(formulas.exp(m, m.mul(m.mul(x!, x!), -0.5)), INVERSE_SQRT_TWO_PI);
  return m.mul(grad!, m.add(cdf, m.mul(x!, pdf)));
};
const geluTanhFused: Formula = <T, C>(m: Algebra<T, C>, ...[grad, x]: readonly T[]): T => {
  const square = m.mul(x!, x!);
  const t = formulas.tanh(m, m.mul(m.add(x!, m.mul(m.mul(square, x!), CUBIC)), SQRT_TWO_OVER_PI));
  const inner = m.mul(m.add(m.mul(square, 3 * CUBIC), 1), SQRT_TWO_OVER_PI);
  const rest = m.mul(m.mul(m.mul(x!, m.sub(1, m.mul(t, t))), inner), 0.5);
  return m.mul(grad!, m.add(m.mul(m.add(t, 1), 0.5), rest));
};

/** The options of {@link gelu}. */
export interface GeluOptions {
  /** "none" unless given. */
  readonly approximate?: "none" | "tanh";
}

const isApproximate = ({ approximate }: GeluOptions = {}): boolean => approximate === "tanh";

/**
 * x · Φ(x), with the distribution function of the normal distribution, or its approximation by tanh
 * (Hendrycks & Gimpel 2016). Derivative: G · (Φ(x) + x · φ(x)).
 *
 * ```ts doctest
 * gelu(tensor([0])).tolist() // => [0]
 * ```
 */
export const gelu: FunctionOnly<Unary<[options?: GeluOptions]>> = /* @__PURE__ */ functionOnly(
  pointwise({
    name: "gelu",
    inputs: ["x"],
    takes: {
      x: aTensor,
      "options?": {
        approximate: { ...oneOf("none", "tanh"), hint: () => "approximate argument must be either none or tanh." },
      },
    },
    saves: { x: ["x"] },
    formulaFor: (options) => (isApproximate(options) ? geluTanh : geluExact),
    accepts: onlyFloating("gelu", "GeluKernelImpl"),
    derivative: {
      x: (grad, { x }, options) => mul(grad, isApproximate(options) ? geluTanhSlope(x) : geluSlope(x)),
    },
    fused: { x: { formulaFor: (options) => (isApproximate(options) ? geluTanhFused : geluFused) } },
  }),
);

/**
 * x · sigmoid(x). Derivative: G · σ(x) · (1 + x · (1 − σ(x))).
 *
 * ```ts doctest
 * silu(tensor([0])).tolist() // => [0]
 * ```
 */
export const silu: FunctionOnly<Unary> = /* @__PURE__ */ functionOnly(
  pointwise({
    name: "silu",
    inputs: ["x"],
    takes: { x: aTensor },
    saves: { x: ["x"] },
    formula: (m, x) => m.mul(x!, formulas.sigmoid(m, x!)),
    accepts: onlyFloating("silu", "silu_cpu"),
    derivative: {
      x: (grad, { x }) => {
        const s = sigmoid(x);
        return mul(grad, mul(s, add(mul(x, rsub(s, 1)), 1)));
      },
    },
    fused: {
      x: {
        formula: (m, grad, x) => {
          const s = formulas.sigmoid(m, x!);
          return m.mul(grad!, m.mul(s, m.add(m.mul(x!, m.sub(1, s)), 1)));
        },
      },
    },
  }),
);

/** The options of {@link softplus}. */
export interface SoftplusOptions {
  /** How sharp the bend is; 1 unless given. */
  readonly beta?: number;
  /** Where beta · x is larger, the result is x; 20 unless given. */
  readonly threshold?: number;
}

/**
 * ln(1 + e^(beta · x)) / beta, without overflow. Derivative: G · sigmoid(beta · x).
 *
 * ```ts doctest
 * softplus(tensor([100])).tolist() // => [100]
 * ```
 */
export const softplus: FunctionOnly<Unary<[options?: SoftplusOptions]>> = /* @__PURE__ */ functionOnly(
  pointwise({
    name: "softplus",
    inputs: ["x"],
    takes: { x: aTensor, "options?": { beta: aNumber, threshold: aNumber } },
    saves: { x: ["x"] },
    formula: (m, x, beta, threshold) => {
      const scaled = m.mul(x!, beta!);
      return m.select(m.lt(threshold!, scaled), x!, m.div(formulas.softplus(m, scaled), beta!));
    },
    parameters: ({ beta = 1, threshold = 20 } = {}) => [beta, threshold],
    accepts: onlyFloating("softplus", "softplus_cpu"),
    derivative: {
      x: (grad, { x }, { beta = 1, threshold = 20 } = {}) => softplusBackward(grad, x, beta, threshold),
    },
  }),
);
