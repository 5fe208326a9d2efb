/** Functions of one variable, element by element. Whole numbers give float32 where the function is not whole. */
import { type Algebra, type Formula, formulas } from "@ag/kernels";
import { pointwise } from "../define.ts";
import type { PointwiseOp } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { add, div, mul, neg, reciprocal, rsub, square } from "./arithmetic.ts";

type Unary = PointwiseOp<[x: Tensor]>;

interface Analytic {
  readonly name: string;
  readonly node?: string;
  readonly formula: <T, C>(m: Algebra<T, C>, x: T) => T;
  /** d out / d x, as a function of x or of the result. */
  readonly slope: (saved: Tensor) => Tensor;
  readonly saves: "x" | "out";
}

/** A function of one variable whose gradient is G · slope. */
/* @__NO_SIDE_EFFECTS__ */
function analytic({ formula, slope, saves, ...names }: Analytic): Unary {
  return pointwise<[x: Tensor], readonly ["x"], { x: readonly ["x" | "out"] }>({
    ...names,
    inputs: ["x"],
    saves: { x: [saves] },
    formula: (m, x) => formula(m, x!),
    result: "float",
    derivative: { x: (grad, saved) => mul(grad, slope(saved[saves])) },
  });
}

/**
 * eˣ. Derivative: G · out.
 *
 * ```ts doctest
 * exp(tensor([0, 1])).tolist() // => [1, 2.7182817459106445]
 * ```
 */
export const exp: Unary = analytic({ name: "exp", formula: formulas.exp, saves: "out", slope: (out) => out });

/**
 * eˣ − 1, exact also near 0. Derivative: G · (out + 1).
 *
 * ```ts doctest
 * expm1(tensor([0])).tolist() // => [0]
 * ```
 */
export const expm1: Unary = analytic({
  name: "expm1",
  formula: formulas.expm1,
  saves: "out",
  slope: (out) => add(out, 1),
});

/**
 * Natural logarithm. Derivative: G / x.
 *
 * ```ts doctest
 * log(tensor([1])).tolist() // => [0]
 * ```
 */
export const log: Unary = analytic({ name: "log", formula: formulas.log, saves: "x", slope: reciprocal });

/**
 * ln(1 + x), exact also near 0. Derivative: G / (1 + x).
 *
 * ```ts doctest
 * log1p(tensor([0])).tolist() // => [0]
 * ```
 */
export const log1p: Unary = analytic({
  name: "log1p",
  node: "Log1PBackward0",
  formula: formulas.log1p,
  saves: "x",
  slope: (x) => reciprocal(add(x, 1)),
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
  formula: formulas.log2,
  saves: "x",
  slope: (x) => reciprocal(mul(x, Math.LN2)),
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
  formula: formulas.log10,
  saves: "x",
  slope: (x) => reciprocal(mul(x, Math.LN10)),
});

/**
 * Square root; NaN below 0. Derivative: G / (2 · out), infinite at 0.
 *
 * ```ts doctest
 * sqrt(tensor([4, 9])).tolist() // => [2, 3]
 * ```
 */
export const sqrt: Unary = pointwise({
  name: "sqrt",
  inputs: ["x"],
  saves: { x: ["out"] },
  formula: (m, x) => m.sqrt(x!),
  result: "float",
  derivative: { x: (grad, { out }) => div(grad, mul(out, 2)) },
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
  slope: (out) => mul(mul(square(out), out), -0.5),
});

/**
 * Sine of radians. Derivative: G · cos x.
 *
 * ```ts doctest
 * sin(tensor([0])).tolist() // => [0]
 * ```
 */
export const sin: Unary = analytic({ name: "sin", formula: formulas.sin, saves: "x", slope: (x) => cos(x) });

/**
 * Cosine of radians. Derivative: −G · sin x.
 *
 * ```ts doctest
 * cos(tensor([0])).tolist() // => [1]
 * ```
 */
export const cos: Unary = analytic({ name: "cos", formula: formulas.cos, saves: "x", slope: (x) => neg(sin(x)) });

