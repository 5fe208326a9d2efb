/** Parts of tensors by indices of every kind. */

import type { View } from "@ag/kernels";
import { defineFunction } from "../../arguments/checked.ts";
import { anIndex, anOperand, aTensor } from "../../arguments/kinds.ts";
import { defineOp, defineWrite } from "../../core/define.ts";
import { refuseOverlapping } from "../../core/elementwise.ts";
import { DTypeError, IndexError, ShapeError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import { withScope } from "../../core/scope.ts";
import { type Layout, type Operand, Tensor } from "../../core/tensor.ts";
import type { Overwriting } from "../../kinds/elementwise.ts";
import { stretched } from "../../layout/dense.ts";
import { rowMajor, type Shape, sameShape, showShape, sizeOf } from "../../layout/shape.ts";
import type { Slice } from "../../layout/slice.ts";
import { permuted } from "../../layout/strides.ts";
import { full, tensor } from "../../make/factories.ts";
import { fresh } from "../../make/fresh.ts";
import { clone } from "../shape/cast.ts";
import { expand, reshape, unsqueeze } from "../shape/view.ts";
import { copy_ } from "../write/inplace.ts";
import { type Along, type IndexPlan, indexPlan, isMask } from "./advanced.ts";
import { along, outside } from "./indices.ts";
import { alias, select, sliceOp } from "./selection.ts";

/** The shape of what a plan picks. */
const pickedShape = (x: Shape, { others, picked, position }: IndexPlan): Shape => {
  const rest = others.map((d) => x[d]!);
  return [...rest.slice(0, position), ...picked, ...rest.slice(position)];
};

/** The layout of a tensor with its rows (the indexed dimensions) first. */
const rowsFirst = (x: Layout, { dims, others }: IndexPlan): Layout => permuted(x, [...dims, ...others]);

/** The layout of a result with the picked dimensions first. */
const pickedFirst = (x: Layout, { picked, position }: IndexPlan): Layout => {
  const order = x.sizes.map((_, d) => d);
  const moved = order.splice(position, picked.length);
  return permuted(x, [...moved, ...order]);
};

/** A row-major matrix with the elements of a layout of `x`. */
function matrix(x: View, layout: Layout, rows: number): Tensor {
  const { storage, dtype } = x;
  const columns = rows === 0 ? 0 : sizeOf(layout.sizes) / rows;
  const out = fresh([rows, columns], dtype);
  kernels.copy(
    { storage, dtype, ...layout },
    { storage: out.storage, offset: 0, dtype, sizes: layout.sizes, strides: rowMajor(layout.sizes) },
  );
  return out;
}

/** Copies the elements of a row-major matrix to a layout of `out`. */
function spread(from: Tensor, out: Tensor, { sizes: shape, ...layout }: Layout): void {
  const source = { storage: from.storage, offset: 0, dtype: from.dtype, sizes: shape, strides: rowMajor(shape) };
  kernels.copy(source, { storage: out.storage, dtype: out.dtype, sizes: shape, ...layout });
}

const byRows = { dim: 0, wraps: true };

/** Rows of one index are that index. */
const refusal = (shape: Shape, { dims: [dim = 0] }: IndexPlan): kernels.Refusal => outside("index", dim, shape[dim]!);

const rowCount = (shape: Shape, { dims }: IndexPlan): number => sizeOf(dims.map((d) => shape[d]!));

const indexOp: Op<[x: Tensor, rows: Tensor, plan: IndexPlan]> = defineOp({
  name: "index",
  inputs: ["x", "rows"],
  saves: { x: ["rows"] },
  forward: (x, rows, plan) => {
    const out = fresh(pickedShape(x.sizes, plan), x.dtype);
    const from = matrix(x, rowsFirst(x, plan), rowCount(x.sizes, plan));
    const found = fresh([rows.numel(), from.sizes[1]!], x.dtype);
    kernels.gather(from, along(rows, 0, found.sizes), found, byRows, refusal(x.sizes, plan));
    spread(found, out, pickedFirst(out, plan));
    from.dispose();
    found.dispose();
    return out;
  },
  derivative: { x: (grad, { rows, shape }, plan) => indexBackward(grad, rows, plan, shape), rows: null },
});

/** Zeros with G added at the picked elements. */
const indexBackward: Op<[grad: Tensor, rows: Tensor, plan: IndexPlan, shape: Shape]> = defineOp({
  name: "indexPutImpl",
  inputs: ["grad", "rows"],
  saves: { grad: ["rows"] },
  forward: (grad, rows, plan, shape) => {
    const out = fresh(shape, grad.dtype);
    kernels.fill(out, 0);
    if (grad.numel() === 0) return out;
    const from = matrix(grad, pickedFirst(grad, plan), rows.numel());
    const sums = full([rowCount(shape, plan), from.sizes[1]!], 0, { dtype: grad.dtype });
    kernels.scatter("add", sums, along(rows, 0, from.sizes), from, byRows);
    spread(sums, out, rowsFirst(out, plan));
    from.dispose();
    sums.dispose();
    return out;
  },
  derivative: { grad: (g, { rows }, plan) => indexOp(g, rows, plan), rows: null },
});

/** Writes values to the picked elements; of several for one element the last one stays. */
function replace(x: Tensor, rows: Tensor, values: Tensor, plan: IndexPlan): void {
  const source = stretched(values, pickedShape(x.sizes, plan));
  const from = matrix(source, pickedFirst(source, plan), rows.numel());
  const own = matrix(x, rowsFirst(x, plan), rowCount(x.sizes, plan));
  kernels.scatter("set", own, along(rows, 0, from.sizes), from, byRows, refusal(x.sizes, plan));
  spread(own, x, rowsFirst(x, plan));
  for (const part of [from, own]) part.dispose();
}

const indexPut_: Op<[x: Tensor, rows: Tensor, values: Tensor, plan: IndexPlan]> = defineWrite({
  name: "indexPut",
  inputs: ["x", "rows", "values"],
  saves: { x: ["rows"], values: ["rows"] },
  write: (x, rows, values, plan) => replace(x, rows, values, plan),
  derivative: {
    x: (grad, { rows }, plan) => indexPut_(clone(grad), rows, full([], 0, { dtype: grad.dtype }), plan),
    rows: null,
    values: (grad, { rows }, plan) => indexOp(grad, rows, plan),
  },
});

/** What `at` takes for one or more dimensions: a position, a range, a new dimension, "…" for all between, indices or a mask. */
export type Index = number | boolean | null | Slice | "..." | "…" | Tensor;

const isEllipsis = (i: Index): boolean => i === "..." || i === "…";
const isFlag = (i: Index): i is boolean | Tensor =>
  typeof i === "boolean" || (i instanceof Tensor && i.dtype === "bool" && i.sizes.length === 0);

/** How many dimensions an index stands for. */
function taken(i: Index): number {
  if (i === null || isEllipsis(i) || isFlag(i)) return 0;
  return i instanceof Tensor && isMask(i) ? i.sizes.length : 1;
}

/** The part that the plain indices name, and the tensors of indices for its dimensions. */
function sliced(x: Tensor, index: readonly Index[]): { readonly part: Tensor; readonly indices: readonly Along[] } {
  const count = index.reduce((n: number, i) => n + taken(i), 0);
  if (count > x.sizes.length)
    throw new IndexError(`at: too many indices for tensor of dimension ${x.sizes.length}: got ${count}.`);
  if (index.filter(isEllipsis).length > 1)
    throw new IndexError("at: an index can only have a single ellipsis ('...').");
  const indices: Along[] = [];
  let part = x;
  let dim = 0;
  const pick = (tensorOfIndices: Tensor): void => {
    indices.push({ dim, index: tensorOfIndices });
    dim += isMask(tensorOfIndices) ? tensorOfIndices.sizes.length : 1;
  };
  for (const i of index) {
    if (i === null) part = unsqueeze(part, dim++);
    else if (isEllipsis(i)) dim += x.sizes.length - count;
    else if (typeof i === "number") part = select(part, dim, i);
    else if (isFlag(i)) {
      part = unsqueeze(part, dim);
      pick(typeof i === "boolean" ? tensor([i]) : reshape(i, 1));
    } else if (!(i instanceof Tensor)) part = ranged(part, dim++, i as Slice, index.length === 1);
    else if (i.sizes.length === 0 && !isMask(i))
      part = select(part, dim, i.item()); // where a view begins has to be read
    else pick(i);
  }
  return { part, indices };
}

/** A range of one dimension; one that changes nothing is not recorded unless it is the only index. */
function ranged(x: Tensor, dim: number, range: Slice, isOnly: boolean): Tensor {
  if (range?.kind !== "slice")
    throw new IndexError(
      `at: only integers, slices (\`:\`), ellipsis (\`...\`), None and long or byte Variables are valid indices: need numbers, ` +
        `slice(…), "...", null, booleans or tensors; got ${JSON.stringify(range)}.`,
    );
  const size = x.sizes[dim]!;
  const { start, end, step } = range;
  const isAll = step === 1 && (start ?? 0) === 0 && (end === null || end >= size);
  return isAll && !isOnly ? x : sliceOp(x, dim, range);
}

/**
 * The part of `x` at an index for each of its first dimensions: numbers, `slice(1, 3)`, null for a new dimension, "..." for
 * all dimensions between, booleans, tensors of indices, masks. Without tensors it is a view. Python's `x[index]`.
 *
 * Throws {@link IndexError} for positions outside, too many indices and tensors that do not fit.
 * Derivative: zeros with G added at that part.
 *
 * ```ts doctest
 * at(tensor([[1, 2], [3, 4]]), 1, -1).item() // => 4
 * at(tensor([[1, 2], [3, 4]]), slice(), 0).tolist() // => [1, 3]
 * at(tensor([1, 2, 3]), tensor([true, false, true])).tolist() // => [1, 3]
 * ```
 */
export const at: (x: Tensor, ...index: Index[]) => Tensor = defineFunction({
  name: "at",
  takes: { x: aTensor, "...index": anIndex },
  call: (x, ...index) =>
    withScope(() => {
      const { part, indices } = sliced(x, index);
      if (indices.length === 0) return part === x ? alias(x) : part;
      const { plan, rows } = indexPlan(part, indices);
      return indexOp(part, rows, plan);
    }),
});

/** The values in the shape of the part, which they stretch to. */
function fitted(part: Shape, value: Tensor, isPicked: boolean): Tensor {
  let { sizes: shape } = value;
  while (shape.length > part.length && shape[0] === 1) shape = shape.slice(1);
  const fits =
    shape.length <= part.length && shape.every((s, d) => s === 1 || s === part[part.length - shape.length + d]);
  if (fits) return sameShape(shape, value.sizes) ? value : reshape(value, shape);
  if (isPicked)
    throw new ShapeError(
      `setAt_: shape mismatch: value tensor of shape ${showShape(shape)} cannot be broadcast to indexing result of shape ` +
        `${showShape(part)}.`,
    );
  return expand(value, part); // says what is wrong
}

/**
 * Writes `value`, a number or a tensor that stretches to it, to the part of `x` that `at` names. Python's `x[index] = value`.
 *
 * Throws as {@link at}; {@link ShapeError} for values that do not fit.
 * Derivative: G without that part, and G of that part.
 *
 * ```ts doctest
 * setAt_(zeros(2, 2), 5, 0, 1).tolist() // => [[0, 5], [0, 0]]
 * ```
 */
export const setAt_: Overwriting<[value: Operand, ...index: Index[]]> = defineFunction({
  name: "setAt_",
  takes: { x: aTensor, value: anOperand, "...index": anIndex },
  call: (x, value, ...index) => {
    withScope(() => {
      const { part, indices } = sliced(x, index);
      const values = value instanceof Tensor ? value : full([], value, { dtype: x.dtype });
      if (indices.length === 0) {
        copy_(part, fitted(part.sizes, values, false));
        return;
      }
      if (value instanceof Tensor && value.dtype !== x.dtype)
        throw new DTypeError(
          `setAt_: Index put requires the source and destination dtypes match, got ${x.dtype} for the destination and ` +
            `${value.dtype} for the source. Use value.to(…).`,
        );
      refuseOverlapping("setAt", part);
      const { plan, rows } = indexPlan(part, indices);
      indexPut_(part, rows, fitted(pickedShape(part.sizes, plan), values, true), plan);
    });
    return x;
  },
});
