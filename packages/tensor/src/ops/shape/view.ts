/** The same elements in another shape, or some of them. */

import { defineFunction } from "../../arguments/checked.ts";
import { aShape, aSize, aTensor, aWhole, extents } from "../../arguments/kinds.ts";
import { defineView, overloads } from "../../core/define.ts";
import { IndexError, ShapeError, ValueError } from "../../core/errors.ts";
import type { Op } from "../../core/op.ts";
import type { Layout, Tensor } from "../../core/tensor.ts";
import type {
  Expanding,
  Flattening,
  LikeOther,
  Narrowing,
  Reshaping,
  Squeezing,
  Unsqueezing,
} from "../../kinds/reshaping.ts";
import { countable, dimOf, dimsOf, type Shape, shapeArgument, showShape, sizeOf } from "../../layout/shape.ts";
import { inferredShape } from "../../layout/strides.ts";
import { sliceOp } from "../index/selection.ts";
import { expandOp, reshape, reshapeTo, viewOp } from "./reshape.ts";

export {
  /** The slice at `index` along `dim`, which disappears. */
  select,
} from "../index/selection.ts";
export {
  /** The same elements, in order, in another shape, of which one size may be −1: a view, or a copy where no view can show them. */
  reshape,
} from "./reshape.ts";

/**
 * The same elements, in order, in another shape, without a copy. One size may be −1.
 *
 * Shapes: sizes with the product of those of `x`; dimensions that do not lie in one piece can be cut but not joined.
 * Throws {@link ShapeError} for other sizes, and where only a copy would do (use `reshape`).
 * Derivative: G in the shape of `x`.
 *
 * ```ts doctest
 * view(tensor([1, 2, 3, 4]), 2, -1).tolist() // => [[1, 2], [3, 4]]
 * ```
 */
export const view: Reshaping = defineFunction({
  name: "view",
  takes: { x: aTensor, "...shape": aSize },
  call: (x, ...shape) => viewOp(x, inferredShape("view", shapeArgument(shape), x.numel())),
});

/**
 * As {@link view}, in the shape of `other`.
 *
 * ```ts doctest
 * viewAs(arange(4), zeros(2, 2)).tolist() // => [[0, 1], [2, 3]]
 * ```
 */
export const viewAs: LikeOther = defineFunction({
  name: "viewAs",
  takes: { x: aTensor, other: aTensor },
  call: (x, other) => view(x, other.sizes),
});

/**
 * As {@link reshape}, in the shape of `other`.
 *
 * ```ts doctest
 * reshapeAs(arange(4), zeros(2, 2)).tolist() // => [[0, 1], [2, 3]]
 * ```
 */
export const reshapeAs: LikeOther = defineFunction({
  name: "reshapeAs",
  takes: { x: aTensor, other: aTensor },
  call: (x, other) => reshape(x, other.sizes),
});

/**
 * Joins the dimensions from `startDim` to `endDim` (both included) to one.
 *
 * Throws {@link ValueError} when they are in the wrong order.
 *
 * ```ts doctest
 * flatten(ones(2, 3, 4), 1).shape // => [2, 12]
 * ```
 */
export const flatten: Flattening = defineFunction({
  name: "flatten",
  takes: { x: aTensor, "startDim?": aWhole, "endDim?": aWhole },
  call: (x, startDim = 0, endDim = -1) => {
    const { sizes: shape } = x;
    if (shape.length === 0) return reshape(x, [1]);
    const [first, last] = [dimOf(startDim, shape.length, "flatten"), dimOf(endDim, shape.length, "flatten")];
    if (first > last)
      throw new ValueError(
        `flatten: flatten() has invalid args: start_dim cannot come after end_dim: got ${first}, ${last}.`,
      );
    if (first === last) return x;
    return reshape(x, [...shape.slice(0, first), sizeOf(shape.slice(first, last + 1)), ...shape.slice(last + 1)]);
  },
});

