import { allDtypes, type DType, factsOf, isFloating, isStorageOnly, itemSize } from "@ag/kernels";
import { DTypeError } from "../core/errors.ts";
import type { Operand } from "../core/tensor.ts";

export { isFloating };

/** Throws for dtypes that nothing computes with. */
export function checkComputes(op: string, dtype: DType): void {
  if (isStorageOnly(dtype))
    throw new DTypeError(
      `${op}: need a dtype to compute with; got ${dtype}, which is storage only. Use x.to("float32").`,
    );
}

const categories = { bool: 0, whole: 1, floating: 2 } as const;

/** Bool, whole numbers, floating numbers: only a higher kind lets a number or a scalar tensor change the dtype. */
const category = (dtype: DType): number => categories[factsOf(dtype).kind];

/** Whether values of `b` may become `a`: of a higher kind, or of the same one with more room. */
function takes(a: DType, b: DType): boolean {
  if (a === b) return true;
  if (category(a) !== category(b)) return category(a) > category(b);
  return itemSize(a) > itemSize(b) && (factsOf(a).isSigned || !factsOf(b).isSigned);
}

/** The dtype in which two tensors of equal standing meet: the smallest of the higher kind that takes both. */
export function promoteTypes(a: DType, b: DType): DType {
  if (takes(a, b)) return a;
  if (takes(b, a)) return b;
  return allDtypes.find((dtype) => category(dtype) === category(a) && takes(dtype, a) && takes(dtype, b))!;
}

function ofNumber(x: number | bigint | boolean): DType {
  if (typeof x === "boolean") return "bool";
  return typeof x === "bigint" || Number.isInteger(x) ? "int64" : "float32";
}

const combine = (a: DType | null, b: DType): DType => (a === null ? b : promoteTypes(a, b));
const higher = (a: DType, b: DType | null): DType => (b !== null && category(b) > category(a) ? b : a);

/**
 * The dtype in which operands meet, by PyTorch's rule: tensors with dimensions decide, unless a scalar tensor is of a
 * higher kind, unless a number is.
 */
export function resultType(operands: readonly Operand[]): DType {
  const first = operands[0] as Operand;
  if (operands.length === 1 && typeof first === "object") return first.dtype;
  let dimensioned: DType | null = null;
  let scalar: DType | null = null;
  let number: DType | null = null;
  for (const x of operands) {
    if (typeof x !== "object") number = combine(number, ofNumber(x));
    else if (x.sizes.length > 0) dimensioned = combine(dimensioned, x.dtype);
    else scalar = combine(scalar, x.dtype);
  }
  if (dimensioned !== null) return higher(higher(dimensioned, scalar), number);
  if (scalar !== null) return higher(scalar, number);
  return number ?? "float32";
}

/** What functions such as `exp` and `mean` compute in. */
export const toFloating = (dtype: DType): DType => (isFloating(dtype) ? dtype : "float32");
