/** Diagonals, and any other layout of a storage. */
import { itemSize } from "@ag/kernels";
import { defineFunction } from "../../arguments/checked.ts";
import { aShape, aTensor, aWhole, someWholes } from "../../arguments/kinds.ts";
import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { checkedShape, countable, type Shape, showShape } from "../../layout/shape.ts";
import { diagonalOp } from "../index/selection.ts";
import { asStridedOp, endOf } from "./strided-gradient.ts";

export interface DiagonalOptions {
  /** The dimensions of rows and columns: 0 and 1 unless given. */
  readonly dim1?: number;
  readonly dim2?: number;
}

/**
 * The diagonal of two dimensions, which becomes the last one; `offset` above (or, negative, below) the main one.
 *
 * Derivative: zeros with G on the diagonal.
 *
 * ```ts doctest
 * diagonal(tensor([[1, 2], [3, 4]])).tolist() // => [1, 4]
 * ```
 */
export const diagonal: (x: Tensor, offset?: number, options?: DiagonalOptions) => Tensor = defineFunction({
  name: "diagonal",
  takes: { x: aTensor, "offset?": aWhole, "options?": { dim1: aWhole, dim2: aWhole } },
  call: (x, offset = 0, { dim1 = 0, dim2 = 1 } = {}) => diagonalOp(x, offset, dim1, dim2),
});

/**
 * Any layout of the storage of `x`: sizes, and strides in elements, from `storageOffset` (that of `x` unless given).
 *
 * Throws {@link ShapeError} when it reaches beyond the storage.
 * Derivative: G, summed where elements come several times (and shared where those of `x` do).
 *
 * ```ts doctest
 * asStrided(tensor([1, 2, 3]), [2, 2], [1, 1]).tolist() // => [[1, 2], [2, 3]]
 * ```
 */
export const asStrided: (
  x: Tensor,
  shape: Shape,
  strides: readonly number[],
  options?: { readonly storageOffset?: number },
) => Tensor = defineFunction({
  name: "asStrided",
  takes: { x: aTensor, shape: aShape, strides: someWholes, "options?": { storageOffset: aWhole } },
  call: (x, shape, strides, { storageOffset = x.offset } = {}) => {
    const layout = { offset: storageOffset, sizes: shape, strides };
    const available = x.storage.bytes / itemSize(x.dtype);
    const isWhole = [storageOffset, ...strides].every((n) => Number.isSafeInteger(n) && n >= 0);
    if (!isWhole || strides.length !== shape.length || endOf(layout) > available)
      throw new ShapeError(
        `asStrided: sizes ${showShape(shape)}, strides ${showShape(strides)}, storage offset ${storageOffset} are out of ` +
          `bounds for storage of size ${available}: need whole numbers of at least 0 that stay within.`,
      );
    countable(checkedShape(shape, "asStrided"), "asStrided");
    const own = { offset: x.offset, sizes: x.sizes, strides: x.strides };
    return asStridedOp(x, { shown: layout, own });
  },
});
