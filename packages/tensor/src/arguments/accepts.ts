/** Which operands does an operation refuse? The words are PyTorch's. */
import { type DType, factsOf } from "@ag/kernels";
import { DTypeError, ValueError } from "../core/errors.ts";
import { isSet } from "../core/formulas.ts";
import * as kernels from "../core/kernels.ts";
import type { Operand } from "../core/tensor.ts";
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

function checkDivisors(op: string, x: Operand): void {
  const refusal = (): Error =>
    new ValueError(`${op}: ZeroDivisionError: need divisors other than 0 for whole numbers.`);
  if (typeof x === "object") kernels.check(isSet, x, refusal);
  else if (Number(x) === 0) throw refusal();
}

/** Numbers, and no whole ones that would be divided by zero. */
export const divisible =
  (op: string, kernel: string): Accepts =>
  (dtype, operands) => {
    noBool(op, kernel)(dtype, operands);
    if (!isFloating(dtype)) checkDivisors(op, operands[1] as Operand);
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
