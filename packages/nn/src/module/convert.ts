/** How does a module change its dtype? Its tensors stay the same objects, so that an optimizer goes on with them. */
import { noGrad } from "@ag/autograd";
import { type DType, type Tensor, to } from "@ag/tensor/fn";
import { gradAt } from "@ag/tensor/internal";

type Replaceable = { -readonly [K in "storage" | "offset" | "strides" | "dtype"]: Tensor[K] };

/** Puts the elements of `source` in the place of those of `x`. */
function adopt(x: Tensor, source: Tensor): void {
  x.dispose();
  source.storage.retain();
  const { storage, offset, strides, dtype } = source;
  Object.assign(x as Replaceable, { storage, offset, strides, dtype });
  source.dispose();
}

/** Converts a floating tensor in place, and its gradient with it. */
export function convert(x: Tensor, dtype: DType): void {
  if (!x.isFloatingPoint() || x.dtype === dtype) return;
  noGrad(() => {
    const grad = gradAt(x);
    adopt(x, to(x, dtype));
    x.storage.pin();
    if (grad !== null) adopt(grad, to(grad, dtype));
  });
}
