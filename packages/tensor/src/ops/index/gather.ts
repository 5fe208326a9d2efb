/** Elements and slices picked by tensors of indices, and added to such places. */

import { defineFunction } from "../../arguments/checked.ts";
import { aTensor, aWhole } from "../../arguments/kinds.ts";
import { defineOp } from "../../core/define.ts";
import { DTypeError, IndexError, ShapeError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Same } from "../../kinds/elementwise.ts";
import { withDense } from "../../layout/dense.ts";
import { dimOf, type Shape, sameShape, showShape } from "../../layout/shape.ts";
import { full } from "../../make/factories.ts";
import { fresh } from "../../make/fresh.ts";
import { checkComputes } from "../../types/dtype.ts";
import { along, atLeast1, lined, outside, row, withIndices } from "./indices.ts";

/** Throws unless `index` has the rank of `x` and fits into it in every dimension but `dim`. */
function checkGathered(op: string, x: Tensor, dim: number, index: Tensor): number {
  const d = dimOf(dim, x.sizes.length, op);
  const [own, wanted] = [atLeast1(x.sizes), atLeast1(index.sizes)];
  if (index.numel() > 0 && own.length !== wanted.length)
    throw new ShapeError(
      `${op}: Index tensor must have the same number of dimensions as input tensor: got ${showShape(index.sizes)} and ` +
        `${showShape(x.sizes)}.`,
    );
  const out = wanted.findIndex((size, k) => k !== d && size > own[k]!);
  if (out >= 0)
    throw new ShapeError(
      `${op}: Size does not match at dimension ${out} expected index ${showShape(index.sizes)} to be no larger than self ` +
        `${showShape(x.sizes)} apart from dimension ${d}.`,
    );
  return d;
}

const gatherOp: Op<[x: Tensor, index: Tensor, dim: number]> = defineOp({
  name: "gather",
  inputs: ["x", "index"],
  saves: { x: ["index"] },
  forward: (x, index, dim) => {
    const out = fresh(index.sizes, x.dtype);
    const from = lined(x);
    if (index.numel() > 0)
      kernels.gather(from, lined(index), lined(out), { dim }, outside("gather", dim, from.sizes[dim]!));
    return out;
  },
  derivative: {
    x: (grad, { index, shape }, dim) => scatterAddOp(full(shape, 0, { dtype: grad.dtype }), index, grad, dim),
    index: null,
  },
});

/**
 * The elements at `index` along `dim`: `out[i][j] = x[index[i][j]][j]` for dimension 0.
 *
 * Shapes: `index` has the rank of `x` and is no larger, except along `dim` → that of `index`.
 * Throws {@link IndexError} for an index outside, {@link ShapeError} and {@link DTypeError} for an index that does not fit.
 * Derivative: zeros with G added at the indices.
 *
 * ```ts doctest
 * gather(tensor([[1, 2], [3, 4]]), 1, tensor([[1n], [0n]])).tolist() // => [[2], [3]]
 * ```
 */
export const gather: (x: Tensor, dim: number, index: Tensor) => Tensor = defineFunction({
  name: "gather",
  takes: { x: aTensor, dim: aWhole, index: aTensor },
  call: (x, dim, index) =>
    withIndices("gather", index, (whole) => gatherOp(x, whole, checkGathered("gather", x, dim, whole))),
});

const scatterAddOp: Op<[x: Tensor, index: Tensor, source: Tensor, dim: number]> = defineOp({
  name: "scatterAdd",
  inputs: ["x", "index", "source"],
  saves: { source: ["index"] },
  forward: (x, index, source, dim) => {
    checkComputes("scatterAdd", x.dtype);
    const out = fresh(x.sizes, x.dtype);
    kernels.copy(x, out);
    const to = lined(out);
    if (index.numel() > 0)
      kernels.scatter("add", to, lined(index), lined(source), { dim }, outside("scatterAdd", dim, to.sizes[dim]!));
    return out;
  },
  derivative: {
    x: (grad) => grad,
    index: null,
    source: (grad, { index, shape }, dim) => {
      if (sameShape(index.sizes, shape)) return gatherOp(grad, index, dim);
      throw new ShapeError(
        `scatterAdd: need a source of the shape of the index, to differentiate; got ${showShape(shape)} for ` +
          `${showShape(index.sizes)}. Use source.narrow(…).`,
      );
    },
  },
});

