/** What becomes of the losses of all elements: their mean, their sum, or nothing. */
import type { Formula } from "@ag/kernels";
import * as kernels from "../../core/kernels.ts";
import type { Operand, Tensor } from "../../core/tensor.ts";
import { fresh } from "../../make/fresh.ts";
import { div, mul } from "../pointwise/arithmetic.ts";
import { reduced } from "../reduce/reduction.ts";

export type Reduction = "mean" | "sum" | "none";

export interface Reduced {
  /** One number, or the loss of each element. "mean". */
  readonly reduction?: Reduction;
}

const quotient: Formula = (m, x, count) => m.div(x, count);

/** The reduction of fresh losses; a mean divides by `count`. Not recorded. */
export function finished(losses: Tensor, reduction: Reduction, count: number = losses.numel()): Tensor {
  if (reduction === "none") return losses;
  const out = reduced("sum", losses, null, { op: "loss" });
  losses.dispose();
  if (reduction === "mean") kernels.pointwise(quotient, [out, count], out, out.dtype);
  return out;
}

/** G for each element: weighed, and divided by the count of a mean. */
export function share(grad: Tensor, weight: Tensor | null, reduction: Reduction, count: number): Tensor {
  const part = reduction === "mean" ? div(grad, count) : grad;
  return weight ? mul(part, weight) : part;
}

/** A formula on operands, reduced. Not recorded. */
export function weighed(formula: Formula, operands: readonly Operand[], x: Tensor, reduction: Reduction): Tensor {
  const out = fresh(x.sizes, x.dtype);
  kernels.pointwise(formula, operands as readonly (Tensor | number)[], out, out.dtype);
  return finished(out, reduction);
}
