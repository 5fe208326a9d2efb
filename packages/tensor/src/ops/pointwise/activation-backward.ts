/** The gradients of activations that bend: operations with derivatives of their own, which are PyTorch's at the bends too. */

import { formulas } from "@ag/kernels";
import { pointwise } from "../../core/define.ts";
import type { PointwiseOp } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { zerosLike } from "../../make/factories.ts";
import { mul, rsub } from "./arithmetic.ts";
import { lt } from "./compare.ts";
import { sigmoid } from "./functions.ts";

/** G where the saved value is above the threshold, else 0: the gradient of relu, with a derivative of its own. As in PyTorch the first operand gives the layout. */
export const thresholdBackward: PointwiseOp<[saved: Tensor, grad: Tensor, threshold: number]> = pointwise({
  name: "thresholdBackward",
  inputs: ["saved", "grad"],
  saves: { grad: ["saved"] },
  formula: (m, saved, grad, threshold) => m.select(m.le(saved!, threshold!), 0, grad!),
  parameters: (threshold) => [threshold],
  derivative: {
    grad: (grad, { saved }, threshold) => thresholdBackward(saved, grad, threshold),
    saved: (grad) => zerosLike(grad),
  },
});

/** G where the saved value is above 0, slope · G elsewhere. */
export const leakyBackward: PointwiseOp<[saved: Tensor, grad: Tensor, slope: number]> = pointwise({
  name: "leakyReluBackward",
  inputs: ["saved", "grad"],
  saves: { grad: ["saved"] },
  formula: (m, saved, grad, slope) => m.select(m.lt(0, saved!), grad!, m.mul(grad!, slope!)),
  parameters: (slope) => [slope],
  derivative: {
    grad: (grad, { saved }, slope) => leakyBackward(saved, grad, slope),
    saved: (grad) => zerosLike(grad),
  },
});

/** G above 0, G · alpha · eˣ elsewhere. Its slope at 0 is 0, as in PyTorch. */
export const eluBackward: PointwiseOp<[grad: Tensor, x: Tensor, alpha: number]> = pointwise({
  name: "eluBackward",
  inputs: ["grad", "x"],
  saves: { grad: ["x"], x: ["grad", "x"] },
  formula: (m, grad, x, alpha) =>
    m.select(m.lt(0, x!), grad!, m.mul(m.mul(grad!, alpha!), formulas.exp(m, m.min(x!, 0)))),
  parameters: (alpha) => [alpha],
  derivative: {
    grad: (g, { x }, alpha) => eluBackward(g, x, alpha),
    x: (g, { grad, x }, alpha) => mul(eluBackward(mul(g, grad), x, alpha), lt(x, 0)),
  },
});

/** The same from the result. */
export const eluBackwardOfResult: typeof eluBackward = pointwise({
  name: "eluBackward",
  inputs: ["grad", "out"],
  saves: { grad: ["out"], out: ["grad", "out"] },
  formula: (m, grad, out, alpha) => m.select(m.lt(0, out!), grad!, m.mul(grad!, m.add(out!, alpha!))),
  parameters: (alpha) => [alpha],
  derivative: {
    grad: (g, { out }, alpha) => eluBackwardOfResult(g, out, alpha),
    out: (g, { grad, out }) => mul(mul(g, grad), lt(out, 0)),
  },
});

/** G above the threshold, G · sigmoid(beta · x) elsewhere. */
export const softplusBackward: PointwiseOp<[grad: Tensor, x: Tensor, beta: number, threshold: number]> = pointwise({
  name: "softplusBackward",
  inputs: ["grad", "x"],
  saves: { grad: ["x"], x: ["grad", "x"] },
  formula: (m, grad, x, beta, threshold) => {
    const scaled = m.mul(x!, beta!);
    return m.select(m.lt(threshold!, scaled), grad!, m.mul(grad!, formulas.sigmoid(m, scaled)));
  },
  parameters: (beta, threshold) => [beta, threshold],
  derivative: {
    grad: (g, { x }, beta, threshold) => softplusBackward(g, x, beta, threshold),
    x: (g, { grad, x }, beta, threshold) => {
      const scaled = mul(x, beta);
      const s = sigmoid(scaled);
      return mul(mul(mul(mul(g, grad), mul(rsub(s, 1), s)), lt(scaled, threshold)), beta);
    },
  },
});
