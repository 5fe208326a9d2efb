/** How do dense values get into a view that is not contiguous? In the order of its memory: the largest stride outermost. */
import { itemSize } from "../../dtype.ts";
import type { View } from "../../view.ts";
import { bytes } from "../../wasm/runtime.ts";

/** Copies the values at address `from` one after the other to the view's elements, `to` being the first. */
export function scatter(from: number, { sizes: shape, strides, dtype }: View, to: number): void {
  const dims = shape.map((_, d) => d).sort((a, b) => strides[b]! - strides[a]!);
  const size = itemSize(dtype);
  const memory = bytes();
  let next = from;
  const visit = (depth: number, at: number): void => {
    if (depth === dims.length) {
      memory.copyWithin(at, next, next + size);
      next += size;
      return;
    }
    const d = dims[depth]!;
    for (let i = 0; i < shape[d]!; i++) visit(depth + 1, at + i * strides[d]! * size);
  };
  visit(0, to);
}
