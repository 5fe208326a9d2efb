/** Which layouts show the same elements? The rules by which PyTorch makes views without a copy. */
import { IndexError, ShapeError, ValueError } from "../core/errors.ts";
import type { Layout } from "../core/tensor.ts";
import { dimOf, rowMajor, type Shape, sameShape, showShape, sizeOf } from "./shape.ts";

/** The sizes of a view of `count` elements: −1, at most once, stands for what is left. */
export function inferredShape(op: string, shape: Shape, count: number): Shape {
  let unknown = -1;
  let known = 1;
  shape.forEach((size, d) => {
    if (size === -1 && unknown >= 0)
      throw new ShapeError(`${op}: only one dimension can be inferred: need −1 at most once; got ${showShape(shape)}.`);
    if (size === -1) unknown = d;
    else if (!Number.isSafeInteger(size) || size < 0)
      throw new ShapeError(
        `${op}: invalid shape dimension ${size} at index ${d} of shape ${showShape(shape)}: need whole sizes of at least 0, or −1.`,
      );
    else known *= size;
  });
  if (unknown < 0 ? known === count : known > 0 && count % known === 0)
    return unknown < 0 ? shape : shape.map((size) => (size === -1 ? count / known : size));
  if (unknown >= 0 && known === 0 && count === 0)
    throw new ShapeError(
      `${op}: cannot reshape tensor of 0 elements into shape ${showShape(shape)} because the unspecified dimension ` +
        "size -1 can be any value and is ambiguous: need every size.",
    );
  throw new ShapeError(
    `${op}: shape '${showShape(shape)}' is invalid for input of size ${count}: need sizes whose product is ${count}.`,
  );
}

/**
 * Strides that show the elements of a layout in another shape of the same size, or null where only a copy can.
 * PyTorch's `computeStride`: runs of dimensions that lie in one piece may be cut and joined.
 */
export function viewStrides(
  { sizes: shape, strides }: Omit<Layout, "offset">,
  wanted: Shape,
): readonly number[] | null {
  if (sizeOf(shape) === 0) return sameShape(shape, wanted) ? strides : rowMajor(wanted);
  if (shape.length === 0) return wanted.map(() => 1);
  const result = new Array<number>(wanted.length);
  let next = wanted.length - 1;
  let base = strides[shape.length - 1]!;
  let [have, made] = [1, 1];
  for (let d = shape.length - 1; d >= 0; d--) {
    have *= shape[d]!;
    const isBroken = d === 0 || (shape[d - 1] !== 1 && strides[d - 1] !== have * base);
    if (!isBroken) continue;
    for (; next >= 0 && (made < have || wanted[next] === 1); next--) {
      result[next] = made * base;
      made *= wanted[next]!;
    }
    if (made !== have) return null;
    if (d > 0) base = strides[d - 1]!;
    [have, made] = [1, 1];
  }
  return next < 0 ? result : null;
}

/** The layout with dimensions in another order. */
export const permuted = ({ offset, sizes: shape, strides }: Layout, order: Shape): Layout => ({
  offset,
  sizes: order.map((d) => shape[d]!),
  strides: order.map((d) => strides[d]!),
});

/** The layout without dimension `dim`, at `index` of it. */
export function selected(x: Layout, dim: number, index: number): Layout {
  const rank = x.sizes.length;
  if (rank === 0) throw new IndexError("select: select() cannot be applied to a 0-dim tensor: need a dimension.");
  const d = dimOf(dim, rank, "select");
  const size = x.sizes[d]!;
  if (!Number.isInteger(index) || index < -size || index >= size)
    throw new IndexError(
      `select: index ${index} out of range for tensor of size ${showShape(x.sizes)} at dimension ${d}; ` +
        `index ${index} is out of bounds for dimension ${d} with size ${size}: need a whole number from ${-size} to ${size - 1}.`,
    );
  return {
    offset: x.offset + (index < 0 ? index + size : index) * x.strides[d]!,
    sizes: x.sizes.filter((_, i) => i !== d),
    strides: x.strides.filter((_, i) => i !== d),
  };
}