/**
 * Cuts dimension `dim` into several; one size may be −1.
 *
 * Throws {@link ShapeError} unless their product is the size of the dimension.
 *
 * ```ts doctest
 * unflatten(ones(2, 12), 1, [3, -1]).shape // => [2, 3, 4]
 * ```
 */
export const unflatten: (x: Tensor, dim: number, sizes: Shape) => Tensor = defineFunction({
  name: "unflatten",
  takes: { x: aTensor, dim: aWhole, sizes: aShape },
  call: (x, dim, sizes) => {
    const d = dimOf(dim, x.sizes.length, "unflatten");
    const size = x.sizes[d] ?? 1;
    const known = sizes.reduce((product, s) => (s === -1 ? product : product * s), 1);
    if (sizes.length === 0 || (sizes.includes(-1) ? known === 0 || size % known !== 0 : known !== size))
      throw new ShapeError(
        `unflatten: Provided sizes ${showShape(sizes)} don't multiply up to the size of dim ${d} (${size}) in the input tensor.`,
      );
    return view(x, [...x.sizes.slice(0, d), ...sizes, ...x.sizes.slice(d + 1)]);
  },
});

/** The sizes that `expand` makes of `x`; −1 keeps one. */
function expandedShape(x: Tensor, sizes: Shape): Shape {
  const added = sizes.length - x.sizes.length;
  if (added < 0)
    throw new ShapeError(
      `expand: the number of sizes provided (${sizes.length}) must be greater or equal to the number of dimensions in the ` +
        `tensor (${x.sizes.length}): got sizes ${showShape(sizes)} for ${showShape(x.sizes)}.`,
    );
  const shape = sizes.map((size, d) => {
    const own = x.sizes[d - added];
    if (size === -1 && own !== undefined) return own;
    if (own === undefined && size < 0)
      throw new ShapeError(
        `expand: The expanded size of the tensor (${size}) isn't allowed in a leading, non-existing dimension ${d}.`,
      );
    if (size < 0 || (own !== undefined && own !== 1 && own !== size))
      throw new ShapeError(
        `expand: The expanded size of the tensor (${size}) must match the existing size (${own}) at non-singleton ` +
          `dimension ${d}.  Target sizes: ${showShape(sizes)}.  Tensor sizes: ${showShape(x.sizes)}.`,
      );
    return size;
  });
  return countable(shape, "expand");
}

/**
 * Repeats dimensions of size 1, and new leading ones, without a copy; −1 keeps a size.
 *
 * Throws {@link ShapeError} for sizes that `x` does not stretch to.
 * Derivative: G, summed over what was repeated.
 *
 * ```ts doctest
 * expand(tensor([[1], [2]]), -1, 3).tolist() // => [[1, 1, 1], [2, 2, 2]]
 * ```
 */
export const expand: Expanding = defineFunction({
  name: "expand",
  takes: { x: aTensor, "...shape": aSize },
  call: (x, ...shape) => expandOp(x, expandedShape(x, shapeArgument(shape))),
});

/**
 * As {@link expand}, to the shape of `other`.
 *
 * ```ts doctest
 * expandAs(tensor([1, 2]), zeros(2, 2)).tolist() // => [[1, 2], [1, 2]]
 * ```
 */
export const expandAs: LikeOther = defineFunction({
  name: "expandAs",
  takes: { x: aTensor, other: aTensor },
  call: (x, other) => expand(x, other.sizes),
});

const without = ({ offset, sizes: shape, strides }: Tensor, isGone: (d: number) => boolean): Layout => ({
  offset,
  sizes: shape.filter((_, d) => !isGone(d)),
  strides: strides.filter((_, d) => !isGone(d)),
});

const squeezeAll: Op<[x: Tensor]> = defineView({
  name: "squeeze",
  inputs: ["x"],
  layout: (x) => without(x, (d) => x.sizes[d] === 1),
  derivative: { x: (grad, { shape }) => reshapeTo(grad, shape) },
});

