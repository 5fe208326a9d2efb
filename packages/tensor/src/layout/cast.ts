import type { DType } from "@ag/kernels";
import * as kernels from "../core/kernels.ts";
import type { Tensor } from "../core/tensor.ts";
import { fresh } from "../make/fresh.ts";

/** The elements in another dtype; the tensor itself if it has that. Not recorded. */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  const out = fresh(x.sizes, dtype, null, x.storage.device);
  kernels.copy(x, out);
  return out;
}
