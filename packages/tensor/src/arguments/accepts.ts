/** Which operands does an operation refuse? The words are PyTorch's. */
import { type Algebra, cpu, type DType, type Formula, factsOf } from "@ag/kernels";
import { DTypeError, ValueError } from "../core/errors.ts";
import type { Operand } from "../core/tensor.ts";
import { fresh } from "../make/fresh.ts";
import { isFloating } from "../types/dtype.ts";

type Accepts = (dtype: DType, operands: readonly Operand[]) => void;

/** PyTorch's name of a dtype in messages. */
export const kindOf = (dtype: DType): string => factsOf(dtype).torch;

/** Floating dtypes only; `kernel` is what PyTorch says it lacks for the others. */
export const onlyFloating =
  (op: string, kernel: string): Accepts =>
  (dtype) => {
    if (!isFloating(dtype))
      throw new DTypeError(
        `${op}: "${kernel}" not implemented for '${kindOf(dtype)}': need a floating dtype; got ${dtype}. Use x.to("float32").`,
      );
  };

/** Every dtype but bool; `kernel` is what PyTorch says it lacks. */
export const noBool =
  (op: string, kernel: string): Accepts =>
  (dtype) => {
    if (dtype === "bool")
      throw new DTypeError(`${op}: "${kernel}" not implemented for 'Bool': need numbers; got bool. Use x.to("int64").`);
  };

const isZeroFormula: Formula = <T, C>(m: Algebra<T, C>, ...[a]: readonly T[]): C => m.eq(a!, 0);

function hasZero(x: Operand): boolean {
  if (typeof x !== "object") return Number(x) === 0;
  if (x.numel() === 0) return false;
  const ones = x.sizes.map(() => 1);
  const [isZero, any] = [fresh(x.sizes, "bool"), fresh(ones, "bool")];
  cpu.pointwise(isZeroFormula, [x], isZero, x.dtype);
  cpu.reduce("max", isZero, any);
  const found = any.item() === 1;
  isZero.dispose();
  any.dispose();
  return found;
}

/** Numbers, and no whole ones that would be divided by zero. */
export const divisible =
  (op: string, kernel: string): Accepts =>
  (dtype, operands) => {
    noBool(op, kernel)(dtype, operands);
    if (!isFloating(dtype) && hasZero(operands[1] as Operand))
      throw new ValueError(`${op}: ZeroDivisionError: need divisors other than 0 for whole numbers.`);
  };

/** The factor of the second operand has to be whole where the operands are. */
export const wholeAlpha =
  (op: string): Accepts =>
  (dtype, [, , alpha]) => {
    if (typeof alpha === "number" && !Number.isInteger(alpha) && !isFloating(dtype))
      throw new DTypeError(
        `${op}: For integral input tensors, argument alpha must not be a floating point number: need a whole alpha for ` +
          `${dtype}; got ${alpha}.`,
      );
  };
