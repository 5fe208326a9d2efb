import { sizeOf } from "@ag/kernels";
import { ShapeError, ValueError } from "../core/errors.ts";

export { sizeOf };

/** Sizes of a tensor, outermost dimension first. */
export type Shape = readonly number[];

/** As messages show it: `[2, 3]`. */
export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let d = 0; d < a.length; d++) if (a[d] !== b[d]) return false;
  return true;
}

/** Strides of a dense row-major tensor. */
export function rowMajor(shape: Shape): readonly number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= Math.max(shape[d]!, 1);
  }
  return strides;
}

/** Whether these are the strides that {@link rowMajor} gives. */
export function isRowMajor({
  sizes,
  strides,
}: {
  readonly sizes: Shape;
  readonly strides: readonly number[];
}): boolean {
  let stride = 1;
  for (let d = sizes.length - 1; d >= 0; d--) {
    if (strides[d] !== stride) return false;
    stride *= Math.max(sizes[d]!, 1);
  }
  return true;
}

/** The common shape of two operands: sizes are compared from the right, and 1 stretches. */
export function broadcast(a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let d = 0; d < rank; d++) {
    const [x, y] = [a[a.length - rank + d] ?? 1, b[b.length - rank + d] ?? 1];
    if (x !== y && x !== 1 && y !== 1)
      throw new ShapeError(
        `broadcast: The size of tensor a (${x}) must match the size of tensor b (${y}) at non-singleton ` +
          `dimension ${d}: need equal sizes or 1; got ${showShape(a)} and ${showShape(b)}.`,
      );
    shape[d] = x === 1 ? y : x;
  }
  return shape;
}

/** The shape after reducing over `dims`, which stay as size 1. */
export const kept = (shape: Shape, dims: Shape): Shape => shape.map((size, d) => (dims.includes(d) ? 1 : size));

/** A dimension counted from the front; −1 is the last one. A scalar counts as having one. */
export function dimOf(dim: number, rank: number, op: string): number {
  const bound = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -bound || dim >= bound)
    throw new ValueError(
      `${op}: Dimension out of range (expected to be in range of [${-bound}, ${bound - 1}], but got ${typeof dim === "number" ? dim : typeof dim}).`,
    );
  return dim < 0 ? dim + bound : dim;
}

/** Dimensions counted from the front, each at most once. No dimension at all means every one. */
export function dimsOf(dim: number | Shape | null | undefined, rank: number, op: string): Shape {
  if (dim === undefined || dim === null || (typeof dim !== "number" && dim.length === 0))
    return Array.from({ length: rank }, (_, d) => d);
  const dims = (typeof dim === "number" ? [dim] : dim).map((d) => dimOf(d, rank, op));
  dims.forEach((d, i) => {
    if (dims.indexOf(d) !== i) throw new ValueError(`${op}: dim ${d} appears multiple times in the list of dims.`);
  });
  return rank === 0 ? [] : dims;
}

/** Sizes of a new tensor: whole and not negative. */
export function checkedShape(shape: Shape, op: string): Shape {
  for (const size of shape)
    if (!Number.isSafeInteger(size) || size < 0)
      throw new ShapeError(`${op}: need sizes that are whole and at least 0; got ${showShape(shape)}.`);
  return shape;
}

/** The shape of a view: so many elements that they can be counted. */
export function countable(shape: Shape, op: string): Shape {
  if (sizeOf(shape) <= Number.MAX_SAFE_INTEGER) return shape;
  throw new ShapeError(
    `${op}: numel: integer multiplication overflow: need fewer than 2^53 elements; got ${showShape(shape)}.`,
  );
}

/** `reshape(2, 3)` and `reshape([2, 3])` alike. */
export const shapeArgument = (sizes: readonly [Shape] | readonly number[]): Shape =>
  typeof sizes[0] === "object" ? sizes[0] : (sizes as readonly number[]);

/** Whether the elements fill a range without holes or overlaps, in any order of dimensions. */
export function isDense({ sizes, strides }: { readonly sizes: Shape; readonly strides: readonly number[] }): boolean {
  const dims = sizes.flatMap((size, d) => (size === 1 ? [] : [d])).sort((a, b) => strides[a]! - strides[b]!);
  let expected = 1;
  for (const d of dims) {
    if (strides[d] !== expected) return false;
    expected *= sizes[d]!;
  }
  return true;
}
