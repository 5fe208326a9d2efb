import { copy_, empty, keep, Tensor, ValueError, zeros } from "@ag/tensor/fn";
import { sameShape, showShape } from "@ag/tensor/internal";

/** Row-major zeros of a parameter's shape and dtype, which live as long as the optimizer. */
export function heldZeros({ shape, dtype, device }: Tensor): Tensor {
  const x = keep(zeros(shape, { dtype, device }));
  x.storage.pin();
  return x;
}

/** A copy of a loaded tensor as state of a parameter, converted to its dtype. */
export function heldCopy(name: string, param: Tensor, saved: unknown): Tensor {
  if (!(saved instanceof Tensor) || !sameShape(saved.shape, param.shape))
    throw new ValueError(
      `loadStateDict: need a tensor of shape ${showShape(param.shape)} as ${name}; ` +
        `got ${saved instanceof Tensor ? `shape ${showShape(saved.shape)}` : typeof saved}.`,
    );
  const x = keep(empty(param.shape, { dtype: param.dtype, device: param.device }));
  x.storage.pin();
  return copy_(x, saved);
}
