/** Products of matrices, of every dtype, before anybody records them. */
import type { Formula, View } from "@ag/kernels";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Tensor } from "../../core/tensor.ts";
import { type Shape, showShape } from "../../layout/shape.ts";
import { fresh } from "../../make/fresh.ts";
import { checkComputes, isFloating } from "../../types/dtype.ts";

/** As messages show two shapes. */
export const times = (a: Shape, b: Shape): string => `${a.join("x")} and ${b.join("x")}`;

/** Throws unless both have one dtype, of numbers. */
export function checkDTypes(op: string, a: Tensor, b: Tensor): void {
  checkComputes(op, a.dtype);
  if (a.dtype !== b.dtype)
    throw new DTypeError(
      `${op}: expected m1 and m2 to have the same dtype, but got: ${a.dtype} != ${b.dtype}: need one dtype. Use x.to(…).`,
    );
  if (a.dtype === "bool") throw new DTypeError(`${op}: "addmm_impl_cpu_" not implemented for 'Bool': need numbers.`);
}

/** Throws unless a·b exists. */
export function checkMatrices(op: string, a: Tensor, b: Tensor): void {
  if (a.sizes.length !== 2)
    throw new ShapeError(`${op}: self must be a matrix: need a [n, k]; got ${showShape(a.sizes)}.`);
  if (b.sizes.length !== 2)
    throw new ShapeError(`${op}: mat2 must be a matrix: need b [k, m]; got ${showShape(b.sizes)}.`);
  if (a.sizes[1] !== b.sizes[0]) {
    const hint = a.sizes[1] === b.sizes[1] ? " Did you mean a.mm(b.t())?" : "";
    throw new ShapeError(
      `${op}: mat1 and mat2 shapes cannot be multiplied (${times(a.sizes, b.sizes)}): need a [n, k] and b [k, m].${hint}`,
    );
  }
  checkDTypes(op, a, b);
}

const multiply: Formula = (m, a, b) => m.mul(a, b);

/** Products of whole numbers, one row of the result after the other. */
function wholeProduct(a: View, b: View, out: View): void {
  const rank = out.sizes.length;
  const [n, k, m] = [a.sizes[rank - 2]!, a.sizes[rank - 1]!, b.sizes[rank - 1]!];
  const lead = out.sizes.slice(0, rank - 2);
  const products = fresh([...lead, n, k, m], out.dtype);
  const inserted = (x: View, d: number): View => ({
    ...pick(x),
    sizes: [...x.sizes.slice(0, d), 1, ...x.sizes.slice(d)],
    strides: [...x.strides.slice(0, d), 0, ...x.strides.slice(d)],
  });
  kernels.pointwise(multiply, [inserted(a, rank), inserted(b, rank - 2)], products, out.dtype);
  kernels.reduce("sum", products, inserted(out, rank - 1));
  products.dispose();
}

const pick = ({ storage, offset, sizes: shape, strides, dtype }: View): View => ({
  storage,
  offset,
  sizes: shape,
  strides,
  dtype,
});

/** out = a·b + bias, for matrices or batches of them. */
export function product(a: View, b: View, out: View, bias: View | null = null): void {
  if (isFloating(out.dtype)) kernels.matmul(a, b, out, bias);
  else wholeProduct(a, b, out);
}

/** A vector as a matrix of one row. */
export const asRow = (x: View): View => ({ ...pick(x), sizes: [1, x.sizes[0]!], strides: [0, x.strides[0]!] });

/** A vector as a matrix of one column. */
export const asColumn = (x: View): View => ({ ...pick(x), sizes: [x.sizes[0]!, 1], strides: [x.strides[0]!, 0] });
