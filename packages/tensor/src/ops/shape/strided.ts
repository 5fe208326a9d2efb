/** Diagonals, and any other layout of a storage. */
import { itemSize } from "@ag/kernels";
import { defineFunction } from "../../arguments/checked.ts";
import { aShape, aTensor, aWhole, someWholes } from "../../arguments/kinds.ts";
import { defineView } from "../../core/define.ts";
import { ShapeError } from "../../core/errors.ts";
import type { Op } from "../../core/op.ts";
import type { Layout, Tensor } from "../../core/tensor.ts";
import { checkedShape, countable, type Shape, showShape, sizeOf } from "../../layout/shape.ts";
import { full, tensor } from "../../make/factories.ts";
import { gather, scatterAdd } from "../index/gather.ts";
import { diagonalOp } from "../index/selection.ts";
import { reshape } from "./view.ts";

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

/** One past the last element that a layout reaches. */
const endOf = ({ offset, sizes: shape, strides }: Layout): number =>
  sizeOf(shape) === 0 ? offset : shape.reduce((end, size, d) => end + (size - 1) * strides[d]!, offset + 1);

/** For each element of a layout: how far from `start` it lies, in row-major order. */
function positions({ offset, sizes: shape, strides }: Layout, start: number): Tensor {
  const out = new BigInt64Array(sizeOf(shape));
  let next = 0;
  const walk = (d: number, at: number): void => {
    if (d === shape.length) out[next++] = BigInt(at);
    else for (let i = 0; i < shape[d]!; i++) walk(d + 1, at + i * strides[d]!);
  };
  if (out.length > 0) walk(0, offset - start);
  return tensor(out);
}

/** What is shown, and what the input showed. */
interface Geometry {
  readonly shown: Layout;
  readonly own: Layout;
}

/** The gradient of a layout's elements, as that of the elements that `own` shows. */
function fromLayout(grad: Tensor, { shown, own }: Geometry): Tensor {
  if (own.sizes.some((size, d) => size > 1 && own.strides[d] === 0))
    throw new ShapeError(
      "asStrided: need an input that is not expanded, to differentiate; got one. Use x.clone() first.",
    );
  const start = Math.min(shown.offset, own.offset);
  const zeros = full([Math.max(endOf(shown), endOf(own)) - start], 0, { dtype: grad.dtype });
  const all = scatterAdd(zeros, 0, positions(shown, start), reshape(grad, -1));
  return reshape(gather(all, 0, positions(own, start)), own.sizes);
}

const asStridedOp: Op<[x: Tensor, geometry: Geometry]> = defineView({
  name: "asStrided",
  inputs: ["x"],
  layout: (_x, { shown }) => shown,
  derivative: { x: (grad, _saved, geometry) => fromLayout(grad, geometry) },
});

/**
 * Any layout of the storage of `x`: sizes, and strides in elements, from `storageOffset` (that of `x` unless given).
 *
 * Throws {@link ShapeError} when it reaches beyond the storage.
 * Derivative: G, summed where elements come several times.
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
