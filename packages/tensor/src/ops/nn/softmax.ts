/** Shares that sum to one, and their logarithms. */

import type { DType, View } from "@ag/kernels";
import { kindOf } from "../../arguments/accepts.ts";
import { defineFunction } from "../../arguments/checked.ts";
import { aDtype, aTensor, aWhole } from "../../arguments/kinds.ts";
import { defineOp } from "../../core/define.ts";
import { DTypeError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import { withScope } from "../../core/scope.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Same } from "../../kinds/elementwise.ts";
import { shown, withDense } from "../../layout/dense.ts";
import { dimOf, sizeOf } from "../../layout/shape.ts";
import { permuted } from "../../layout/strides.ts";
import { fresh } from "../../make/fresh.ts";
import { checkComputes, isFloating } from "../../types/dtype.ts";
import { mul, sub } from "../pointwise/arithmetic.ts";
import { exp } from "../pointwise/functions.ts";
import { sum } from "../reduce/sums.ts";
import { to } from "../shape/cast.ts";

/** Rows of a row-major tensor: what the kernels take. */
const rows = (x: View): View => {
  const columns = x.sizes.at(-1) ?? 1;
  const shape = [columns === 0 ? 0 : sizeOf(x.sizes) / columns, columns];
  return shown(x, { offset: x.offset, sizes: shape, strides: [columns, 1] });
};

/** Calls `kernel` with inputs and result as rows along `dim`; the result is row-major in its own shape. */
function alongRows(
  inputs: readonly Tensor[],
  dim: number,
  kernel: (inputs: readonly View[], out: View) => void,
): Tensor {
  const { sizes: shape, dtype } = inputs[0] as Tensor;
  const out = fresh(shape, dtype);
  if (sizeOf(shape) === 0) return out;
  if (dim === shape.length - 1 || shape.length === 0) {
    withDense(inputs, (...dense) => kernel(dense.map(rows), rows(out)));
    return out;
  }
  const order = shape.map((_, d) => (d === dim ? shape.length - 1 : d === shape.length - 1 ? dim : d));
  const moved = inputs.map((x) => shown(x, permuted(x, order)));
  const last = fresh(
    order.map((d) => shape[d]!),
    dtype,
  );
  withDense(moved, (...dense) => kernel(dense.map(rows), rows(last)));
  kernels.copy(shown(last, permuted(last, order)), out);
  last.dispose();
  return out;
}

function checked(op: string, kernel: string, x: Tensor, dim: number): number {
  checkComputes(op, x.dtype);
  if (!isFloating(x.dtype))
    throw new DTypeError(
      `${op}: "${kernel}_lastdim_kernel_impl" not implemented for '${kindOf(x.dtype)}': need float32 or float64; ` +
        `got ${x.dtype}. Use x.float().`,
    );
  return dimOf(dim, x.sizes.length, op);
}

const softmaxOp: Op<[x: Tensor, dim: number]> = defineOp({
  name: "softmax",
  inputs: ["x"],
  saves: { x: ["out"] },
  forward: (x, dim) => alongRows([x], dim, ([from], to) => kernels.softmax(from as View, to, false)),
  derivative: { x: (grad, { out }, dim) => softmaxBackward(grad, out, dim) },
});

const logSoftmaxOp: Op<[x: Tensor, dim: number]> = defineOp({
  name: "logSoftmax",
  inputs: ["x"],
  saves: { x: ["out"] },
  forward: (x, dim) => alongRows([x], dim, ([from], to) => kernels.softmax(from as View, to, true)),
  derivative: { x: (grad, { out }, dim) => logSoftmaxBackward(grad, out, dim) },
});

const summed = (x: Tensor, dim: number): Tensor => (x.sizes.length === 0 ? x : sum(x, dim, { keepdim: true }));

/** g·y − y·Σ(g·y) for the result y. */
const softmaxBackward: Op<[grad: Tensor, y: Tensor, dim: number]> = defineOp({
  name: "softmaxBackwardData",
  inputs: ["grad", "y"],
  saves: { grad: ["y"], y: ["grad", "y"] },
  forward: (grad, y, dim) =>
    alongRows([grad, y], dim, ([g, from], to) => kernels.softmaxBackward(g as View, from as View, to, false)),
  derivative: {
    grad: (g, { y }, dim) => softmaxBackward(g, y, dim),
    y: (g, { grad, y }, dim) => sub(mul(g, sub(grad, summed(mul(grad, y), dim))), mul(grad, summed(mul(g, y), dim))),
  },
});

/** g − eʸ·Σg for the result y. */
const logSoftmaxBackward: Op<[grad: Tensor, y: Tensor, dim: number]> = defineOp({
  name: "logSoftmaxBackwardData",
  inputs: ["grad", "y"],
  saves: { grad: ["y"], y: ["grad", "y"] },
  forward: (grad, y, dim) =>
    alongRows([grad, y], dim, ([g, from], to) => kernels.softmaxBackward(g as View, from as View, to, true)),
  derivative: {
    grad: (g, { y }, dim) => sub(g, summed(mul(g, exp(y)), dim)),
    y: (g, { grad, y }, dim) => mul(mul(g, exp(y)), mul(summed(grad, dim), -1)),
  },
});

const inDtype = (x: Tensor, dtype: DType, use: (x: Tensor) => Tensor): Tensor =>
  dtype === x.dtype ? use(x) : withScope(() => use(to(x, dtype)));

export interface SoftmaxOptions {
  /** Computes in this dtype: `x` is converted first. */
  readonly dtype?: DType;
}

/**
 * eˣ / Σeˣ along `dim`: shares that sum to one. Large values do not overflow.
 *
 * Shapes: that of `x`.
 * Throws {@link DTypeError} for whole numbers, {@link ValueError} when there is no dimension `dim`.
 * Derivative: G·y − y·Σ(G·y).
 *
 * ```ts doctest
 * softmax(tensor([0, 0]), 0).tolist() // => [0.5, 0.5]
 * ```
 */
export const softmax: Same<[dim: number, options?: SoftmaxOptions]> = defineFunction({
  name: "softmax",
  takes: { x: aTensor, dim: aWhole, "options?": { dtype: aDtype } },
  call: (x, dim, { dtype = x.dtype } = {}) =>
    inDtype(x, dtype, (source) => softmaxOp(source, checked("softmax", "softmax", source, dim))),
});

/**
 * The logarithm of {@link softmax}, computed so that small shares keep their digits.
 *
 * Shapes: that of `x`.
 * Throws {@link DTypeError} for whole numbers, {@link ValueError} when there is no dimension `dim`.
 * Derivative: G − softmax(x)·ΣG.
 *
 * ```ts doctest
 * logSoftmax(tensor([3]), 0).tolist() // => [0]
 * ```
 */
export const logSoftmax: Same<[dim: number, options?: SoftmaxOptions]> = defineFunction({
  name: "logSoftmax",
  takes: { x: aTensor, dim: aWhole, "options?": { dtype: aDtype } },
  call: (x, dim, { dtype = x.dtype } = {}) =>
    inDtype(x, dtype, (source) => logSoftmaxOp(source, checked("logSoftmax", "log_softmax", source, dim))),
});