const squeezeDim: Op<[x: Tensor, dim: number]> = defineView({
  name: "squeeze",
  node: "SqueezeBackward1",
  inputs: ["x"],
  layout: (x, dim) => {
    const only = dimOf(dim, x.sizes.length, "squeeze");
    return without(x, (d) => d === only && x.sizes[d] === 1);
  },
  derivative: { x: (grad, { shape }) => reshapeTo(grad, shape) },
});

const squeezeDims: Op<[x: Tensor, dims: Shape]> = defineView({
  name: "squeeze",
  node: "SqueezeBackward2",
  inputs: ["x"],
  layout: (x, dims) => {
    const chosen = dims.length === 0 ? [] : dimsOf(dims, x.sizes.length, "squeeze");
    return without(x, (d) => chosen.includes(d) && x.sizes[d] === 1);
  },
  derivative: { x: (grad, { shape }) => reshapeTo(grad, shape) },
});

/**
 * Without the dimensions of size 1: all of them, or those of `dim` that have it.
 *
 * ```ts doctest
 * squeeze(ones(1, 2, 1), 0).shape // => [2, 1]
 * ```
 */
export const squeeze: Squeezing = overloads({
  name: "squeeze",
  takes: { x: aTensor, "dim?": extents },
  ops: [squeezeAll, squeezeDim, squeezeDims],
  call: (x, dim) =>
    dim === undefined ? squeezeAll(x) : typeof dim === "number" ? squeezeDim(x, dim) : squeezeDims(x, dim),
});

/**
 * With a new dimension of size 1 at `dim`.
 *
 * ```ts doctest
 * unsqueeze(tensor([1, 2]), -1).tolist() // => [[1], [2]]
 * ```
 */
export const unsqueeze: Unsqueezing = defineView({
  name: "unsqueeze",
  inputs: ["x"],
  takes: { x: aTensor, dim: aWhole },
  layout: ({ offset, sizes: shape, strides }, dim) => {
    const d = dimOf(dim, shape.length + 1, "unsqueeze");
    const stride = d < shape.length ? shape[d]! * strides[d]! : 1;
    return {
      offset,
      sizes: [...shape.slice(0, d), 1, ...shape.slice(d)],
      strides: [...strides.slice(0, d), stride, ...strides.slice(d)],
    };
  },
  derivative: { x: (grad, { shape }) => reshapeTo(grad, shape) },
});

/**
 * `length` positions of dimension `dim`, from `start`.
 *
 * Throws {@link ShapeError} when they reach beyond it, {@link IndexError} when they start there.
 * Derivative: zeros with G in that part.
 *
 * ```ts doctest
 * narrow(tensor([1, 2, 3, 4]), 0, 1, 2).tolist() // => [2, 3]
 * ```
 */
export const narrow: Narrowing = defineFunction({
  name: "narrow",
  takes: { x: aTensor, dim: aWhole, start: aWhole, length: aWhole },
  call: (x, dim, start, length) => {
    if (x.sizes.length === 0) throw new ShapeError("narrow: narrow() cannot be applied to a 0-dim tensor.");
    const size = x.sizes[dimOf(dim, x.sizes.length, "narrow")]!;
    if (!Number.isInteger(length) || length < 0)
      throw new ShapeError(`narrow: narrow(): length must be non-negative: need a whole length; got ${length}.`);
    if (!Number.isInteger(start) || start < -size || start > size)
      throw new IndexError(
        `narrow: start out of range (expected to be in range of [${-size}, ${size}], but got ${start}).`,
      );
    const first = start < 0 ? start + size : start;
    if (first + length > size)
      throw new ShapeError(`narrow: start (${first}) + length (${length}) exceeds dimension size (${size}).`);
    return sliceOp(x, dim, { start: first, end: first + length, step: 1 });
  },
});
