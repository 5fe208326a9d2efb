/** Any layout of a storage, and how gradients travel between two layouts of one storage. */
import type { Formula, View } from "@ag/kernels";
import { defineOp, defineView } from "../../core/define.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import { type Layout, Tensor } from "../../core/tensor.ts";
import { cloneLike } from "../../layout/clone-like.ts";
import { type Shape, sizeOf } from "../../layout/shape.ts";
import { selected } from "../../layout/strides.ts";
import { filled } from "../../make/fresh.ts";

/** What is shown of a storage, and what the input showed of it. */
export interface Geometry {
  readonly shown: Layout;
  readonly own: Layout;
}

/** One past the last element that a layout reaches. */
export const endOf = ({ offset, sizes, strides }: Layout): number =>
  sizeOf(sizes) === 0 ? offset : sizes.reduce((end, size, d) => end + (size - 1) * strides[d]!, offset + 1);

/** Another layout of the storage of `x`. Derivative: G, summed where elements come several times. */
export const asStridedOp: Op<[x: Tensor, geometry: Geometry]> = defineView({
  name: "asStrided",
  inputs: ["x"],
  layout: (_x, { shown }) => shown,
  derivative: { x: (grad, _saved, { shown, own }) => fromStrided(grad, { from: shown, to: own, owner: own }) },
});

/** Zeros where the layouts look, and how these look there. */
function room(dtype: Tensor["dtype"], ...layouts: Layout[]): { zeros: Tensor; there: Layout[] } {
  const start = Math.min(...layouts.map(({ offset }) => offset));
  const zeros = filled([Math.max(...layouts.map(endOf)) - start], 0, dtype);
  return { zeros, there: layouts.map((layout) => ({ ...layout, offset: layout.offset - start })) };
}

/** Whether several elements of a layout may lie in one place. */
function isOverlapping({ sizes, strides }: Layout): boolean {
  const dims = sizes.map((size, d) => ({ size, stride: strides[d]! })).filter(({ size }) => size > 1);
  let reach = 0;
  for (const { size, stride } of dims.sort((a, b) => a.stride - b.stride)) {
    if (stride <= reach) return true;
    reach += (size - 1) * stride;
  }
  return false;
}

const onStorage = ({ storage, dtype }: Tensor, layout: Layout): View => ({ storage, dtype, ...layout });

/** Another handle on a storage, which is no view. */
function handle({ storage, dtype }: Tensor, { sizes, offset, strides }: Layout): Tensor {
  storage.retain();
  return new Tensor(storage, dtype, sizes, offset, strides, null);
}

/** Adds `values` to the elements that a layout of a storage shows; parts of it that do not overlap, one after the other. */
function addTo(storage: Tensor, layout: Layout, values: Tensor): void {
  if (sizeOf(layout.sizes) === 0) return;
  if (!isOverlapping(layout)) {
    const target = onStorage(storage, layout);
    kernels.pointwise(sum, [target, values], target, storage.dtype);
    return;
  }
  const least = Math.min(...layout.sizes.filter((size) => size > 1));
  const dim = layout.sizes.indexOf(least);
  for (let i = 0; i < least; i++) {
    const part = handle(values, selected(values, dim, i));
    addTo(storage, selected(layout, dim, i), part);
    part.dispose();
  }
}

const sum: Formula = (m, a, b) => m.add(a, b);
const shared: Formula = (m, a, count) => m.select(m.lt(1, count), m.div(a, count), a);

/** Shares what was summed for elements of `owner` that lie in one place. */
function share(sums: Tensor, owner: Layout): void {
  if (!isOverlapping(owner)) return;
  const counts = filled(sums.sizes, 0, sums.dtype);
  const ones = filled(owner.sizes, 1, sums.dtype);
  addTo(counts, owner, ones);
  kernels.pointwise(shared, [sums, counts], sums, sums.dtype);
  for (const x of [counts, ones]) x.dispose();
}

/** From one layout of a storage to another; the owner's elements are those that the storage has. */
interface Way {
  readonly from: Layout;
  readonly to: Layout;
  readonly owner: Layout;
}

/**
 * What lies where `to` looks when `grad` lies where `from` looks, summed there, and 0 elsewhere; elements of `owner` that
 * lie in one place share what they get. Derivative: the same the other way.
 */
export const fromStrided: Op<[grad: Tensor, way: Way]> = defineOp({
  name: "asStridedBackward",
  inputs: ["grad"],
  forward: (grad, { from, to, owner }) => {
    const { zeros, there } = room(grad.dtype, from, to, owner);
    if (isOverlapping(from)) addTo(zeros, there[0]!, grad);
    else kernels.copy(grad, onStorage(zeros, there[0]!));
    share(zeros, there[2]!);
    return taken(zeros, there[1]!);
  },
  derivative: { grad: (grad, _saved, { from, to, owner }) => fromStrided(grad, { from: to, to: from, owner }) },
});

/** The part of a storage that a layout shows, instead of the handle on all of it. */
function taken(storage: Tensor, layout: Layout): Tensor {
  const shown = handle(storage, layout);
  const isAll = sizeOf(layout.sizes) === storage.numel() && !isOverlapping(layout);
  const out = isAll ? shown : cloneLike(shown, shown);
  if (!isAll) shown.dispose();
  storage.dispose();
  return out;
}

const shapeOf = ({ shown }: Geometry): Shape => shown.sizes;

/** `x`, which lies where `own` looks, with `values` where `shown` looks. Derivative: G without that part, and G of that part. */
export const asStridedScatter: Op<[x: Tensor, values: Tensor, geometry: Geometry]> = defineOp({
  name: "asStridedScatter",
  inputs: ["x", "values"],
  forward: (x, values, { shown, own }) => {
    const { zeros, there } = room(x.dtype, own, shown);
    kernels.copy(x, onStorage(zeros, there[0]!));
    kernels.copy(values, onStorage(zeros, there[1]!));
    return taken(zeros, there[0]!);
  },
  derivative: {
    x: (grad, _saved, geometry) => asStridedScatter(grad, filled(shapeOf(geometry), 0, grad.dtype), geometry),
    values: (grad, _saved, { shown, own }) => fromStrided(grad, { from: own, to: shown, owner: own }),
  },
});
