/** The mathematical functions, written once for float32 and float64: formulas, and parts of formulas. */
export { erf } from "./errorfunction.ts";
export { exp, expm1, sigmoid, tanh } from "./exponential.ts";
export { log, log1p, log2, log10, logSigmoid, softplus } from "./logarithm.ts";
export type { Binary, Unary } from "./polynomial.ts";
export { pow } from "./power.ts";
export { atan, cos, sin, tan } from "./trigonometry.ts";
