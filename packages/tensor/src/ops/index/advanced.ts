/** Which elements do tensors of indices and masks name? They become row numbers of a matrix, and a plan to get there. */

import { IndexError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { stretched } from "../../layout/dense.ts";
import { broadcast, type Shape, showShape, sizeOf } from "../../layout/shape.ts";
import { tensor } from "../../make/factories.ts";
import { elementsOf } from "../../make/read.ts";

/** `x` as a matrix: rows are the indexed dimensions, columns the others. */
export interface Plan {
  /** The indexed dimensions of `x`. */
  readonly dims: Shape;
  /** The other ones. */
  readonly others: Shape;
  /** The common shape of the indices. */
  readonly picked: Shape;
  /** Where the dimensions of the indices stand in the result. */
  readonly position: number;
}

type Whole = BigInt64Array | Int32Array | Uint8Array;

/** Indices of one dimension; a mask counts for as many as it has. */
export interface Along {
  readonly dim: number;
  readonly index: Tensor;
}

/** Whether a tensor of indices says yes or no for each element. */
export const isMask = (x: Tensor): boolean => x.dtype === "bool" || x.dtype === "uint8";

/** The indices of the true elements of a mask, for each of its dimensions. */
function positions(mask: Tensor): readonly BigInt64Array[] {
  const flags = elementsOf(mask) as Uint8Array;
  const { sizes: shape } = mask;
  const count = flags.reduce((n, flag) => n + (flag ? 1 : 0), 0);
  const lists = shape.map(() => new BigInt64Array(count));
  let next = 0;
  flags.forEach((flag, i) => {
    if (!flag) return;
    for (let d = shape.length - 1, rest = i; d >= 0; rest = Math.floor(rest / shape[d]!), d--)
      lists[d]![next] = BigInt(rest % shape[d]!);
    next++;
  });
  return lists;
}

/** Masks become indices, for each of their dimensions. */
function withoutMasks(x: Tensor, given: readonly Along[]): Along[] {
  return given.flatMap(({ dim, index }) => {
    if (!isMask(index)) return [{ dim, index }];
    const wrong = index.sizes.findIndex((size, d) => size !== x.sizes[dim + d]);
    if (wrong >= 0)
      throw new IndexError(
        `index: The shape of the mask ${showShape(index.sizes)} at index ${wrong} does not match the shape of the indexed ` +
          `tensor ${showShape(x.sizes)} at index ${dim + wrong}.`,
      );
    return positions(index).map((list, d) => ({ dim: dim + d, index: tensor(list) }));
  });
}

function commonShape(found: readonly Along[]): Shape {
  try {
    return found.reduce((shape: Shape, { index }) => broadcast(shape, index.sizes), []);
  } catch {
    throw new IndexError(
      "index: shape mismatch: indexing tensors could not be broadcast together with shapes " +
        `${found.map(({ index }) => showShape(index.sizes)).join(", ")}.`,
    );
  }
}

/** The plan, and the row of each picked element (int64, one row of numbers). */
export function planOf(x: Tensor, given: readonly Along[]): { readonly plan: Plan; readonly rows: Tensor } {
  for (const { index } of given)
    if (index.dtype !== "int64" && index.dtype !== "int32" && !isMask(index))
      throw new IndexError(
        `index: tensors used as indices must be long, int, byte or bool tensors; got ${index.dtype}. ` +
          'Use tensor([…], { dtype: "int64" }).',
      );
  const found = withoutMasks(x, given);
  const picked = commonShape(found);
  const dims = found.map(({ dim }) => dim);
  const rows = new BigInt64Array(sizeOf(picked));
  for (const { dim, index } of found) {
    const size = x.sizes[dim]!;
    const list = elementsOf(stretched(index, picked)) as Whole;
    for (let i = 0; i < rows.length; i++) {
      const at = Number(list[i]);
      if (at < -size || at >= size)
        throw new IndexError(`index: index ${at} is out of bounds for dimension ${dim} with size ${size}.`);
      rows[i] = rows[i]! * BigInt(size) + BigInt(at < 0 ? at + size : at);
    }
  }
  const others = x.sizes.flatMap((_, d) => (dims.includes(d) ? [] : [d]));
  const isTogether = dims.every((d, i) => i === 0 || d === dims[i - 1]! + 1);
  return { plan: { dims, others, picked, position: isTogether ? (dims[0] ?? 0) : 0 }, rows: tensor(rows) };
}
