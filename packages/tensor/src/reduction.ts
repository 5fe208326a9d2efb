/** How is a reduction prepared and finished? Dimensions are named, the kernel gets them as size 1, and they are dropped afterwards. */
import { cpu, type DType, type Reduction } from "@ag/kernels";
import { checkComputes } from "./dtype.ts";
import { empty } from "./factories.ts";
import { dimsOf, kept, type Shape } from "./shape.ts";
import { reshaped, type Tensor } from "./tensor.ts";

export interface ReduceOptions {
  /** The reduced dimensions stay, with size 1. */
  readonly keepdim?: boolean;
}

export type Dims = number | Shape | null | undefined;

/** The elements in another dtype; the tensor itself if it has that. Not recorded. */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  const out = empty(x.shape, { dtype });
  cpu.copy(x, out);
  return out;
}

/** A fresh result without the reduced dimensions. */
export const dropped = (out: Tensor, dims: Shape): Tensor =>
  dims.length === 0
    ? out
    : reshaped(
        out,
        out.shape.filter((_, d) => !dims.includes(d)),
      );

/** Reduces `x`, converted to `dtype`, over `dim`. Not recorded. */
export function reduced(
  kind: Reduction,
  x: Tensor,
  dim: Dims,
  { keepdim = false, dtype = x.dtype, op }: ReduceOptions & { readonly dtype?: DType; readonly op: string },
): Tensor {
  checkComputes(op, x.dtype);
  const dims = dimsOf(dim, x.shape.length, op);
  const source = cast(x, dtype);
  const out = empty(kept(x.shape, dims), { dtype });
  cpu.reduce(kind, source, out);
  if (source !== x) source.dispose();
  return keepdim ? out : dropped(out, dims);
}

/** The shape a reduced gradient has before it is spread over `shape` again. */
export const keptShape = (shape: Shape, dim: Dims, op: string): Shape => kept(shape, dimsOf(dim, shape.length, op));
