/** How does a module change its dtype, or move? Its tensors stay the same objects, so that an optimizer goes on with them. */
import { noGrad } from "@ag/autograd";
import { type DType, DTypeError, isFloating, type Tensor, type ToOptions, to } from "@ag/tensor/fn";
import { aDevice, aDtype, gradAt, need } from "@ag/tensor/internal";

type Replaceable = { -readonly [K in "storage" | "offset" | "strides" | "dtype"]: Tensor[K] };

/** Puts the elements of `source` in the place of those of `x`. */
function adopt(x: Tensor, source: Tensor): void {
  x.dispose();
  source.storage.retain();
  const { storage, offset, strides, dtype } = source;
  Object.assign(x as Replaceable, { storage, offset, strides, dtype });
  source.dispose();
}

/** Moves a tensor and, if it is floating, converts it; its gradient with it. */
function convert(x: Tensor, { dtype = x.dtype, device = x.device }: ToOptions): void {
  const options = { dtype: x.isFloatingPoint() ? dtype : x.dtype, device };
  if (x.dtype === options.dtype && x.device === device) return;
  noGrad(() => {
    const grad = gradAt(x);
    adopt(x, to(x, options));
    x.storage.pin();
    if (grad !== null) adopt(grad, to(grad, options));
  });
}

/** As `Module.to` says, for its parameters and buffers. */
export function convertAll(tensors: readonly Tensor[], options: DType | ToOptions): void {
  need("to", { options: [aDtype, { dtype: aDtype, device: aDevice }] }, options);
  const wanted = typeof options === "string" ? { dtype: options } : options;
  if (wanted.dtype !== undefined && !isFloating(wanted.dtype))
    throw new DTypeError(
      `to: nn.Module.to only accepts floating point or complex dtypes: need a floating dtype; got ${wanted.dtype}.`,
    );
  for (const x of tensors) convert(x, wanted);
}