/** Which part of one dimension: Python's `start:end:step`. */
export interface Range {
  readonly start: number | null;
  readonly end: number | null;
  readonly step: number;
}

/** The layout with a part of dimension `dim`. */
export function sliced(x: Layout, dim: number, { start, end, step }: Range): Layout {
  if (x.sizes.length === 0)
    throw new IndexError("slice: slice() cannot be applied to a 0-dim tensor: need a dimension.");
  const d = dimOf(dim, x.sizes.length, "slice");
  if (!Number.isInteger(step) || step <= 0)
    throw new ValueError(`slice: step must be greater than zero: need a whole step of at least 1; got ${step}.`);
  const size = x.sizes[d]!;
  const clamped = (i: number): number => Math.min(Math.max(i < 0 ? i + size : i, 0), size);
  const first = clamped(start ?? 0);
  const last = Math.max(clamped(end ?? size), first);
  return {
    offset: x.offset + first * x.strides[d]!,
    sizes: x.sizes.map((s, i) => (i === d ? Math.ceil((last - first) / step) : s)),
    strides: x.strides.map((s, i) => (i === d ? s * step : s)),
  };
}

/** The layout of a diagonal of two dimensions, which becomes the last one. */
export function diagonalOf(x: Layout, offset: number, first: number, second: number): Layout {
  const rank = x.sizes.length;
  const [d1, d2] = [dimOf(first, rank, "diagonal"), dimOf(second, rank, "diagonal")];
  if (d1 === d2 || rank < 2)
    throw new ValueError(`diagonal: diagonal dimensions cannot be identical ${first}, ${second}: need two dimensions.`);
  const [rows, columns] = [x.sizes[d1]!, x.sizes[d2]!];
  const size = Math.max(offset < 0 ? Math.min(rows + offset, columns) : Math.min(rows, columns - offset), 0);
  const skipped = offset < 0 ? -offset * x.strides[d1]! : offset * x.strides[d2]!;
  const isOther = (_: number, i: number): boolean => i !== d1 && i !== d2;
  return {
    offset: x.offset + (size === 0 ? 0 : skipped),
    sizes: [...x.sizes.filter(isOther), size],
    strides: [...x.strides.filter(isOther), x.strides[d1]! + x.strides[d2]!],
  };
}

/**
 * Dense strides for a result of `shape`, to which the operands broadcast: its dimensions lie in the order in which most of
 * theirs do. PyTorch's `TensorIterator::reorder_dimensions`: an insertion sort, for which the operands have a say one after
 * the other, and a dimension that is broadcast has none. Null: row-major.
 */
export function stridesInOrderOf(operands: readonly Laid[], shape: Shape): readonly number[] | null {
  const rank = shape.length;
  const order = shape.map((_, i) => rank - 1 - i); // the innermost first
  for (let i = 1; i < rank; i++)
    for (let inner = i - 1, moving = i; inner >= 0; inner--) {
      const side = compared(operands, shape, order[inner]!, order[moving]!);
      if (side < 0) break;
      if (side === 0) continue;
      [order[inner], order[moving]] = [order[moving]!, order[inner]!];
      moving = inner;
    }
  if (order.every((d, i) => d === rank - 1 - i)) return null;
  const strides = new Array<number>(rank);
  let next = 1;
  for (const d of order) {
    strides[d] = next;
    next *= shape[d]!;
  }
  return strides;
}

type Laid = { readonly sizes: Shape; readonly strides: readonly number[] };

/** Negative when dimension `a` lies inside of `b`, positive when it lies outside, 0 when no operand says. */
function compared(operands: readonly Laid[], shape: Shape, a: number, b: number): number {
  for (const { sizes, strides } of operands) {
    const stride = (d: number): number => {
      const own = d - (shape.length - sizes.length);
      return own < 0 || (sizes[own] === 1 && shape[d] !== 1) ? 0 : strides[own]!;
    };
    const [inner, outer] = [stride(a), stride(b)];
    if (inner === 0 || outer === 0) continue;
    if (inner !== outer) return inner - outer;
    if (shape[a]! > shape[b]!) return 1;
  }
  return 0;
}
