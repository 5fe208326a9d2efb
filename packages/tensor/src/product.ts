/** Products of matrices, of every dtype, before anybody records them. */
import { cpu, type Formula, type View } from "@ag/kernels";
import { checkComputes, isFloating } from "./dtype.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import { fresh } from "./fresh.ts";
import { type Shape, showShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

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
  if (a.shape.length !== 2)
    throw new ShapeError(`${op}: self must be a matrix: need a [n, k]; got ${showShape(a.shape)}.`);
  if (b.shape.length !== 2)
    throw new ShapeError(`${op}: mat2 must be a matrix: need b [k, m]; got ${showShape(b.shape)}.`);
  if (a.shape[1] !== b.shape[0]) {
    const hint = a.shape[1] === b.shape[1] ? " Did you mean a.mm(b.t())?" : "";
    throw new ShapeError(
      `${op}: mat1 and mat2 shapes cannot be multiplied (${times(a.shape, b.shape)}): need a [n, k] and b [k, m].${hint}`,
    );
  }
  checkDTypes(op, a, b);
}

const multiply: Formula = (m, a, b) => m.mul(a, b);

/** Products of whole numbers, one row of the result after the other. */
function wholeProduct(a: View, b: View, out: View): void {
  const rank = out.shape.length;
  const [n, k, m] = [a.shape[rank - 2]!, a.shape[rank - 1]!, b.shape[rank - 1]!];
  const lead = out.shape.slice(0, rank - 2);
  const products = fresh([...lead, n, k, m], out.dtype);
  const inserted = (x: View, d: number): View => ({
    ...pick(x),
    shape: [...x.shape.slice(0, d), 1, ...x.shape.slice(d)],
    strides: [...x.strides.slice(0, d), 0, ...x.strides.slice(d)],
  });
  cpu.pointwise(multiply, [inserted(a, rank), inserted(b, rank - 2)], products, out.dtype);
  cpu.reduce("sum", products, inserted(out, rank - 1));
  products.dispose();
}

const pick = ({ storage, offset, shape, strides, dtype }: View): View => ({ storage, offset, shape, strides, dtype });

/** out = a·b + bias, for matrices or batches of them. */
export function product(a: View, b: View, out: View, bias: View | null = null): void {
  if (isFloating(out.dtype)) cpu.matmul(a, b, out, bias);
  else wholeProduct(a, b, out);
}

/** A vector as a matrix of one row. */
export const asRow = (x: View): View => ({ ...pick(x), shape: [1, x.shape[0]!], strides: [0, x.strides[0]!] });

/** A vector as a matrix of one column. */
export const asColumn = (x: View): View => ({ ...pick(x), shape: [x.shape[0]!, 1], strides: [x.strides[0]!, 0] });