/**
 * `x` with the elements of `source` added at `index` along `dim`: `out[index[i][j]][j] += source[i][j]` for dimension 0.
 *
 * Shapes: all have one rank; `index` is no larger than `source`, nor than `x` except along `dim` → that of `x`.
 * Throws {@link IndexError} for an index outside, {@link ShapeError} and {@link DTypeError} for operands that do not fit.
 * Derivative: G, and G at the indices.
 *
 * ```ts doctest
 * scatterAdd(zeros(3), 0, tensor([0n, 0n, 2n]), tensor([1, 2, 3])).tolist() // => [3, 0, 3]
 * ```
 */
export const scatterAdd: Same<[dim: number, index: Tensor, source: Tensor]> = defineFunction({
  name: "scatterAdd",
  takes: { x: aTensor, dim: aWhole, index: aTensor, source: aTensor },
  call: (x, dim, index, source) =>
    withIndices("scatterAdd", index, (whole) => {
      const d = checkGathered("scatterAdd", x, dim, whole);
      if (source.dtype !== x.dtype)
        throw new DTypeError(
          `scatterAdd: scatter(): Expected self.dtype to be equal to src.dtype: need ${x.dtype}; got ${source.dtype}.`,
        );
      if (atLeast1(whole.sizes).length !== atLeast1(source.sizes).length && whole.numel() > 0)
        throw new ShapeError(
          "scatterAdd: Index tensor must have the same number of dimensions as src tensor: need one rank; got " +
            `${showShape(index.sizes)} and ${showShape(source.sizes)}.`,
        );
      if (atLeast1(whole.sizes).some((size, k) => size > (atLeast1(source.sizes)[k] ?? 0)) && whole.numel() > 0)
        throw new ShapeError(
          `scatterAdd: Expected index ${showShape(index.sizes)} to be no larger than self ${showShape(x.sizes)} apart from ` +
            `dimension ${d} and to be no larger size than src ${showShape(source.sizes)}.`,
        );
      return scatterAddOp(x, whole, source, d);
    }),
});

const indexSelectOp: Op<[x: Tensor, index: Tensor, dim: number]> = defineOp({
  name: "indexSelect",
  inputs: ["x", "index"],
  saves: { x: ["index"] },
  forward: (x, index, dim) => {
    const out = fresh(
      x.sizes.map((size, d) => (d === dim ? index.numel() : size)),
      x.dtype,
    );
    const [from, to] = [lined(x), lined(out)];
    const size = from.sizes[dim]!;
    kernels.gather(
      from,
      along(index, dim, to.sizes),
      to,
      { dim },
      (i) => new IndexError(`indexSelect: INDICES element is out of DATA bounds, id=${i} axis_dim=${size}.`),
    );
    return out;
  },
  derivative: {
    x: (grad, { index, shape }, dim) => indexAddOp(full(shape, 0, { dtype: grad.dtype }), index, grad, dim),
    index: null,
  },
});

/**
 * The slices at `index` along `dim`.
 *
 * Shapes: `index` [k] → that of `x` with k along `dim`.
 * Throws {@link IndexError} for an index outside, {@link ShapeError} unless `index` is a vector, {@link DTypeError} unless it is whole.
 * Derivative: zeros with the slices of G added at the indices.
 *
 * ```ts doctest
 * indexSelect(tensor([1, 2, 3]), 0, tensor([2n, 0n])).tolist() // => [3, 1]
 * ```
 */
export const indexSelect: (x: Tensor, dim: number, index: Tensor) => Tensor = defineFunction({
  name: "indexSelect",
  takes: { x: aTensor, dim: aWhole, index: aTensor },
  call: (x, dim, index) =>
    withIndices("indexSelect", index, (whole) => {
      const d = dimOf(dim, x.sizes.length, "indexSelect");
      if (index.sizes.length > 1)
        throw new ShapeError(`indexSelect: Index is supposed to be a vector; got ${showShape(index.sizes)}.`);
      return indexSelectOp(x, whole, d);
    }),
});

