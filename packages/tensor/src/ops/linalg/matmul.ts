/** Products in which vectors and batches take part. The nodes on the tape are those of PyTorch's `matmul` and `linear`. */

import { defineFunction } from "../../arguments/checked.ts";
import { aTensor } from "../../arguments/kinds.ts";
import { defineOp } from "../../core/define.ts";
import { ShapeError } from "../../core/errors.ts";
import type { Op } from "../../core/op.ts";
import { withScope } from "../../core/scope.ts";
import { Tensor } from "../../core/tensor.ts";
import type { Affine, MatrixProduct, OuterProduct, ProductOf } from "../../kinds/product.ts";
import { broadcast, showShape, sizeOf } from "../../layout/shape.ts";
import { permuted } from "../../layout/strides.ts";
import { fresh } from "../../make/fresh.ts";
import { type FunctionOnly, functionOnly } from "../../methods/as-method.ts";
import { add, mul } from "../pointwise/arithmetic.ts";
import { contiguous } from "../shape/cast.ts";
import { t, transpose } from "../shape/permute.ts";
import { unsafeView } from "../shape/reshape.ts";
import { expand, reshape, squeeze, unsqueeze, view } from "../shape/view.ts";
import { addmm, bmm, mm } from "./mm.ts";
import { asColumn, asRow, checkDTypes, product } from "./product.ts";

/**
 * Product of a matrix and a vector.
 *
 * Shapes: `a` [n, k], `v` [k] → [n].
 * Throws {@link ShapeError} unless sizes agree, {@link DTypeError} unless the dtypes do.
 * Derivative: the outer product of G and v, and Aᵀ·G.
 *
 * ```ts doctest
 * mv(tensor([[1, 2]]), tensor([3, 4])).tolist() // => [11]
 * ```
 */
export const mv: ProductOf<2, 1> = defineOp({
  name: "mv",
  inputs: ["a", "v"],
  takes: { a: aTensor, v: aTensor },
  saves: { a: ["v"], v: ["a"] },
  forward: (a, v) => {
    if (a.sizes.length !== 2 || v.sizes.length !== 1)
      throw new ShapeError(
        `mv: vector + matrix @ vector expected, got 1, ${a.sizes.length}, ${v.sizes.length}: need a [n, k] and v [k].`,
      );
    if (a.sizes[1] !== v.sizes[0])
      throw new ShapeError(
        `mv: size mismatch, got input (${a.sizes[0]}), mat (${a.sizes.join("x")}), vec (${v.sizes[0]}): need a [n, k] and v [k].`,
      );
    checkDTypes("mv", a, v);
    const out = fresh([a.sizes[0]!], a.dtype);
    product(a, asColumn(v), asColumn(out));
    return out;
  },
  derivative: { a: (grad, { v }) => outer(grad, v), v: (grad, { a }) => mv(t(a), grad) },
});

/**
 * Sum of the products of two vectors.
 *
 * Shapes: `a` [k], `b` [k] → [].
 * Throws {@link ShapeError} unless sizes agree, {@link DTypeError} unless the dtypes do.
 * Derivative: G · b and G · a.
 *
 * ```ts doctest
 * dot(tensor([1, 2]), tensor([3, 4])).item() // => 11
 * ```
 */
export const dot: ProductOf<1, 1> = defineOp({
  name: "dot",
  inputs: ["a", "b"],
  takes: { a: aTensor, b: aTensor },
  saves: { a: ["b"], b: ["a"] },
  forward: (a, b) => {
    if (a.sizes.length !== 1 || b.sizes.length !== 1)
      throw new ShapeError(
        `dot: 1D tensors expected, but got ${a.sizes.length}D and ${b.sizes.length}D tensors: need two vectors.`,
      );
    if (a.sizes[0] !== b.sizes[0])
      throw new ShapeError(
        `dot: inconsistent tensor size, expected tensor ${showShape(a.sizes)} and src ${showShape(b.sizes)} to have the ` +
          `same number of elements, but got ${a.sizes[0]} and ${b.sizes[0]} elements respectively.`,
      );
    checkDTypes("dot", a, b);
    const out = fresh([], a.dtype);
    product(asRow(a), asColumn(b), { ...asRow(out), sizes: [1, 1], strides: [0, 0] });
    return out;
  },
  derivative: { a: (grad, { b }) => mul(grad, b), b: (grad, { a }) => mul(grad, a) },
});

