/** Products of matrices and of batches of them. */

import type { Formula } from "@ag/kernels";
import { defineFunction } from "../../arguments/checked.ts";
import { aNumber, aTensor } from "../../arguments/kinds.ts";
import { defineOp } from "../../core/define.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { ProductOf, SumWithProduct } from "../../kinds/product.ts";
import { type Shape, showShape } from "../../layout/shape.ts";
import { fresh } from "../../make/fresh.ts";
import { isFloating } from "../../types/dtype.ts";
import { mul } from "../pointwise/arithmetic.ts";
import { t, transpose } from "../shape/permute.ts";
import { expand } from "../shape/view.ts";
import { checkDTypes, checkMatrices, product } from "./product.ts";

/** Which factors lie in columns: their gradients then do too, as PyTorch's, so that a weight's needs no copy. */
interface Order {
  readonly a: boolean;
  readonly b: boolean;
}
const isColumnMajor = ({ sizes: shape, strides }: Tensor): boolean => strides[0] === 1 && strides[1] === shape[0];
const orderOf = (a: Tensor, b: Tensor): Order => ({ a: isColumnMajor(a), b: isColumnMajor(b) });

const gradA = (grad: Tensor, b: Tensor, order: Order): Tensor => (order.a ? t(mm(b, t(grad))) : mm(grad, t(b)));
const gradB = (grad: Tensor, a: Tensor, order: Order): Tensor => (order.b ? t(mm(t(grad), a)) : mm(t(a), grad));

const mmOp: Op<[a: Tensor, b: Tensor, order: Order]> = defineOp({
  name: "mm",
  inputs: ["a", "b"],
  saves: { a: ["b"], b: ["a"] },
  forward: (a, b, _order) => {
    const out = fresh([a.sizes[0]!, b.sizes[1]!], a.dtype);
    product(a, b, out);
    return out;
  },
  derivative: {
    a: (grad, { b }, order) => gradA(grad, b, order),
    b: (grad, { a }, order) => gradB(grad, a, order),
  },
});

/**
 * Product of two matrices.
 *
 * Shapes: `a` [n, k], `b` [k, m] → [n, m].
 * Throws {@link ShapeError} unless both are matrices and the inner sizes agree, {@link DTypeError} unless the dtypes do.
 * Derivative: G·Bᵀ and Aᵀ·G (Giles 2008, matrix results).
 *
 * ```ts doctest
 * mm(tensor([[1, 2]]), tensor([[3], [4]])).tolist() // => [[11]]
 * ```
 */
export const mm: ProductOf<2, 2> = defineFunction({
  name: "mm",
  takes: { a: aTensor, b: aTensor },
  call: (a, b) => {
    checkMatrices("mm", a, b);
    return mmOp(a, b, orderOf(a, b));
  },
});

export interface AddmmOptions {
  /** Weighs the added tensor; at 0 it is not read. */
  readonly beta?: number;
  /** Weighs the product. */
  readonly alpha?: number;
}

const factors = { beta: aNumber, alpha: aNumber };

const weighted: Formula = (m, bias, out, beta, alpha) => m.add(m.mul(bias, beta), m.mul(out, alpha));
const scaled: Formula = (m, out, alpha) => m.mul(out, alpha);

/** beta · bias + alpha · a·b. */
function weightedProduct(bias: Tensor, a: Tensor, b: Tensor, out: Tensor, { beta = 1, alpha = 1 }: AddmmOptions): void {
  if (beta === 1 && alpha === 1 && isFloating(out.dtype)) {
    product(a, b, out, bias);
    return;
  }
  product(a, b, out);
  if (beta !== 0) kernels.pointwise(weighted, [bias, out, beta, alpha], out, out.dtype);
  else if (alpha !== 1) kernels.pointwise(scaled, [out, alpha], out, out.dtype);
}

const times1 = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : mul(x, factor));

/** Throws unless the added tensor stretches to the product. */
function checkAdded(op: string, added: Tensor, shape: Shape, dtype: string): void {
  const lead = shape.length - added.sizes.length;
  if (lead < 0 || added.sizes.some((size, d) => size !== 1 && size !== shape[d + lead])) expand(added, shape); // says what is wrong
  if (added.dtype !== dtype)
    throw new DTypeError(
      `${op}: self and mat2 must have the same dtype, but got ${added.dtype} and ${dtype}: need one dtype. Use x.to(…).`,
    );
}

const addmmOp: Op<[bias: Tensor, a: Tensor, b: Tensor, options: AddmmOptions, order: Order]> = defineOp({
  name: "addmm",
  inputs: ["bias", "a", "b"],
  saves: { a: ["b"], b: ["a"] },
  forward: (bias, a, b, options, _order) => {
    const out = fresh([a.sizes[0]!, b.sizes[1]!], a.dtype);
    weightedProduct(bias, a, b, out, options);
    return out;
  },
  derivative: {
    bias: (grad, _saved, { beta = 1 }) => times1(grad, beta),
    a: (grad, { b }, { alpha = 1 }, order) => times1(gradA(grad, b, order), alpha),
    b: (grad, { a }, { alpha = 1 }, order) => times1(gradB(grad, a, order), alpha),
  },
});

