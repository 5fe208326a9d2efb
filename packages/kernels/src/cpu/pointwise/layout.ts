/** In which order are the elements visited? Dimensions are sorted by the strides of the result and merged where they can be. */
import { itemSize } from "../../dtype.ts";
import { isSmall, split } from "../../threads/split.ts";
import { isContiguous, sizeOf, type View } from "../../view.ts";

/** Loops, outermost first, at least two. `strides[k][d]`: bytes from one turn of loop d to the next in view k. */
export interface Nest {
  readonly sizes: number[];
  readonly strides: number[][];
}

/** Byte stride of a view along dimension d of a result of this rank and size; 0 where the view is broadcast. */
function strideAlong(view: View, d: number, rank: number, size: number): number {
  const own = d - rank + view.sizes.length;
  if (own < 0 || (view.sizes[own] === 1 && size !== 1)) return 0;
  return view.strides[own]! * itemSize(view.dtype);
}

/** Dimensions of more than one element, by falling stride. */
function sortedDimensions({ sizes: shape, strides }: View): number[] {
  const order: number[] = [];
  for (let d = 0; d < shape.length; d++) {
    if (shape[d] === 1) continue;
    let at = order.length;
    for (; at > 0 && strides[order[at - 1]!]! < strides[d]!; at--) order[at] = order[at - 1]!;
    order[at] = d;
  }
  return order;
}

/** Whether `x` has the shape and the strides of `out`. */
export function hasLayoutOf(x: View, out: View): boolean {
  const rank = out.sizes.length;
  if (x.sizes.length !== rank) return false;
  for (let d = 0; d < rank; d++)
    if (x.sizes[d] !== out.sizes[d] || (x.strides[d] !== out.strides[d] && x.sizes[d] !== 1)) return false;
  return true;
}

/** The loops over the elements of `views[0]`; the other views are broadcast to its shape. */
export function nest(views: readonly View[]): Nest {
  const out = views[0]!;
  const isOne = (x: View): boolean => sizeOf(x.sizes) === 1;
  if (isContiguous(out) && views.every((x) => isOne(x) || hasLayoutOf(x, out)))
    return { sizes: [1, sizeOf(out.sizes)], strides: views.map((x) => [0, isOne(x) ? 0 : itemSize(x.dtype)]) };
  const rank = out.sizes.length;
  const order = sortedDimensions(out);
  const sizes: number[] = [];
  const strides: number[][] = [];
  for (let k = 0; k < views.length; k++) strides.push([]);
  for (let i = 0; i < order.length; i++) {
    const d = order[i]!;
    const size = out.sizes[d]!;
    const last = sizes.length - 1;
    let merges = last >= 0;
    for (let k = 0; k < views.length && merges; k++)
      merges = strides[k]![last] === strideAlong(views[k]!, d, rank, size) * size;
    if (merges) sizes[last]! *= size;
    else sizes.push(size);
    const loop = sizes.length - 1;
    for (let k = 0; k < views.length; k++) strides[k]![loop] = strideAlong(views[k]!, d, rank, size);
  }
  while (sizes.length < 2) {
    sizes.unshift(1);
    for (let k = 0; k < views.length; k++) strides[k]!.unshift(0);
  }
  return { sizes, strides };
}

/**
 * Calls `visit` for parts of the loops that may run on several threads: cut along the outermost loop that is long enough,
 * else along the longest. `work`: nanoseconds on one thread. `visit` may move the addresses.
 */
export function splitNest(
  loops: Nest,
  addresses: number[],
  work: number,
  visit: (part: Nest, addresses: number[]) => void,
): void {
  if (isSmall(work)) {
    visit(loops, addresses);
    return;
  }
  const { sizes, strides } = loops;
  let along = 0;
  for (let d = 1; d < sizes.length && sizes[along]! < 32; d++) if (sizes[d]! > sizes[along]!) along = d;
  const n = sizes[along]!;
  const multiple = along === sizes.length - 1 ? 64 : n >= 512 ? 16 : 1; // elements as lines of cache, rows as tiles of them
  split({ n, work, multiple }, (first, count) => {
    const part = { sizes: sizes.map((size, d) => (d === along ? count : size)), strides };
    visit(
      part,
      addresses.map((at, k) => at + first * strides[k]![along]!),
    );
  });
}

/** Calls `visit` for each turn of all loops but the innermost two; meanwhile `addresses` are those of the views there. */
export function visitOuter({ sizes, strides }: Nest, addresses: number[], visit: () => void): void {
  const depth = sizes.length - 2;
  const turn = (d: number): void => {
    for (let i = 0; i < sizes[d]!; i++) {
      if (d === depth - 1) visit();
      else turn(d + 1);
      for (let k = 0; k < addresses.length; k++) addresses[k]! += strides[k]![d]!;
    }
    for (let k = 0; k < addresses.length; k++) addresses[k]! -= strides[k]![d]! * sizes[d]!;
  };
  if (depth === 0) visit();
  else turn(0);
}

const TILE = 64;
const LINE = 64; // bytes the cache moves at once

/** Whether some view runs along the outer one of the two innermost loops: then tiles use each cache line they touch. */
export function isCrossed({ sizes, strides }: Nest): boolean {
  const inner = sizes.length - 1;
  if (sizes[inner - 1]! < 8 || sizes[inner]! < 8) return false;
  for (let k = 0; k < strides.length; k++) {
    const step = Math.abs(strides[k]![inner]!);
    if (step >= LINE && Math.abs(strides[k]![inner - 1]!) < step) return true;
  }
  return false;
}

/** The two innermost loops in square tiles: `visit(rows, columns, addresses)`. */
export function visitTiles(
  { sizes, strides }: Nest,
  addresses: readonly number[],
  visit: (rows: number, columns: number, at: readonly number[]) => void,
): void {
  const inner = sizes.length - 1;
  const [rows, columns] = [sizes[inner - 1]!, sizes[inner]!];
  for (let row = 0; row < rows; row += TILE)
    for (let column = 0; column < columns; column += TILE)
      visit(
        Math.min(TILE, rows - row),
        Math.min(TILE, columns - column),
        addresses.map((at, k) => at + row * strides[k]![inner - 1]! + column * strides[k]![inner]!),
      );
}
