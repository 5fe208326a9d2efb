/** Views of a part of a tensor. */
import { cpu } from "@ag/kernels";
import { defineOp, defineView } from "../define.ts";
import { ShapeError, ValueError, IndexError } from "../errors.ts";
import { asStridedView, full } from "../factories.ts";
import type { Op } from "../op.ts";
import { diagonalAt, sliceOf } from "../selection.ts";
import { dimOf, type Shape, showShape, sizeOf } from "../shape.ts";
import { type Layout, Tensor } from "../tensor.ts";

export { select } from "../selection.ts";

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
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  if (x.shape.length === 0) throw new ShapeError("narrow: narrow() cannot be applied to a 0-dim tensor.");
  const size = x.shape[dimOf(dim, x.shape.length, "narrow")]!;
  if (!Number.isInteger(length) || length < 0)
    throw new ShapeError(`narrow: narrow(): length must be non-negative: need a whole length; got ${length}.`);
  if (!Number.isInteger(start) || start < -size || start > size)
    throw new IndexError(`narrow: start out of range (expected to be in range of [${-size}, ${size}], but got ${start}).`);
  const first = start < 0 ? start + size : start;
  if (first + length > size)
    throw new ShapeError(`narrow: start (${first}) + length (${length}) exceeds dimension size (${size}).`);
  return sliceOf(x, dim, { start: first, end: first + length, step: 1 });
}

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
export const diagonal = (x: Tensor, offset = 0, { dim1 = 0, dim2 = 1 }: DiagonalOptions = {}): Tensor =>
  diagonalAt(x, offset, dim1, dim2);

/** Where a tensor looks, and from where on its layout counts. */
type Geometry = Layout & { readonly bytes: number };

/** The elements that a layout reaches, counted from its first one. */
const extent = ({ shape, strides }: Layout): number =>
  sizeOf(shape) === 0 ? 0 : shape.reduce((end, size, d) => end + (size - 1) * strides[d]!, 1);

/** For each element of a layout: where it lies, in row-major order. */
function positions({ offset, shape, strides }: Layout): BigInt64Array {
  const out = new BigInt64Array(sizeOf(shape));
  let next = 0;
  const walk = (d: number, at: number): void => {
    if (d === shape.length) out[next++] = BigInt(at);
    else for (let i = 0; i < shape[d]!; i++) walk(d + 1, at + i * strides[d]!);
  };
  if (out.length > 0) walk(0, offset);
  return out;
}

const asStridedAt: Op<[x: Tensor, layout: Layout, own: Layout]> = defineView({
  name: "asStrided",
  inputs: ["x"],
  layout: (_x, layout) => layout,
  derivative: { x: (grad, _saved, layout, own) => asStridedBackward(grad, layout, own) },
});
