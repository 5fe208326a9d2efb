/** Functions of one variable, element by element. Whole numbers give float32 where the function is not whole. */

import { type Algebra, type Formula, formulas } from "@ag/kernels";
import { noBool } from "../../arguments/accepts.ts";
import { aTensor } from "../../arguments/kinds.ts";
import { pointwise } from "../../core/define.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Unary } from "../../kinds/elementwise.ts";
import { zerosLike } from "../../make/factories.ts";
import { isFloating } from "../../types/dtype.ts";
import { add, div, mul, neg, rsub } from "./arithmetic.ts";

type UnaryFormula = <T, C>(m: Algebra<T, C>, x: T) => T;

interface Analytic {
  readonly name: string;
  readonly node?: string;
  /** It calls one of `formulas`: what of them is read while a module loads is kept in bundles. */
  readonly formula: UnaryFormula;
  /** What the gradient reads: the input or the result. */
  readonly saves: "x" | "out";
  readonly derivative: (grad: Tensor, saved: Tensor) => Tensor;
  /** The same as one formula, where it takes more than one step and begins with G, whose layout the result then gets. */
  readonly fused?: <T, C>(m: Algebra<T, C>, grad: T, saved: T) => T;
}

/* @__NO_SIDE_EFFECTS__ */
function analytic({ formula, saves, derivative, fused, ...rest }: Analytic): Unary {
  return pointwise({
    ...rest,
    inputs: ["x"],
    takes: { x: aTensor },
    saves: { x: [saves] },
    formula: (m, x) => formula(m, x!),
    result: "float",
    derivative: { x: (grad, saved) => derivative(grad, saved[saves]) },
    fused: fused ? { x: { formula: (m, grad, saved) => fused(m, grad!, saved!) } } : {},
  });
}

/**
 * eˣ. Derivative: G · out.
 *
 * ```ts doctest
 * exp(tensor([0, -Infinity])).tolist() // => [1, 0]
 * ```
 */
export const exp: Unary = analytic({
  name: "exp",
  formula: (m, x) => formulas.exp(m, x),
  saves: "out",
  derivative: mul,
});

/**
 * eˣ − 1, exact also near 0. Derivative: G · (out + 1).
 *
 * ```ts doctest
 * expm1(tensor([0])).tolist() // => [0]
 * ```
 */
export const expm1: Unary = analytic({
  name: "expm1",
  formula: (m, x) => formulas.expm1(m, x),
  saves: "out",
  derivative: (grad, out) => mul(grad, add(out, 1)),
  fused: (m, grad, out) => m.mul(grad, m.add(out, 1)),
});

/**
 * Natural logarithm. Derivative: G / x.
 *
 * ```ts doctest
 * log(tensor([1, 0])).tolist() // => [0, -Infinity]
 * ```
 */
export const log: Unary = analytic({ name: "log", formula: (m, x) => formulas.log(m, x), saves: "x", derivative: div });

/**
 * ln(1 + x), exact also near 0. Derivative: G / (1 + x).
 *
 * ```ts doctest
 * log1p(tensor([0, -1])).tolist() // => [0, -Infinity]
 * ```
 */
export const log1p: Unary = analytic({
  name: "log1p",
  node: "Log1PBackward0",
  formula: (m, x) => formulas.log1p(m, x),
  saves: "x",
  derivative: (grad, x) => div(grad, add(x, 1)),
  fused: (m, grad, x) => m.div(grad, m.add(x, 1)),
});

/**
 * Logarithm to base 2. Derivative: G / (x · ln 2).
 *
 * ```ts doctest
 * log2(tensor([8])).tolist() // => [3]
 * ```
 */
export const log2: Unary = analytic({
  name: "log2",
  formula: (m, x) => formulas.log2(m, x),
  saves: "x",
  derivative: (grad, x) => div(grad, mul(x, Math.LN2)),
  fused: (m, grad, x) => m.div(grad, m.mul(x, Math.LN2)),
});

/**
 * Logarithm to base 10. Derivative: G / (x · ln 10).
 *
 * ```ts doctest
 * log10(tensor([1000])).tolist() // => [3]
 * ```
 */
export const log10: Unary = analytic({
  name: "log10",
  formula: (m, x) => formulas.log10(m, x),
  saves: "x",
  derivative: (grad, x) => div(grad, mul(x, Math.LN10)),
  fused: (m, grad, x) => m.div(grad, m.mul(x, Math.LN10)),
});

/**
 * Square root; NaN below 0. Derivative: G / (2 · out), infinite at 0.
 *
 * ```ts doctest
 * sqrt(tensor([4, 9])).tolist() // => [2, 3]
 * ```
 */
export const sqrt: Unary = analytic({
  name: "sqrt",
  formula: (m, x) => m.sqrt(x),
  saves: "out",
  derivative: (grad, out) => div(grad, mul(out, 2)),
  fused: (m, grad, out) => m.div(grad, m.mul(out, 2)),
});

/**
 * 1 / √x. Derivative: −½ · G · out³.
 *
 * ```ts doctest
 * rsqrt(tensor([4])).tolist() // => [0.5]
 * ```
 */
export const rsqrt: Unary = analytic({
  name: "rsqrt",
  formula: (m, x) => m.div(1, m.sqrt(x)),
  saves: "out",
  derivative: (grad, out) => mul(mul(grad, -0.5), mul(mul(out, out), out)),
  fused: (m, grad, out) => m.mul(m.mul(grad, -0.5), m.mul(m.mul(out, out), out)),
});

