/** Which elements do tensors of indices and masks name? They become row numbers of a matrix, and a plan to get there. */

import type { Formula, View } from "@ag/kernels";
import { IndexError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Tensor } from "../../core/tensor.ts";
import { moved } from "../../layout/converted.ts";
import { shown, stretched } from "../../layout/dense.ts";
import { broadcast, rowMajor, type Shape, showShape, sizeOf } from "../../layout/shape.ts";
import { selected } from "../../layout/strides.ts";
import { fresh } from "../../make/fresh.ts";
import { outside, positionsOf } from "./indices.ts";

/** `x` as a matrix: rows are the indexed dimensions, columns the others. */
export interface IndexPlan {
  /** The indexed dimensions of `x`. */
  readonly dims: Shape;
  /** The other ones. */
  readonly others: Shape;
  /** The common shape of the indices. */
  readonly picked: Shape;
  /** Where the dimensions of the indices stand in the result. */
  readonly position: number;
}

/** Indices of one dimension; a mask counts for as many as it has. */
export interface Along {
  readonly dim: number;
  readonly index: Tensor;
}

/** The same without masks. */
interface Found {
  readonly dim: number;
  readonly index: View;
}

/** Whether a tensor of indices says yes or no for each element. */
export const isMask = (x: Tensor): boolean => x.dtype === "bool" || x.dtype === "uint8";

/** Masks become indices, for each of their dimensions. */
function withoutMasks(x: Tensor, given: readonly Along[]): Found[] {
  return given.flatMap(({ dim, index }) => {
    if (!isMask(index)) return [{ dim, index }];
    const wrong = index.sizes.findIndex((size, d) => size !== x.sizes[dim + d]);
    if (wrong >= 0)
      throw new IndexError(
        `index: The shape of the mask ${showShape(index.sizes)} at index ${wrong} does not match the shape of the indexed ` +
          `tensor ${showShape(x.sizes)} at index ${dim + wrong}.`,
      );
    const places = positionsOf(index);
    return index.sizes.map((_, d) => ({ dim: dim + d, index: shown(places, selected(places, 1, d)) }));
  });
}

function commonShape(found: readonly Found[]): Shape {
  try {
    return found.reduce((shape: Shape, { index }) => broadcast(shape, index.sizes), []);
  } catch {
    throw new IndexError(
      "index: shape mismatch: indexing tensors could not be broadcast together with shapes " +
        `${found.map(({ index }) => showShape(index.sizes)).join(", ")}.`,
    );
  }
}

const isWithin: Formula = (m, i, size) => m.and(m.le(m.neg(size!), i), m.lt(i, size!));
const joined: Formula = (m, rows, i, size) => m.add(m.mul(rows, size!), m.select(m.lt(i, 0), m.add(i, size!), i));

/** The row of each picked element. Those of one index are the index: what reads them checks them, and counts from the end. */
function rowsOf(x: Tensor, found: readonly Found[], picked: Shape): Tensor {
  const rows = fresh([sizeOf(picked)], "int64");
  const out = shown(rows, { offset: 0, sizes: picked, strides: rowMajor(picked) });
  if (found.length === 1) kernels.copy(stretched(found[0]!.index, picked), out);
  else
    found.forEach(({ dim, index }, k) => {
      const size = x.sizes[dim]!;
      kernels.check(isWithin, index, outside("index", dim, size), [size]);
      kernels.pointwise(joined, [k === 0 ? 0 : out, stretched(index, picked), size], out, "int64");
    });
  if (found.length === 0) kernels.fill(rows, 0);
  return rows;
}

/** The plan, and the row of each picked element (int64, one row of numbers). */
export function indexPlan(x: Tensor, given: readonly Along[]): { readonly plan: IndexPlan; readonly rows: Tensor } {
  for (const { index } of given)
    if (index.dtype !== "int64" && index.dtype !== "int32" && !isMask(index))
      throw new IndexError(
        `index: tensors used as indices must be long, int, byte or bool tensors; got ${index.dtype}. ` +
          'Use tensor([…], { dtype: "int64" }).',
      );
  const found = withoutMasks(
    x,
    given.map(({ dim, index }) => ({ dim, index: moved(index, x.storage.device) })),
  );
  const picked = commonShape(found);
  const dims = found.map(({ dim }) => dim);
  const others = x.sizes.flatMap((_, d) => (dims.includes(d) ? [] : [d]));
  const isTogether = dims.every((d, i) => i === 0 || d === dims[i - 1]! + 1);
  const plan = { dims, others, picked, position: isTogether ? (dims[0] ?? 0) : 0 };
  return { plan, rows: rowsOf(x, found, picked) };
}