/**
 * The products of every element of a vector with every one of another.
 *
 * Shapes: `a` [n], `b` [m] → [n, m].
 * Throws {@link ShapeError} unless both are vectors.
 *
 * ```ts doctest
 * outer(tensor([1, 2]), tensor([3, 4])).tolist() // => [[3, 4], [6, 8]]
 * ```
 */
export const outer: OuterProduct = defineFunction({
  name: "outer",
  takes: { a: aTensor, b: aTensor },
  call: (a, b) => {
    if (a.sizes.length !== 1)
      throw new ShapeError(`outer: Expected 1-D argument self, but got ${a.sizes.length}-D: need two vectors.`);
    if (b.sizes.length !== 1)
      throw new ShapeError(`outer: Expected 1-D argument vec2, but got ${b.sizes.length}-D: need two vectors.`);
    return withScope(() => mul(reshape(a, [a.sizes[0]!, 1]), b));
  },
});

/** The result of a matrix product with one row, as a vector that is no view: PyTorch squeezes it in place. */
const squeezeRow: Op<[x: Tensor]> = defineOp({
  name: "squeeze",
  node: "SqueezeBackward4",
  inputs: ["x"],
  forward: ({ storage, dtype, offset, sizes, strides }) => {
    storage.retain();
    return new Tensor(storage, dtype, sizes.slice(1), offset, strides.slice(1), null);
  },
  derivative: { x: (grad, { shape }) => reshape(grad, shape) },
});

const range = (n: number): number[] => Array.from({ length: n }, (_, d) => d);

/** Whether a product of a batch and a matrix is computed as one of two matrices, as PyTorch decides. */
function isFolded(a: Tensor, b: Tensor): boolean {
  const isFirst = a.sizes.length >= b.sizes.length;
  const [large, small] = isFirst ? [a, b] : [b, a];
  const rank = large.sizes.length;
  if (rank < 3 || small.sizes.length > 2) return false;
  if (small.requiresGrad) return true;
  if (a.sizes.length === 2) return false;
  if (large.numel() === 0) return true;
  const { sizes: shape, strides } = isFirst ? large : permuted(large, [...range(rank - 2), rank - 1, rank - 2]);
  for (let d = 0; d < rank - 2; d++) if (strides[d] !== strides[d + 1]! * shape[d + 1]!) return false;
  return true;
}

function foldedProduct(a: Tensor, b: Tensor): Tensor {
  const isFirst = a.sizes.length >= b.sizes.length;
  const large = isFirst ? a : transpose(b, -1, -2);
  const small = isFirst ? b : a.sizes.length === 2 ? t(a) : a;
  const lead = large.sizes.slice(0, -1);
  const folded = reshape(large, [sizeOf(lead), large.sizes.at(-1)!]);
  if (small.sizes.length === 1) return unsafeView(mv(folded, small), lead);
  const out = unsafeView(mm(folded, small), [...lead, small.sizes[1]!]);
  return isFirst ? out : contiguous(transpose(out, -1, -2));
}

