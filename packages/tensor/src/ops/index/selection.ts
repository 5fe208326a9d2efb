/** Views of a part of a tensor, and their gradients: zeros with the gradient in that part. */

import { aTensor, aWhole } from "../../arguments/kinds.ts";
import { defineOp, defineView } from "../../core/define.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import type { Layout, Tensor } from "../../core/tensor.ts";
import type { Selecting } from "../../kinds/reshaping.ts";
import type { Shape } from "../../layout/shape.ts";
import { diagonalOf, type Range, selected, sliced } from "../../layout/strides.ts";
import { full } from "../../make/factories.ts";

/** Zeros of a shape, with `grad` in the part that `part` names. */
function placed(grad: Tensor, shape: Shape, part: (zeros: Layout) => Layout): Tensor {
  const out = full(shape, 0, { dtype: grad.dtype });
  kernels.copy(grad, { storage: out.storage, dtype: out.dtype, ...part(out) });
  return out;
}

/**
 * The slice at `index` along `dim`, which disappears.
 *
 * Throws {@link IndexError} outside of the dimension.
 * Derivative: zeros with G in that slice.
 *
 * ```ts doctest
 * select(tensor([[1, 2], [3, 4]]), 0, -1).tolist() // => [3, 4]
 * ```
 */
export const select: Selecting<[index: number]> = defineView({
  name: "select",
  inputs: ["x"],
  takes: { x: aTensor, dim: aWhole, index: aWhole },
  layout: (x, dim, index) => selected(x, dim, index),
  derivative: { x: (grad, { shape }, dim, index) => selectBackward(grad, shape, dim, index) },
});

const selectBackward: Op<[grad: Tensor, shape: Shape, dim: number, index: number]> = defineOp({
  name: "selectBackward",
  inputs: ["grad"],
  forward: (grad, shape, dim, index) => placed(grad, shape, (zeros) => selected(zeros, dim, index)),
  derivative: { grad: (grad, _saved, _shape, dim, index) => select(grad, dim, index) },
});

/** A part of dimension `dim`. Derivative: zeros with G in that part. */
export const sliceOp: Op<[x: Tensor, dim: number, range: Range]> = defineView({
  name: "slice",
  inputs: ["x"],
  layout: (x, dim, range) => sliced(x, dim, range),
  derivative: { x: (grad, { shape }, dim, range) => sliceBackward(grad, shape, dim, range) },
});

const sliceBackward: Op<[grad: Tensor, shape: Shape, dim: number, range: Range]> = defineOp({
  name: "sliceBackward",
  inputs: ["grad"],
  forward: (grad, shape, dim, range) => placed(grad, shape, (zeros) => sliced(zeros, dim, range)),
  derivative: { grad: (grad, _saved, _shape, dim, range) => sliceOp(grad, dim, range) },
});

/** A diagonal of the dimensions `dim1` and `dim2`. Derivative: zeros with G on that diagonal. */
export const diagonalOp: Op<[x: Tensor, offset: number, dim1: number, dim2: number]> = defineView({
  name: "diagonal",
  inputs: ["x"],
  layout: (x, offset, dim1, dim2) => diagonalOf(x, offset, dim1, dim2),
  derivative: { x: (grad, { shape }, offset, dim1, dim2) => diagonalBackward(grad, shape, [offset, dim1, dim2]) },
});

const diagonalBackward: Op<[grad: Tensor, shape: Shape, where: readonly [number, number, number]]> = defineOp({
  name: "diagonalBackward",
  inputs: ["grad"],
  forward: (grad, shape, where) => placed(grad, shape, (zeros) => diagonalOf(zeros, ...where)),
  derivative: { grad: (grad, _saved, _shape, where) => diagonalOp(grad, ...where) },
});

/** All of `x`, as a tensor of its own. */
export const alias: Op<[x: Tensor]> = defineView({
  name: "alias",
  inputs: ["x"],
  layout: (x) => x,
  derivative: { x: (grad) => grad },
});
