import type { DType } from "@ag/kernels";
import type { Tensor } from "../core/tensor.ts";
import { denseCopy } from "./dense.ts";

/** The elements in another dtype; the tensor itself if it has that. Not recorded. */
export const cast = (x: Tensor, dtype: DType): Tensor => (x.dtype === dtype ? x : denseCopy(x, dtype));