/**
 * Tangent of radians. Derivative: G · (1 + out²).
 *
 * ```ts doctest
 * tan(tensor([0])).tolist() // => [0]
 * ```
 */
export const tan: Unary = analytic({
  name: "tan",
  formula: formulas.tan,
  saves: "out",
  slope: (out) => add(square(out), 1),
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
  formula: formulas.atan,
  saves: "x",
  slope: (x) => reciprocal(add(square(x), 1)),
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
  formula: formulas.tanh,
  saves: "out",
  slope: (out) => rsub(square(out), 1),
});

/**
 * 1 / (1 + e⁻ˣ). Derivative: G · out · (1 − out).
 *
 * ```ts doctest
 * sigmoid(tensor([0])).tolist() // => [0.5]
 * ```
 */
export const sigmoid: Unary = analytic({
  name: "sigmoid",
  formula: formulas.sigmoid,
  saves: "out",
  slope: (out) => mul(out, rsub(out, 1)),
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
  formula: formulas.erf,
  saves: "x",
  slope: (x) => mul(exp(neg(square(x))), TWO_OVER_SQRT_PI),
});

const isWhole = (dtype: string): boolean => !dtype.startsWith("float");

/** A step function: its derivative is 0 wherever there is one. */
/* @__NO_SIDE_EFFECTS__ */
function step(name: string, formula: <T, C>(m: Algebra<T, C>, x: T) => T): Unary {
  const rounded: Formula = <T, C>(m: Algebra<T, C>, ...[x]: readonly T[]): T =>
    isWhole(m.dtype) ? x! : formula(m, x!);
  return pointwise<[x: Tensor], readonly ["x"]>({
    name,
    inputs: ["x"],
    formula: rounded,
    derivative: { x: (grad) => mul(grad, 0) },
  });
}

/**
 * The largest whole number not above x. Derivative: 0.
 *
 * ```ts doctest
 * floor(tensor([1.5, -1.5])).tolist() // => [1, -2]
 * ```
 */
export const floor: Unary = step("floor", (m, x) => m.floor(x));

/**
 * The smallest whole number not below x. Derivative: 0.
 *
 * ```ts doctest
 * ceil(tensor([1.5, -1.5])).tolist() // => [2, -1]
 * ```
 */
export const ceil: Unary = step("ceil", (m, x) => m.ceil(x));

/**
 * The nearest whole number; halves go to the even one. Derivative: 0.
 *
 * ```ts doctest
 * round(tensor([0.5, 1.5, -1.2])).tolist() // => [0, 2, -1]
 * ```
 */
export const round: Unary = step("round", (m, x) => m.round(x));

/**
 * x without its fraction. Derivative: 0.
 *
 * ```ts doctest
 * trunc(tensor([1.5, -1.5])).tolist() // => [1, -1]
 * ```
 */
export const trunc: Unary = step("trunc", (m, x) => m.trunc(x));

/**
 * The remainder of a division that rounds down: it has the sign of b. Derivative: G and −G · ⌊a / b⌋.
 *
 * ```ts doctest
 * remainder(tensor([5, -5]), tensor([3, 3])).tolist() // => [2, 1]
 * ```
 */
export const remainder: PointwiseOp<[a: Tensor, b: Tensor]> = pointwise<
  [a: Tensor, b: Tensor],
  readonly ["a", "b"],
  { b: readonly ["a", "b"] }
>({
  name: "remainder",
  node: "RemainderBackward1",
  inputs: ["a", "b"],
  saves: { b: ["a", "b"] },
  formula: (m, a, b) => {
    const rest = m.sub(a!, m.mul(m.trunc(m.div(a!, b!)), b!));
    const isOff = m.and(m.ne(rest, 0), m.not(sameSign(m, rest, b!)));
    return m.select(isOff, m.add(rest, b!), rest);
  },
  derivative: { a: (grad) => grad, b: (grad, { a, b }) => neg(mul(grad, floor(div(a, b)))) },
});

const sameSign = <T, C>(m: Algebra<T, C>, x: T, y: T): C =>
  m.or(m.and(m.lt(x, 0), m.lt(y, 0)), m.and(m.lt(0, x), m.lt(0, y)));
