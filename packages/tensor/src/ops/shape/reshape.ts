/** The same elements in another shape: by a view where that can be, else by a copy. */

import { defineFunction } from "../../arguments/checked.ts";
import { aSize, aTensor } from "../../arguments/kinds.ts";
import { defineOp, defineView } from "../../core/define.ts";
import { ShapeError } from "../../core/errors.ts";
import type { Op } from "../../core/op.ts";
import { type Layout, Tensor } from "../../core/tensor.ts";
import type { Reshaping } from "../../kinds/reshaping.ts";
import { cloneRowMajor } from "../../layout/converted.ts";
import { type Shape, shapeArgument, showShape } from "../../layout/shape.ts";
import { inferredShape, viewStrides } from "../../layout/strides.ts";

/** `view(2, 3)` or `view([2, 3])`. */

/** Where the elements of `x` lie in another shape; null where only a copy can show them. */
function reshaped(x: Tensor, shape: Shape): Layout | null {
  const strides = viewStrides(x, shape);
  return strides && { offset: x.offset, sizes: shape, strides };
}

/** `view` with sizes that are known to fit. */
export const viewOp: Op<[x: Tensor, shape: Shape]> = defineView({
  name: "view",
  inputs: ["x"],
  layout: (x, shape) => {
    const layout = reshaped(x, shape);
    if (layout) return layout;
    throw new ShapeError(
      "view: view size is not compatible with input tensor's size and stride (at least one dimension spans across two " +
        `contiguous subspaces): need a shape that needs no copy; got ${showShape(shape)} for ${showShape(x.sizes)} with ` +
        `strides ${showShape(x.strides)}. Use .reshape(...) instead.`,
    );
  },
  derivative: { x: (grad, { shape }) => reshapeTo(grad, shape) },
});

const reshapeAlias: Op<[x: Tensor, shape: Shape]> = defineView({
  name: "reshapeAlias",
  inputs: ["x"],
  layout: (x, shape) => reshaped(x, shape) as Layout,
  derivative: { x: (grad, { shape }) => reshapeTo(grad, shape) },
});

/** A view that does not know its base, of a copy that nobody else sees. */
export const unsafeView: Op<[x: Tensor, shape: Shape]> = defineOp({
  name: "unsafeView",
  inputs: ["x"],
  forward: (x, shape) => {
    x.storage.retain();
    const { offset, strides } = reshaped(x, shape) as Layout;
    return new Tensor(x.storage, x.dtype, shape, offset, strides, null);
  },
  derivative: { x: (grad, { shape }) => reshapeTo(grad, shape) },
});

/**
 * The same elements, in order, in another shape, of which one size may be −1: a view, or a copy where no view can show them.
 *
 * Throws {@link ShapeError} unless the sizes have the product of those of `x`.
 * Derivative: G in the shape of `x`.
 *
 * ```ts doctest
 * reshape(t(tensor([[1, 2], [3, 4]])), 4).tolist() // => [1, 3, 2, 4]
 * ```
 */
export const reshape: Reshaping = defineFunction({
  name: "reshape",
  takes: { x: aTensor, "...shape": aSize },
  call: (x, ...shape) => reshapeTo(x, inferredShape("reshape", shapeArgument(shape), x.numel())),
});

/** `reshape` with sizes that are known to fit. */
export function reshapeTo(x: Tensor, shape: Shape): Tensor {
  if (x.isContiguous()) return viewOp(x, shape);
  if (viewStrides(x, shape)) return reshapeAlias(x, shape);
  const copy = cloneRowMajor(x);
  const out = unsafeView(copy, shape);
  copy.dispose();
  return out;
}

/** `expand` with sizes that are known to fit. */
export const expandOp: Op<[x: Tensor, shape: Shape]> = defineView({
  name: "expand",
  inputs: ["x"],
  layout: (x, shape) => {
    const added = shape.length - x.sizes.length;
    const innermost = (d: number): number => (d < 0 ? 0 : x.strides[d]!);
    const strides = shape.map((size, d) => (x.sizes[d - added] === size ? innermost(d - added) : 0));
    return { offset: x.offset, sizes: shape, strides };
  },
  derivative: { x: (grad) => grad }, // whoever applies a derivative sums over what was repeated
});
