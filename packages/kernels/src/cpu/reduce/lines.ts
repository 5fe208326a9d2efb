/** Loops over the lines along one dimension. */
import { itemSize } from "../../dtype.ts";
import type { View } from "../../view.ts";
import type { Nest } from "../pointwise/layout.ts";

/**
 * The loops over all dimensions but `dim`, with one loop of size 1 innermost (what runs there is the caller's); the shape
 * is that of `views[0]`. In row-major order, neighbours merged where every view allows it.
 */
export function lines(views: readonly View[], dim: number): Nest {
  const { sizes: shape } = views[0]!;
  const sizes: number[] = [];
  const strides: number[][] = views.map(() => []);
  for (let d = 0; d < shape.length; d++) {
    if (d === dim || shape[d] === 1) continue;
    const last = sizes.length - 1;
    let merges = last >= 0;
    for (let k = 0; k < views.length && merges; k++)
      merges = strides[k]![last] === views[k]!.strides[d]! * itemSize(views[k]!.dtype) * shape[d]!;
    if (merges) sizes[last]! *= shape[d]!;
    else sizes.push(shape[d]!);
    const loop = sizes.length - 1;
    for (let k = 0; k < views.length; k++) strides[k]![loop] = views[k]!.strides[d]! * itemSize(views[k]!.dtype);
  }
  if (sizes.length === 0) {
    sizes.push(1);
    for (const s of strides) s.push(0);
  }
  sizes.push(1);
  for (const s of strides) s.push(0);
  return { sizes, strides };
}
