/** Elements repeated, moved around, and surrounded by a border. */

import { defineFunction } from "../../arguments/checked.ts";
import { aNumber, aSize, aTensor, extents, someWholes } from "../../arguments/kinds.ts";
import { defineOp } from "../../core/define.ts";
import { ShapeError, ValueError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import { type Layout, reshaped, Tensor } from "../../core/tensor.ts";
import type { Same } from "../../kinds/elementwise.ts";
import { withDense } from "../../layout/dense.ts";
import { dimOf, rowMajor, type Shape, shapeArgument, showShape, sizeOf } from "../../layout/shape.ts";
import { sliced } from "../../layout/strides.ts";
import { full } from "../../make/factories.ts";
import { fresh } from "../../make/fresh.ts";
import { type FunctionOnly, functionOnly } from "../../methods/as-method.ts";
import { sum } from "../reduce/sums.ts";
import { reshape } from "./view.ts";

/** `x` under as many dimensions as there are repeats. */
const padded = (shape: Shape, rank: number): Shape => [...new Array<number>(rank - shape.length).fill(1), ...shape];

const repeatOp: Op<[x: Tensor, repeats: Shape]> = defineOp({
  name: "repeat",
  inputs: ["x"],
  forward: (x, repeats) => {
    const sizes = padded(x.sizes, repeats.length);
    const out = fresh(
      sizes.map((size, d) => size * repeats[d]!),
      x.dtype,
    );
    const tiles = repeats.flatMap((n, d) => [n, sizes[d]!]);
    const strides = [...new Array<number>(repeats.length - x.sizes.length).fill(0), ...x.strides];
    const from = { offset: x.offset, sizes: tiles, strides: strides.flatMap((s) => [0, s]) };
    const { storage, dtype } = x;
    if (sizeOf(tiles) > 0)
      kernels.copy(
        { ...from, storage, dtype },
        { storage: out.storage, dtype, offset: 0, sizes: tiles, strides: rowMajor(tiles) },
      );
    return out;
  },
  derivative: {
    x: (grad, { shape }, repeats) => {
      const tiles = padded(shape, repeats.length).flatMap((size, d) => [repeats[d]!, size]);
      const repeated = repeats.map((_, d) => 2 * d);
      if (repeats.includes(0)) return full(shape, 0, { dtype: grad.dtype });
      return repeats.length === 0 ? grad : reshape(sum(reshape(grad, tiles), repeated), shape);
    },
  },
});

/**
 * Copies of `x` side by side: `repeat(2, 3)` or `repeat([2, 3])`, with a number for each dimension; further numbers in
 * front make new dimensions.
 *
 * Throws {@link ShapeError} for fewer numbers than dimensions.
 * Derivative: G, summed over the copies.
 *
 * ```ts doctest
 * repeat(tensor([1, 2]), 2, 2).tolist() // => [[1, 2, 1, 2], [1, 2, 1, 2]]
 * ```
 */
export const repeat: (x: Tensor, ...repeats: readonly [repeats: Shape] | readonly number[]) => Tensor = defineFunction({
  name: "repeat",
  takes: { x: aTensor, "...repeats": aSize },
  call: (x, ...repeats) => {
    const counts = shapeArgument(repeats);
    if (counts.length < x.sizes.length)
      throw new ShapeError(
        "repeat: Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor: " +
          `need at least ${x.sizes.length}; got ${showShape(counts)}.`,
      );
    if (counts.some((n) => n < 0))
      throw new ValueError(`repeat: need whole numbers of at least 0; got ${showShape(counts)}.`);
    return repeatOp(x, counts);
  },
});

/**
 * As {@link repeat}; fewer numbers than dimensions count for the last ones.
 *
 * ```ts doctest
 * tile(tensor([[1], [2]]), 2).tolist() // => [[1, 1], [2, 2]]
 * ```
 */
export const tile: (x: Tensor, ...repeats: readonly [repeats: Shape] | readonly number[]) => Tensor = defineFunction({
  name: "tile",
  takes: { x: aTensor, "...repeats": aSize },
  call: (x, ...repeats) => {
    const counts = shapeArgument(repeats);
    return repeat(x, padded(counts, Math.max(counts.length, x.sizes.length)));
  },
});

/** Where a part of dimension `dim` of `x` lies, as a view for the kernels. */
function part(x: Tensor, dim: number, start: number, end: number): Layout & Pick<Tensor, "storage" | "dtype"> {
  return { storage: x.storage, dtype: x.dtype, ...sliced(x, dim, { start, end, step: 1 }) };
}

function rolled(x: Tensor, shift: number, dim: number): Tensor {
  const out = fresh(x.sizes, x.dtype);
  const size = x.sizes[dim]!;
  if (size === 0) return out;
  const cut = ((shift % size) + size) % size;
  kernels.copy(part(x, dim, 0, size - cut), part(out, dim, cut, size));
  if (cut > 0) kernels.copy(part(x, dim, size - cut, size), part(out, dim, 0, cut));
  return out;
}

/** All elements of a row-major tensor as one row, moved. */
function rolledFlat({ storage, offset, dtype, sizes: shape }: Tensor, shift: number): Tensor {
  storage.retain();
  const row = new Tensor(storage, dtype, [sizeOf(shape)], offset, [1], null);
  const moved = rolled(row, shift, 0);
  row.dispose();
  return reshaped(moved, shape);
}

const rollOp: Op<[x: Tensor, shifts: Shape, dims: Shape]> = defineOp({
  name: "roll",
  inputs: ["x"],
  forward: (x, shifts, dims) => {
    if (dims.length === 0) return withDense([x], (dense) => rolledFlat(dense, shifts[0]!));
    let out = rolled(x, shifts[0]!, dims[0]!);
    for (let i = 1; i < dims.length; i++) {
      const next = rolled(out, shifts[i]!, dims[i]!);
      out.dispose();
      out = next;
    }
    return out;
  },
  derivative: {
    x: (grad, _saved, shifts, dims) =>
      rollOp(
        grad,
        shifts.map((s) => -s),
        dims,
      ),
  },
});

/**
 * The elements moved by `shifts` places along `dims`; what leaves at one end comes back at the other. Without `dims`
 * the elements count as one row.
 *
 * Throws {@link ValueError} unless there is one shift for each dimension.
 * Derivative: G moved back.
 *
 * ```ts doctest
 * roll(tensor([1, 2, 3]), 1).tolist() // => [3, 1, 2]
 * ```
 */
export const roll: Same<[shifts: number | Shape, dims?: number | Shape]> = defineFunction({
  name: "roll",
  takes: { x: aTensor, shifts: extents, "dims?": extents },
  call: (x, shifts, dims) => {
    const by = typeof shifts === "number" ? [shifts] : shifts;
    const along = dims === undefined ? [] : typeof dims === "number" ? [dims] : dims;
    if (by.length === 0 || (along.length === 0 ? by.length !== 1 : by.length !== along.length))
      throw new ValueError(
        `roll: shifts and dimensions must align: need one shift for each dimension; got shifts: ${by.length}, dims: ${along.length}.`,
      );
    return rollOp(
      x,
      by,
      along.map((d) => dimOf(d, x.sizes.length, "roll")),
    );
  },
});

const padOp: Op<[x: Tensor, before: Shape, after: Shape, value: number]> = defineOp({
  name: "constantPadNd",
  inputs: ["x"],
  forward: (x, before, after, value) => {
    const shape = x.sizes.map((size, d) => size + before[d]! + after[d]!);
    const out = full(shape, value, { dtype: x.dtype });
    const { storage, dtype } = out;
    const overlap = (from: Tensor, low: Shape, high: Shape): Layout =>
      from.sizes.reduce(
        (layout: Layout, size, d) =>
          sliced(layout, d, { start: Math.max(low[d]!, 0), end: Math.max(size - Math.max(high[d]!, 0), 0), step: 1 }),
        from,
      );
    const negated = (sizes: Shape): Shape => sizes.map((s) => -s);
    const source = overlap(x, negated(before), negated(after));
    if (sizeOf(source.sizes) > 0)
      kernels.copy({ storage: x.storage, dtype, ...source }, { storage, dtype, ...overlap(out, before, after) });
    return out;
  },
  derivative: {
    x: (grad, _saved, before, after) =>
      padOp(
        grad,
        before.map((n) => -n),
        after.map((n) => -n),
        0,
      ),
  },
});

/**
 * `x` with a border of `value` (0): `sizes` holds how many to add in front of and behind the last dimension, then the one
 * before it, and so on; negative numbers cut off.
 *
 * Throws {@link ShapeError} for an odd number of sizes, more than there are dimensions for, or cutting off more than there is.
 * Derivative: G without the border.
 *
 * ```ts doctest
 * pad(tensor([1, 2]), [1, 2]).tolist() // => [0, 1, 2, 0, 0]
 * ```
 */
export const pad: FunctionOnly<(x: Tensor, sizes: Shape, options?: { readonly value?: number }) => Tensor> =
  /* @__PURE__ */ functionOnly(
    defineFunction({
      name: "pad",
      takes: { x: aTensor, sizes: someWholes, "options?": { value: aNumber } },
      call: (x, sizes, { value = 0 } = {}) => {
        const rank = x.sizes.length;
        if (sizes.length % 2 !== 0)
          throw new ShapeError(`pad: Padding length must be divisible by 2; got ${showShape(sizes)}.`);
        if (sizes.length / 2 > rank)
          throw new ShapeError(
            `pad: Padding length should be less than or equal to two times the input dimension but got padding length ` +
              `${sizes.length} and input of dimension ${rank}: need whole sizes; got ${showShape(sizes)}.`,
          );
        const before = x.sizes.map((_, d) => sizes[2 * (rank - 1 - d)] ?? 0);
        const after = x.sizes.map((_, d) => sizes[2 * (rank - 1 - d) + 1] ?? 0);
        const d = x.sizes.findIndex((size, i) => size + before[i]! + after[i]! < 0);
        if (d >= 0)
          throw new ShapeError(
            `pad: The input size ${x.sizes[d]}, plus negative padding ${before[d]} and ${after[d]} resulted in a negative output ` +
              `size, which is invalid: need less to cut off dimension ${d}.`,
          );
        return padOp(x, before, after, value);
      },
    }),
  );
