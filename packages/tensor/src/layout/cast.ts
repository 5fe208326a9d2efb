import { cpu, type DType } from "@ag/kernels";
import type { Tensor } from "../core/tensor.ts";
import { fresh } from "../make/fresh.ts";

/** The elements in another dtype; the tensor itself if it has that. Not recorded. */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  const out = fresh(x.sizes, dtype);
  cpu.copy(x, out);
  return out;
}