function batchedProduct(a: Tensor, b: Tensor): Tensor {
  const isVector = b.sizes.length === 1;
  const [n, k] = [a.sizes.length > 1 ? a.sizes.at(-2)! : 1, a.sizes.at(-1)!];
  const [l, m] = isVector ? [b.sizes[0]!, 1] : [b.sizes.at(-2)!, b.sizes.at(-1)!];
  const lead = broadcast(a.sizes.slice(0, -2), b.sizes.slice(0, -2));
  const count = sizeOf(lead);
  const left = (): Tensor => reshape(expand(a, [...lead, n, k]), [count, n, k]);
  const out = [...lead, ...(a.sizes.length > 1 ? [n] : []), ...(isVector ? [] : [m])];
  const right = reshape(expand(b, [...lead, l, ...(isVector ? [] : [m])]), isVector ? [count, l] : [count, l, m]);
  if (!isVector) return unsafeView(bmm(left(), right), out);
  const columns = unsqueeze(right, 2);
  return unsafeView(squeeze(bmm(left(), columns), -1), out);
}

/**
 * Product of vectors, matrices and batches of them.
 *
 * Shapes: [k] · [k] → []; [n, k] · [k] → [n]; [k] · [k, m] → [m]; [n, k] · [k, m] → [n, m]; with more dimensions the
 * leading ones are broadcast: [b, 1, n, k] · [c, k, m] → [b, c, n, m].
 * Throws {@link ShapeError} unless sizes agree, {@link DTypeError} unless the dtypes do.
 *
 * ```ts doctest
 * matmul(tensor([[1, 2], [3, 4]]), tensor([1, 1])).tolist() // => [3, 7]
 * ```
 */
export const matmul: MatrixProduct = defineFunction({
  name: "matmul",
  takes: { a: aTensor, b: aTensor },
  call: (a, b) => {
    const [rankA, rankB] = [a.sizes.length, b.sizes.length];
    if (rankA === 0 || rankB === 0)
      throw new ShapeError(
        `matmul: both arguments to matmul need to be at least 1D, but they are ${rankA}D and ${rankB}D. Use mul.`,
      );
    if (rankA === 1 && rankB === 1) return dot(a, b);
    if (rankA === 2 && rankB === 1) return mv(a, b);
    if (rankA === 2 && rankB === 2) return mm(a, b);
    return withScope(() => {
      if (rankA === 1 && rankB === 2) return squeezeRow(mm(unsqueeze(a, 0), b));
      if (isFolded(a, b)) return foldedProduct(a, b);
      if (rankA === 3 && rankB === 3 && a.sizes[0] !== b.sizes[0]) {
        if (a.sizes[0] === 1 && a.requiresGrad) return matmul(squeeze(a, 0), b);
        if (b.sizes[0] === 1 && b.requiresGrad) return matmul(a, squeeze(b, 0));
      }
      return batchedProduct(a, b);
    });
  },
});

/**
 * `x·weightᵀ + bias`.
 *
 * Shapes: `x` […, in], `weight` [out, in], `bias` [out] → […, out].
 * Throws {@link ShapeError} unless sizes agree, {@link DTypeError} unless the dtypes do.
 *
 * ```ts doctest
 * linear(tensor([[1, 2]]), tensor([[3, 4]]), tensor([5])).tolist() // => [[16]]
 * ```
 */
export const linear: FunctionOnly<Affine> = /* @__PURE__ */ functionOnly(
  defineFunction({
    name: "linear",
    takes: { x: aTensor, weight: aTensor, "bias?": [aTensor, null] },
    call: (x, weight, bias = null) => {
      if (weight.sizes.length === 1 && bias === null) return matmul(x, weight);
      return withScope(() => {
        const turned = t(weight);
        if (bias === null) return matmul(x, turned);
        if (x.sizes.length === 2) return addmm(bias, x, turned);
        if (!x.isContiguous() || x.sizes.length === 0) return add(matmul(x, turned), bias);
        const lead = x.sizes.slice(0, -1);
        const rows = reshape(x, [sizeOf(lead), x.sizes.at(-1)!]);
        return view(addmm(bias, rows, turned), [...lead, weight.sizes[0]!]);
      });
    },
  }),
);
