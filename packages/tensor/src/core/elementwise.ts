/** How does a formula meet its operands? Dtypes are promoted, shapes broadcast, and the result gets PyTorch's strides. */
import type { DType, Formula } from "@ag/kernels";
import { kindOf } from "../arguments/accepts.ts";
import { denseCopy } from "../layout/dense.ts";
import { broadcast, isDense, isRowMajor, type Shape, sameShape, showShape } from "../layout/shape.ts";
import { stridesInOrderOf } from "../layout/strides.ts";
import { fresh } from "../make/fresh.ts";
import { checkComputes, isFloating, resultType, toFloating } from "../types/dtype.ts";
import { creating } from "./creating.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import * as kernels from "./kernels.ts";
import type { Operand, Tensor } from "./tensor.ts";
import { writing } from "./writing.ts";

export type ResultKind = "same" | "float" | "bool";

export interface Kind {
  readonly name: string;
  readonly result: ResultKind;
  readonly accepts: ((common: DType, operands: readonly Operand[]) => void) | undefined;
  /** A floating dtype of all operands that was found right: it is not looked at again. */
  usual: DType | null;
}

type Parameter = number | bigint;

/** Booleans among the operands become numbers. */
function plain(operands: readonly Operand[]): readonly (Tensor | Parameter)[] {
  for (const x of operands)
    if (typeof x === "boolean") return operands.map((y) => (typeof y === "boolean" ? Number(y) : y));
  return operands as readonly (Tensor | Parameter)[];
}

/** What is computed with. The first `arity` operands decide; parameters follow. */
function computeType(kind: Kind, operands: readonly Operand[], arity: number): DType {
  const { name, result, accepts } = kind;
  const a = operands[0] as Tensor;
  const b = operands[1];
  const isMet = typeof b === "object" ? b.dtype === a.dtype : typeof b === "number" && isFloating(a.dtype);
  const common =
    arity === 1 || (arity === 2 && isMet)
      ? a.dtype
      : resultType(operands.length === arity ? operands : operands.slice(0, arity));
  checkComputes(name, common);
  accepts?.(common, operands);
  if (isFloating(common) && a.dtype === common) kind.usual = common;
  return result === "float" ? toFloating(common) : common;
}

function commonShape(operands: readonly Operand[]): Shape {
  let shape: Shape = (operands[0] as Tensor).sizes;
  for (let i = 1; i < operands.length; i++) {
    const x = operands[i];
    if (typeof x === "object") shape = broadcast(shape, x.sizes);
  }
  return shape;
}

/** Strides of a fresh result, as PyTorch's TensorIterator chooses them; null: row-major. */
function layoutLike(operands: readonly Operand[], shape: Shape): readonly number[] | null {
  const tensors = operands.filter((x) => typeof x === "object");
  if (tensors.every(isRowMajor)) return null;
  const [first] = tensors;
  const isAlike = tensors.every((x) => sameShape(x.sizes, shape) && sameShape(x.strides, first!.strides));
  return isAlike && isDense(first!) ? first!.strides : stridesInOrderOf(tensors, shape);
}

/** Whether there is nothing to find out: tensors of the usual dtype and one shape, the first in row-major order, and numbers. */
function isUsual({ usual }: Kind, operands: readonly Operand[]): boolean {
  const first = operands[0] as Tensor;
  if (first.dtype !== usual) return false;
  if (!isRowMajor(first)) return false;
  for (let i = 1; i < operands.length; i++) {
    const x = operands[i];
    if (typeof x === "number") continue;
    if (typeof x !== "object" || x.dtype !== usual) return false;
    if (!sameShape(x.sizes, first.sizes)) return false;
  }
  return true;
}

/** A formula on operands, of which the first `arity` are inputs and the others parameters, as a new tensor. */
export function elementwise(kind: Kind, formula: Formula, operands: readonly Operand[], arity: number): Tensor {
  if (isUsual(kind, operands)) {
    const { sizes, strides, dtype } = operands[0] as Tensor;
    const out = fresh(sizes, kind.result === "bool" ? "bool" : dtype, strides, creating.device, kind.name);
    kernels.pointwise(formula, operands as readonly (Tensor | number)[], out, dtype);
    return out;
  }
  const compute = computeType(kind, operands, arity);
  const shape = commonShape(operands);
  const strides = layoutLike(operands, shape);
  const dtype = kind.result === "bool" ? "bool" : compute;
  const out = fresh(shape, dtype, strides, creating.device, kind.name);
  kernels.pointwise(formula, plain(operands), out, compute);
  return out;
}

/** The same written into `target`, after every check; `permit` asks the tape and gives what to call afterwards. */
export function writeElementwise(
  kind: Kind,
  formula: Formula,
  operands: readonly Operand[],
  arity: number,
  target: Tensor,
  permit: () => () => void,
): void {
  const compute = computeType(kind, operands, arity);
  checkTarget(kind.name, target, commonShape(operands), kind.result === "bool" ? "bool" : compute);
  const written = permit();
  const given = plain(operands);
  const sources = given.map((x) => (typeof x === "object" && overlaps(x, target) ? denseCopy(x) : x));
  writing([target], () => {
    if (target.dtype === compute) kernels.pointwise(formula, sources, target, compute);
    else {
      const result = resultOf(kind, formula, sources, target, compute);
      kernels.copy(result, target);
      result.dispose();
    }
  });
  sources.forEach((x, i) => {
    if (typeof x === "object" && x !== given[i]) x.dispose();
  });
  written();
}

function resultOf(
  kind: Kind,
  formula: Formula,
  sources: readonly (Tensor | Parameter)[],
  target: Tensor,
  compute: DType,
): Tensor {
  const out = fresh(target.sizes, kind.result === "bool" ? "bool" : compute);
  kernels.pointwise(formula, sources, out, compute);
  return out;
}

/** Whether x shares a storage with the target in another layout, so that writing would change what is still to be read. */
const overlaps = (x: Tensor, target: Tensor): boolean =>
  x !== target &&
  x.storage === target.storage &&
  !(x.offset === target.offset && sameShape(x.sizes, target.sizes) && sameShape(x.strides, target.strides));

/** Refuses a target that cannot take the result. */
export function checkTarget(op: string, target: Tensor, shape: Shape, dtype: DType): void {
  if (!sameShape(shape, target.sizes))
    throw new ShapeError(
      `${op}_: output with shape ${showShape(target.sizes)} doesn't match the broadcast shape ${showShape(shape)}: ` +
        "need a target as large as the result.",
    );
  checkComputes(`${op}_`, target.dtype);
  refuseOverlapping(op, target);
  if (target.dtype === dtype) return;
  const isLossy = (isFloating(dtype) && !isFloating(target.dtype)) || (dtype !== "bool" && target.dtype === "bool");
  if (isLossy)
    throw new DTypeError(
      `${op}_: result type ${kindOf(dtype)} can't be cast to the desired output type ${kindOf(target.dtype)}: need a ` +
        `target that can hold ${dtype}.`,
    );
}

/** An expanded tensor has several elements in one place: writing to it has no meaning. */
export function refuseOverlapping(op: string, { sizes: shape, strides }: Tensor): void {
  for (let d = 0; d < shape.length; d++)
    if (shape[d]! > 1 && strides[d] === 0)
      throw new ShapeError(
        `${op}_: unsupported operation: more than one element of the written-to tensor refers to a single memory location: ` +
          "need a tensor that is not expanded. Use x.clone() first.",
      );
}