/**
 * Sine of radians. Derivative: G · cos x.
 *
 * ```ts doctest
 * sin(tensor([0])).tolist() // => [0]
 * ```
 */
export const sin: Unary = analytic({
  name: "sin",
  formula: (m, x) => formulas.sin(m, x),
  saves: "x",
  derivative: (grad, x) => mul(grad, cos(x)),
  fused: (m, grad, x) => m.mul(grad, formulas.cos(m, x)),
});

/**
 * Cosine of radians. Derivative: −G · sin x.
 *
 * ```ts doctest
 * cos(tensor([0])).tolist() // => [1]
 * ```
 */
export const cos: Unary = analytic({
  name: "cos",
  formula: (m, x) => formulas.cos(m, x),
  saves: "x",
  derivative: (grad, x) => mul(grad, neg(sin(x))),
  fused: (m, grad, x) => m.mul(grad, m.neg(formulas.sin(m, x))),
});

/**
 * Tangent of radians. Derivative: G · (1 + out²).
 *
 * ```ts doctest
 * tan(tensor([0])).tolist() // => [0]
 * ```
 */
export const tan: Unary = analytic({
  name: "tan",
  formula: (m, x) => formulas.tan(m, x),
  saves: "out",
  derivative: (grad, out) => mul(grad, add(mul(out, out), 1)),
  fused: (m, grad, out) => m.mul(grad, m.add(m.mul(out, out), 1)),
});

/**
 * Arc tangent, in radians. Derivative: G / (1 + x²).
 *
 * ```ts doctest
 * atan(tensor([0])).tolist() // => [0]
 * ```
 */
export const atan: Unary = analytic({
  name: "atan",
  formula: (m, x) => formulas.atan(m, x),
  saves: "x",
  derivative: (grad, x) => div(grad, add(mul(x, x), 1)),
  fused: (m, grad, x) => m.div(grad, m.add(m.mul(x, x), 1)),
});

/**
 * Hyperbolic tangent. Derivative: G · (1 − out²).
 *
 * ```ts doctest
 * tanh(tensor([0])).tolist() // => [0]
 * ```
 */
export const tanh: Unary = analytic({
  name: "tanh",
  formula: (m, x) => formulas.tanh(m, x),
  saves: "out",
  derivative: (grad, out) => mul(grad, rsub(mul(out, out), 1)),
  fused: (m, grad, out) => m.mul(grad, m.sub(1, m.mul(out, out))),
});

/**
 * 1 / (1 + e⁻ˣ). Derivative: G · (1 − out) · out.
 *
 * ```ts doctest
 * sigmoid(tensor([0])).tolist() // => [0.5]
 * ```
 */
export const sigmoid: Unary = analytic({
  name: "sigmoid",
  formula: (m, x) => formulas.sigmoid(m, x),
  saves: "out",
  derivative: (grad, out) => mul(mul(grad, rsub(out, 1)), out),
  fused: (m, grad, out) => m.mul(m.mul(grad, m.sub(1, out)), out),
});

const TWO_OVER_SQRT_PI = 1.1283791670955126;

/**
 * Error function. Derivative: G · 2/√π · e^(−x²).
 *
 * ```ts doctest
 * erf(tensor([0])).tolist() // => [0]
 * ```
 */
export const erf: Unary = analytic({
  name: "erf",
  formula: (m, x) => formulas.erf(m, x),
  saves: "x",
  derivative: (grad, x) => mul(mul(exp(neg(mul(x, x))), TWO_OVER_SQRT_PI), grad),
});

/** A function in steps: its derivative is 0 wherever there is one. Whole numbers stay what they are. */
/* @__NO_SIDE_EFFECTS__ */
function step(name: string, kernel: string, formula: UnaryFormula): Unary {
  const rounded: Formula = <T, C>(m: Algebra<T, C>, ...[x]: readonly T[]): T =>
    isFloating(m.dtype) ? formula(m, x!) : m.add(x!, 0);
  return pointwise({
    name,
    inputs: ["x"],
    takes: { x: aTensor },
    formula: rounded,
    accepts: noBool(name, kernel),
    derivative: { x: (grad) => zerosLike(grad) },
  });
}

/**
 * The largest whole number not above x. Derivative: 0.
 *
 * ```ts doctest
 * floor(tensor([1.5, -1.5])).tolist() // => [1, -2]
 * ```
 */
export const floor: Unary = step("floor", "floor_vml_cpu", (m, x) => m.floor(x));

/**
 * The smallest whole number not below x. Derivative: 0.
 *
 * ```ts doctest
 * ceil(tensor([1.5, -1.5])).tolist() // => [2, -1]
 * ```
 */
export const ceil: Unary = step("ceil", "ceil_vml_cpu", (m, x) => m.ceil(x));

/**
 * The nearest whole number; halves go to the even one. Derivative: 0.
 *
 * ```ts doctest
 * round(tensor([0.5, 1.5, -1.2])).tolist() // => [0, 2, -1]
 * ```
 */
export const round: Unary = step("round", "round_vml_cpu", (m, x) => m.round(x));

/**
 * x without its fraction. Derivative: 0.
 *
 * ```ts doctest
 * trunc(tensor([1.5, -1.5])).tolist() // => [1, -1]
 * ```
 */
export const trunc: Unary = step("trunc", "trunc_vml_cpu", (m, x) => m.trunc(x));