/**
 * `beta · bias + alpha · a·b`.
 *
 * Shapes: `a` [n, k], `b` [k, m], `bias` stretches to [n, m].
 * Throws {@link ShapeError} and {@link DTypeError} as `mm`.
 * Derivative: beta · G, alpha · G·Bᵀ and alpha · Aᵀ·G.
 *
 * ```ts doctest
 * addmm(tensor([1]), tensor([[1, 2]]), tensor([[3], [4]])).tolist() // => [[12]]
 * ```
 */
export const addmm: SumWithProduct<2, [options?: AddmmOptions]> = defineFunction({
  name: "addmm",
  takes: { bias: aTensor, a: aTensor, b: aTensor, "options?": factors },
  call: (bias, a, b, options = {}) => {
    checkMatrices("addmm", a, b);
    checkAdded("addmm", bias, [a.sizes[0]!, b.sizes[1]!], a.dtype);
    return addmmOp(bias, a, b, options, orderOf(a, b));
  },
});

function checkBatches(op: string, a: Tensor, b: Tensor): void {
  for (const [name, x] of [
    ["batch1", a],
    ["batch2", b],
  ] as const)
    if (x.sizes.length !== 3)
      throw new ShapeError(
        `${op}: ${name} must be a 3D tensor: need a [b, n, k] and b [b, k, m]; got ${showShape(x.sizes)}.`,
      );
  if (a.sizes[0] !== b.sizes[0] || a.sizes[2] !== b.sizes[1])
    throw new ShapeError(
      `${op}: Expected size for first two dimensions of batch2 tensor to be: [${a.sizes[0]}, ${a.sizes[2]}] but got: ` +
        `[${b.sizes[0]}, ${b.sizes[1]}]: need a [b, n, k] and b [b, k, m].`,
    );
  checkDTypes(op, a, b);
}

const batchGradA = (grad: Tensor, b: Tensor): Tensor => bmm(grad, transpose(b, 1, 2));
const batchGradB = (grad: Tensor, a: Tensor): Tensor => bmm(transpose(a, 1, 2), grad);

/**
 * Products of the matrices of two batches.
 *
 * Shapes: `a` [b, n, k], `b` [b, k, m] → [b, n, m].
 * Throws {@link ShapeError} unless sizes agree, {@link DTypeError} unless the dtypes do.
 * Derivative: G·Bᵀ and Aᵀ·G, matrix by matrix.
 *
 * ```ts doctest
 * bmm(ones(2, 1, 3), ones(2, 3, 1)).tolist() // => [[[3]], [[3]]]
 * ```
 */
export const bmm: ProductOf<3, 3> = defineOp({
  name: "bmm",
  inputs: ["a", "b"],
  takes: { a: aTensor, b: aTensor },
  saves: { a: ["b"], b: ["a"] },
  forward: (a, b) => {
    checkBatches("bmm", a, b);
    const out = fresh([a.sizes[0]!, a.sizes[1]!, b.sizes[2]!], a.dtype);
    product(a, b, out);
    return out;
  },
  derivative: { a: (grad, { b }) => batchGradA(grad, b), b: (grad, { a }) => batchGradB(grad, a) },
});

/**
 * `beta · bias + alpha · a·b` for batches of matrices; `bias` stretches to [b, n, m]. Derivative: as `addmm`.
 *
 * ```ts doctest
 * baddbmm(tensor([1, 2]), ones(1, 1, 2), eye(2).unsqueeze(0)).tolist() // => [[[2, 3]]]
 * ```
 */
export const baddbmm: SumWithProduct<3, [options?: AddmmOptions]> = defineOp({
  name: "baddbmm",
  inputs: ["bias", "a", "b"],
  takes: { bias: aTensor, a: aTensor, b: aTensor, "options?": factors },
  saves: { a: ["b"], b: ["a"] },
  forward: (bias, a, b, options = {}) => {
    checkBatches("baddbmm", a, b);
    const shape = [a.sizes[0]!, a.sizes[1]!, b.sizes[2]!];
    checkAdded("baddbmm", bias, shape, a.dtype);
    const out = fresh(shape, a.dtype);
    const { beta = 1, alpha = 1 } = options;
    product(a, b, out);
    if (beta !== 0) kernels.pointwise(weighted, [bias, out, beta, alpha], out, out.dtype);
    else if (alpha !== 1) kernels.pointwise(scaled, [out, alpha], out, out.dtype);
    return out;
  },
  derivative: {
    bias: (grad, _saved, { beta = 1 } = {}) => times1(grad, beta),
    a: (grad, { b }, { alpha = 1 } = {}) => times1(batchGradA(grad, b), alpha),
    b: (grad, { a }, { alpha = 1 } = {}) => times1(batchGradB(grad, a), alpha),
  },
});
