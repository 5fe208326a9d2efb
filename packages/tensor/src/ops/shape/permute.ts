/** The same elements with dimensions in another order. */

import { defineFunction } from "../../arguments/checked.ts";
import { aSize, aTensor, aWhole, extents } from "../../arguments/kinds.ts";
import { defineView } from "../../core/define.ts";
import { ShapeError, ValueError } from "../../core/errors.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Permuting, Swapping, Transposing } from "../../kinds/reshaping.ts";
import { dimOf, dimsOf, type Shape, shapeArgument, showShape } from "../../layout/shape.ts";
import { permuted } from "../../layout/strides.ts";

const range = (n: number): number[] => Array.from({ length: n }, (_, d) => d);

/**
 * The transpose of a matrix; what has fewer dimensions stays as it is.
 *
 * Shapes: `x` [n, m] → [m, n].
 * Throws {@link ShapeError} for more than two dimensions.
 * Derivative: Gᵀ.
 *
 * ```ts doctest
 * t(tensor([[1, 2], [3, 4]])).tolist() // => [[1, 3], [2, 4]]
 * ```
 */
export const t: Transposing = defineView({
  name: "t",
  inputs: ["x"],
  takes: { x: aTensor },
  layout: (x) => {
    if (x.sizes.length > 2)
      throw new ShapeError(
        `t: t() expects a tensor with <= 2 dimensions, but self is ${x.sizes.length}D: need a matrix. ` +
          "Use transpose(x, dim0, dim1) or permute.",
      );
    return permuted(x, range(x.sizes.length).reverse());
  },
  derivative: { x: (grad) => t(grad) },
});

/**
 * Two dimensions exchanged.
 *
 * ```ts doctest
 * transpose(ones(2, 3, 4), 0, -1).shape // => [4, 3, 2]
 * ```
 */
export const transpose: Swapping = defineView({
  name: "transpose",
  inputs: ["x"],
  takes: { x: aTensor, dim0: aWhole, dim1: aWhole },
  layout: (x, dim0, dim1) => {
    const rank = x.sizes.length;
    const [a, b] = [dimOf(dim0, rank, "transpose"), dimOf(dim1, rank, "transpose")];
    return permuted(
      x,
      range(rank).map((d) => (d === a ? b : d === b ? a : d)),
    );
  },
  derivative: { x: (grad, _saved, dim0, dim1) => transpose(grad, dim0, dim1) },
});

/** Every dimension of `x` once, counted from the front. */
function checkedOrder(x: Tensor, dims: Shape): Shape {
  const rank = x.sizes.length;
  if (dims.length !== rank)
    throw new ShapeError(
      "permute: number of dimensions in the tensor input does not match the length of the desired ordering of dimensions " +
        `i.e. input.dim() = ${rank} is not equal to len(dims) = ${dims.length}: got ${showShape(dims)}.`,
    );
  const order = dims.map((d) => dimOf(d, rank, "permute"));
  if (new Set(order).size !== rank)
    throw new ValueError(`permute: duplicate dims are not allowed: need each dimension once; got ${showShape(dims)}.`);
  return order;
}

const permuteOp: Op<[x: Tensor, order: Shape]> = defineView({
  name: "permute",
  inputs: ["x"],
  layout: (x, order) => permuted(x, order),
  derivative: {
    x: (grad, _saved, order) =>
      permuteOp(
        grad,
        order.map((_, d) => order.indexOf(d)),
      ),
  },
});

/**
 * The dimensions in the order `dims`: `permute(2, 0, 1)` or `permute([2, 0, 1])`.
 *
 * Throws {@link ShapeError} unless there are as many as dimensions, {@link ValueError} when one comes twice.
 *
 * ```ts doctest
 * permute(ones(2, 3, 4), 2, 0, 1).shape // => [4, 2, 3]
 * ```
 */
export const permute: Permuting = defineFunction({
  name: "permute",
  takes: { x: aTensor, "...dims": aSize },
  call: (x, ...dims) => permuteOp(x, checkedOrder(x, shapeArgument(dims))),
});

/**
 * Dimension `source` moved to place `destination`, or several; the others keep their order.
 *
 * ```ts doctest
 * movedim(ones(2, 3, 4), 0, -1).shape // => [3, 4, 2]
 * ```
 */
export const movedim: (x: Tensor, source: number | Shape, destination: number | Shape) => Tensor = defineFunction({
  name: "movedim",
  takes: { x: aTensor, source: extents, destination: extents },
  call: (x, source, destination) => {
    const rank = x.sizes.length;
    const listed = (dims: number | Shape): Shape =>
      typeof dims === "number"
        ? [dimOf(dims, rank, "movedim")]
        : dims.length === 0
          ? []
          : dimsOf(dims, rank, "movedim");
    const [from, to] = [listed(source), listed(destination)];
    if (from.length !== to.length)
      throw new ValueError(
        "movedim: Invalid source or destination dims: source should contain the same number of dims as destination; " +
          `got ${showShape(from)} and ${showShape(to)}.`,
      );
    const rest = range(rank).filter((d) => !from.includes(d));
    return permuteOp(
      x,
      range(rank).map((d) => (to.includes(d) ? from[to.indexOf(d)]! : (rest.shift() as number))),
    );
  },
});
