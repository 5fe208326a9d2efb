/** Tensors put together and taken apart, in another order or with a border. */

import type { DType } from "@ag/kernels";
import { defineFunction } from "../../arguments/checked.ts";
import { aTensor, aWhole, extents, someTensors } from "../../arguments/kinds.ts";
import { defineList, defineOp } from "../../core/define.ts";
import { ShapeError, ValueError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import { type Tensor, viewOf } from "../../core/tensor.ts";
import type { Same } from "../../kinds/elementwise.ts";
import type { Concatenating, Stacking } from "../../kinds/joining.ts";
import { dimOf, dimsOf, type Shape, sameShape, showShape } from "../../layout/shape.ts";
import { selected, sliced } from "../../layout/strides.ts";
import { full, tensor } from "../../make/factories.ts";
import { fresh, freshLike } from "../../make/fresh.ts";
import { type FunctionOnly, functionOnly } from "../../methods/as-method.ts";
import { promoteTypes } from "../../types/dtype.ts";
import { along } from "../index/indices.ts";
import { sliceOp } from "../index/selection.ts";

const commonDtype = (tensors: readonly Tensor[]): DType =>
  tensors.reduce((dtype, x) => promoteTypes(dtype, x.dtype), (tensors[0] as Tensor).dtype);

/** An empty vector among the tensors counts for nothing, whatever the others look like. */
const isNothing = (shape: Shape): boolean => shape.length === 1 && shape[0] === 0;

/** The shape of tensors in a row along `dim`; throws unless they agree in the others. */
function joinedShape(tensors: readonly Tensor[], dim: number): { readonly shape: Shape; readonly dim: number } {
  if (tensors.length === 0) throw new ValueError("cat: expected a non-empty list of Tensors: need at least one.");
  tensors.forEach((x, i) => {
    if (x.sizes.length === 0)
      throw new ShapeError(`cat: zero-dimensional tensor (at position ${i}) cannot be concatenated. Use stack.`);
  });
  const first = tensors.find((x) => !isNothing(x.sizes)) ?? (tensors[0] as Tensor);
  const d = dimOf(dim, first.sizes.length, "cat");
  let size = 0;
  tensors.forEach((x, i) => {
    if (isNothing(x.sizes)) return;
    if (x.sizes.length !== first.sizes.length)
      throw new ShapeError(
        `cat: Tensors must have same number of dimensions: got ${first.sizes.length} and ${x.sizes.length}.`,
      );
    const other = x.sizes.findIndex((s, k) => k !== d && s !== first.sizes[k]);
    if (other >= 0)
      throw new ShapeError(
        `cat: Sizes of tensors must match except in dimension ${d}. Expected size ${first.sizes[other]} but got size ` +
          `${x.sizes[other]} for tensor number ${i} in the list.`,
      );
    size += x.sizes[d]!;
  });
  return { shape: first.sizes.map((s, k) => (k === d ? size : s)), dim: d };
}

/**
 * Tensors one after the other along `dim`. Their dtypes are promoted; empty vectors count for nothing.
 *
 * Shapes: equal except in `dim`.
 * Throws {@link ShapeError} when they are not, {@link ValueError} for an empty list.
 * Derivative: the parts of G.
 *
 * ```ts doctest
 * cat([tensor([1, 2]), tensor([3])]).tolist() // => [1, 2, 3]
 * ```
 */
export const cat: FunctionOnly<Concatenating> = /* @__PURE__ */ functionOnly(
  defineOp({
    name: "cat",
    inputs: ["tensors"],
    takes: { tensors: someTensors, "dim?": aWhole },
    forward: (tensors, dim = 0) => {
      const joined = joinedShape(tensors, dim);
      const out = fresh(joined.shape, commonDtype(tensors));
      let start = 0;
      for (const x of tensors) {
        if (isNothing(x.sizes)) continue;
        const end = start + x.sizes[joined.dim]!;
        kernels.copy(x, { ...place(out), ...sliced(out, joined.dim, { start, end, step: 1 }) });
        start = end;
      }
      return out;
    },
    derivative: {
      tensors: (grad, { shapes }, dim = 0) => {
        const d = dimOf(dim, grad.sizes.length, "cat");
        let start = 0;
        return shapes.map((shape) => {
          if (isNothing(shape)) return full([0], 0, { dtype: grad.dtype });
          const end = start + shape[d]!;
          const part = sliceOp(grad, d, { start, end, step: 1 });
          start = end;
          return part;
        });
      },
    },
  }),
);

const place = ({ storage, dtype }: Tensor): Pick<Tensor, "storage" | "dtype"> => ({ storage, dtype });

/**
 * Tensors of one shape along a new dimension.
 *
 * Throws {@link ShapeError} for differing shapes, {@link ValueError} for an empty list.
 * Derivative: the slices of G.
 *
 * ```ts doctest
 * stack([tensor([1, 2]), tensor([3, 4])], 1).tolist() // => [[1, 3], [2, 4]]
 * ```
 */
export const stack: FunctionOnly<Stacking> = /* @__PURE__ */ functionOnly(
  defineOp({
    name: "stack",
    inputs: ["tensors"],
    takes: { tensors: someTensors, "dim?": aWhole },
    forward: (tensors, dim = 0) => {
      const [first] = tensors;
      if (!first) throw new ValueError("stack: stack expects a non-empty TensorList: need at least one.");
      tensors.forEach((x, i) => {
        if (!sameShape(x.sizes, first.sizes))
          throw new ShapeError(
            `stack: stack expects each tensor to be equal size, but got ${showShape(first.sizes)} at entry 0 and ` +
              `${showShape(x.sizes)} at entry ${i}.`,
          );
      });
      const d = dimOf(dim, first.sizes.length + 1, "stack");
      const shape = [...first.sizes.slice(0, d), tensors.length, ...first.sizes.slice(d)];
      const out = fresh(shape, commonDtype(tensors));
      tensors.forEach((x, i) => {
        kernels.copy(x, { ...place(out), ...selected(out, d, i) });
      });
      return out;
    },
    derivative: { tensors: (grad, _saved, dim = 0) => unbind(grad, dim) },
  }),
);

/**
 * The slices of `x` along `dim`, as views.
 *
 * Derivative: the gradients of the slices put together.
 *
 * ```ts doctest
 * unbind(tensor([[1, 2], [3, 4]])).map((x) => x.tolist()) // => [[1, 2], [3, 4]]
 * ```
 */
export const unbind: Op<[x: Tensor, dim?: number], readonly Tensor[]> = defineList({
  name: "unbind",
  inputs: ["x"],
  takes: { x: aTensor, "dim?": aWhole },
  forward: (x, dim = 0) => {
    const d = dimOf(dim, x.sizes.length, "unbind");
    return Array.from({ length: x.sizes[d] ?? 0 }, (_, i) => viewOf(x, selected(x, d, i), "oneOfSeveral"));
  },
  derivative: {
    x: (grads, { shape, dtype }, dim = 0) => {
      const d = dimOf(dim, shape.length, "unbind");
      const part = shape.filter((_, k) => k !== d);
      return stack(
        Array.from({ length: shape[d]! }, (_, i) => grads[i] ?? full(part, 0, { dtype })),
        d,
      );
    },
  },
});

/** Puts the gradients of parts along `dim` together. */
function rejoined(grads: readonly (Tensor | null)[], shape: Shape, sizes: Shape, dim: number, dtype: DType): Tensor {
  const part = (size: number): Shape => shape.map((s, d) => (d === dim ? size : s));
  return cat(
    sizes.map((size, i) => grads[i] ?? full(part(size), 0, { dtype })),
    dim,
  );
}

function parts(x: Tensor, sizes: Shape, dim: number): readonly Tensor[] {
  let start = 0;
  return sizes.map((size) => {
    const range = { start, end: start + size, step: 1 };
    start += size;
    return viewOf(x, sliced(x, dim, range), "oneOfSeveral");
  });
}

/** The sizes of parts of `size`; the last one is smaller if need be. */
const equalSizes = (total: number, size: number): Shape =>
  total === 0 ? [0] : Array.from({ length: Math.ceil(total / size) }, (_, i) => Math.min(size, total - i * size));

const splitEqually: Op<[x: Tensor, size: number, dim: number], readonly Tensor[]> = defineList({
  name: "split",
  inputs: ["x"],
  forward: (x, size, dim) => parts(x, equalSizes(x.sizes[dim]!, size), dim),
  derivative: {
    x: (grads, { shape, dtype }, size, dim) => rejoined(grads, shape, equalSizes(shape[dim]!, size), dim, dtype),
  },
});

const splitWithSizes: Op<[x: Tensor, sizes: Shape, dim: number], readonly Tensor[]> = defineList({
  name: "splitWithSizes",
  inputs: ["x"],
  forward: (x, sizes, dim) => parts(x, sizes, dim),
  derivative: { x: (grads, { shape, dtype }, sizes, dim) => rejoined(grads, shape, sizes, dim, dtype) },
});

function splitDim(op: string, x: Tensor, dim: number): number {
  if (x.sizes.length === 0) throw new ShapeError(`${op}: split expects at least a 1-dimensional tensor; got a scalar.`);
  return dimOf(dim, x.sizes.length, op);
}

/**
 * Parts of `x` along `dim`, as views: of `size` (the last one may be smaller), or of the given sizes.
 *
 * Throws {@link ShapeError} unless the sizes sum to the dimension.
 * Derivative: the gradients of the parts put together.
 *
 * ```ts doctest
 * split(tensor([1, 2, 3]), 2).map((x) => x.tolist()) // => [[1, 2], [3]]
 * ```
 */
export const split: (x: Tensor, size: number | Shape, dim?: number) => readonly Tensor[] = defineFunction({
  name: "split",
  takes: { x: aTensor, size: extents, "dim?": aWhole },
  call: (x, size, dim = 0) => {
    const d = splitDim("split", x, dim);
    const total = x.sizes[d]!;
    if (typeof size !== "number") {
      if (size.some((s) => !Number.isInteger(s) || s < 0) || size.reduce((a, b) => a + b, 0) !== total)
        throw new ShapeError(
          `split: split_with_sizes expects split_sizes to sum exactly to ${total} (input tensor's size at dimension ${d}), ` +
            `but got split_sizes=${showShape(size)}.`,
        );
      return splitWithSizes(x, size, d);
    }
    if (!Number.isInteger(size) || size < 0 || (size === 0 && total !== 0))
      throw new ValueError(
        `split: split expects split_size be non-negative, and not 0: need a whole size; got ${size}.`,
      );
    return splitEqually(x, size, d);
  },
});

/**
 * At most `chunks` parts of `x` along `dim`, of one size except perhaps the last one, as views.
 *
 * ```ts doctest
 * chunk(tensor([1, 2, 3]), 2).map((x) => x.tolist()) // => [[1, 2], [3]]
 * ```
 */
export const chunk: (x: Tensor, chunks: number, dim?: number) => readonly Tensor[] = defineFunction({
  name: "chunk",
  takes: { x: aTensor, chunks: aWhole, "dim?": aWhole },
  call: (x, chunks, dim = 0) => {
    const d = splitDim("chunk", x, dim);
    if (!Number.isInteger(chunks) || chunks <= 0)
      throw new ValueError(`chunk: chunk expects \`chunks\` to be greater than 0, got: ${chunks}.`);
    const size = Math.ceil(x.sizes[d]! / chunks);
    if (size === 0) return splitWithSizes(x, new Array<number>(chunks).fill(0), d);
    return splitEqually(x, size, d);
  },
});

/** A copy of `x` in which position i along `dim` holds what was at `from(i)`. */
function reordered(x: Tensor, dim: number, from: (i: number, size: number) => number): Tensor {
  const size = x.sizes[dim]!;
  const out = freshLike(x);
  const index = tensor(BigInt64Array.from({ length: size }, (_, i) => BigInt(from(i, size))));
  kernels.gather(x, along(index, dim, out.sizes), out, { dim });
  index.dispose();
  return out;
}

/** Applies an order to several dimensions, each after the other; always a new tensor. */
function reorderedAll(x: Tensor, dims: Shape, from: (k: number) => (i: number, size: number) => number): Tensor {
  let out: Tensor | null = null;
  dims.forEach((dim, k) => {
    const next = reordered(out ?? x, dim, from(k));
    out?.dispose();
    out = next;
  });
  if (out) return out;
  const copy = fresh(x.sizes, x.dtype);
  kernels.copy(x, copy);
  return copy;
}

const listed = (x: Tensor, dims: number | Shape, op: string): Shape =>
  typeof dims !== "number" && dims.length === 0 ? [] : dimsOf(dims, x.sizes.length, op);

/**
 * The elements in reverse order along `dims`.
 *
 * Derivative: G flipped.
 *
 * ```ts doctest
 * flip(tensor([1, 2, 3]), 0).tolist() // => [3, 2, 1]
 * ```
 */
export const flip: Same<[dims: number | Shape]> = defineOp({
  name: "flip",
  inputs: ["x"],
  takes: { x: aTensor, dims: extents },
  forward: (x, dims) => reorderedAll(x, listed(x, dims, "flip"), () => (i, size) => size - 1 - i),
  derivative: { x: (grad, _saved, dims) => flip(grad, dims) },
});