const indexAddOp: Op<[x: Tensor, index: Tensor, source: Tensor, dim: number]> = defineOp({
  name: "indexAdd",
  inputs: ["x", "index", "source"],
  saves: { source: ["index"] },
  forward: (x, index, source, dim) => {
    checkComputes("indexAdd", x.dtype);
    const out = fresh(x.sizes, x.dtype);
    kernels.copy(x, out);
    const [to, from] = [lined(out), lined(source)];
    const size = to.sizes[dim]!;
    kernels.scatter(
      "add",
      to,
      along(index, dim, from.sizes),
      from,
      { dim },
      (i) => new IndexError(`indexAdd: index out of range in self: index ${i} for dimension ${dim} with size ${size}.`),
    );
    return out;
  },
  derivative: { x: (grad) => grad, index: null, source: (grad, { index }, dim) => indexSelectOp(grad, index, dim) },
});

/**
 * `x` with the slices of `source` added at `index` along `dim`.
 *
 * Shapes: `index` [k], `source` that of `x` with k along `dim` → that of `x`.
 * Throws {@link IndexError} for an index outside, {@link ShapeError} and {@link DTypeError} for operands that do not fit.
 * Derivative: G, and the slices of G at the indices.
 *
 * ```ts doctest
 * indexAdd(zeros(3), 0, tensor([0n, 2n, 0n]), tensor([1, 2, 3])).tolist() // => [4, 0, 2]
 * ```
 */
export const indexAdd: Same<[dim: number, index: Tensor, source: Tensor]> = defineFunction({
  name: "indexAdd",
  takes: { x: aTensor, dim: aWhole, index: aTensor, source: aTensor },
  call: (x, dim, index, source) =>
    withIndices("indexAdd", index, (whole) => {
      const d = dimOf(dim, x.sizes.length, "indexAdd");
      if (source.dtype !== x.dtype)
        throw new DTypeError(
          `indexAdd: self and source expected to have the same dtype: need ${x.dtype}; got ${source.dtype}.`,
        );
      if (index.sizes.length > 1 || index.numel() !== (atLeast1(source.sizes)[d] ?? 0))
        throw new ShapeError(
          `indexAdd: index_add_(): Number of indices (${index.numel()}) should be equal to source.size(dim): ` +
            `(${source.sizes[d]}), for dim: ${d}: need one index for each slice of the source.`,
        );
      if (source.sizes.length !== x.sizes.length || source.sizes.some((size, k) => k !== d && size !== x.sizes[k]))
        throw new ShapeError(
          `indexAdd: index_add_(): Source and destination must have the same shape except in dimension ${d}: got source ` +
            `${showShape(source.sizes)} for ${showShape(x.sizes)}.`,
        );
      return indexAddOp(x, whole, source, d);
    }),
});

/**
 * The elements at `index` of `x` as one row; negative ones count from the end.
 *
 * Throws {@link IndexError} for an index outside.
 * Derivative: zeros with G added at the indices.
 *
 * ```ts doctest
 * take(tensor([[1, 2], [3, 4]]), tensor([3n, 0n])).tolist() // => [4, 1]
 * ```
 */
export const take: (x: Tensor, index: Tensor) => Tensor = defineFunction({
  name: "take",
  takes: { x: aTensor, index: aTensor },
  call: (x, index) => withIndices("take", index, (whole) => takeOp(x, whole)),
});

const takeOp: Op<[x: Tensor, index: Tensor]> = defineOp({
  name: "take",
  inputs: ["x", "index"],
  saves: { x: ["index"] },
  forward: (x, index) => {
    const out = fresh(index.sizes, x.dtype);
    withDense([x, index], (elements, places) => {
      kernels.gather(
        row(elements),
        row(places),
        row(out),
        { dim: 0, wraps: true },
        (i) => new IndexError(`take: out of range: tried to access index ${i} on a tensor of ${x.numel()} elements.`),
      );
    });
    return out;
  },
  derivative: {
    x: (grad, { index, shape }) => put(grad, index, shape),
    index: null,
  },
});

/** Zeros with G added at the indices of the elements. */
const put: Op<[grad: Tensor, index: Tensor, shape: Shape]> = defineOp({
  name: "put",
  inputs: ["grad", "index"],
  saves: { grad: ["index"] },
  forward: (grad, index, shape) => {
    const out = full(shape, 0, { dtype: grad.dtype });
    withDense([grad, index], (added, places) => {
      kernels.scatter("add", row(out), row(places), row(added), { dim: 0, wraps: true });
    });
    return out;
  },
  derivative: { grad: (g, { index }) => takeOp(g, index), index: null },
});
