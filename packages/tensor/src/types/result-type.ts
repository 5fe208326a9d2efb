/** The rules of promotion for users: what our own code asks of `dtype.ts` needs no check. */
import type { DType } from "@ag/kernels";
import { defineFunction } from "../arguments/checked.ts";
import { aDtype, anOperand, areAll } from "../arguments/kinds.ts";
import type { Kind } from "../arguments/signature.ts";
import type { Operand } from "../core/tensor.ts";
import { promoteTypes as promote, resultType as result } from "./dtype.ts";

const operands: Kind = {
  word: "tuple of Tensors or Numbers",
  ok: (x) => areAll(x, anOperand.ok) && x.length > 0,
};

/** The dtype in which two tensors of equal standing meet. */
export const promoteTypes: (a: DType, b: DType) => DType = /* @__PURE__ */ defineFunction({
  name: "promoteTypes",
  takes: { a: aDtype, b: aDtype },
  call: promote,
});

/**
 * The dtype in which operands meet, by PyTorch's rule: tensors with dimensions decide, unless a scalar tensor is of a
 * higher kind, unless a number is.
 */
export const resultType: (operands: readonly Operand[]) => DType = /* @__PURE__ */ defineFunction({
  name: "resultType",
  takes: { operands },
  call: result,
});
