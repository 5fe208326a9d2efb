/** Elements left out by chance. */

import type { Formula } from "@ag/kernels";
import { defineFunction } from "../../arguments/checked.ts";
import { aFlag, aGenerator, aNumber, aTensor } from "../../arguments/kinds.ts";
import { DTypeError, ValueError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import { Tensor } from "../../core/tensor.ts";
import type { Same } from "../../kinds/elementwise.ts";
import { isDense } from "../../layout/shape.ts";
import type { Generator } from "../../make/generator.ts";
import { bernoulliLike } from "../../make/random.ts";
import { type FunctionOnly, functionOnly } from "../../methods/as-method.ts";
import { checkComputes, isFloating } from "../../types/dtype.ts";
import { mul } from "../pointwise/arithmetic.ts";

export interface DropoutOptions {
  /** Whether anything is left out at all. True. */
  readonly training?: boolean;
  readonly generator?: Generator | null;
}

const divided: Formula = (m, mask, kept) => m.div(mask, kept);

/** 1 with probability `kept`, else 0, in the layout of `x`: draws follow the memory, as in PyTorch. */
function drawn(x: Tensor, kept: number, generator: Generator | null): Tensor {
  const mask = bernoulliLike(x, kept, generator);
  if (x.isContiguous() || !isDense(x)) return mask;
  mask.storage.retain();
  const turned = new Tensor(mask.storage, x.dtype, x.sizes, 0, x.strides, null);
  mask.dispose();
  return turned;
}

/**
 * Each element is 0 with probability `p`, else divided by 1 − p, so that means stay. Without training: `x` itself.
 *
 * The draws are PyTorch's: one float64 for each element.
 * Throws {@link ValueError} unless p is in [0, 1], {@link DTypeError} unless `x` is floating.
 * Derivative: G with the same mask.
 *
 * ```ts doctest
 * dropout(tensor([1, 2]), 1).tolist() // => [0, 0]
 * dropout(tensor([1, 2]), 0.5, { training: false }).tolist() // => [1, 2]
 * ```
 */
export const dropout: FunctionOnly<Same<[p?: number, options?: DropoutOptions]>> = /* @__PURE__ */ functionOnly(
  defineFunction({
    name: "dropout",
    takes: {
      x: aTensor,
      "p?": aNumber,
      "options?": { training: aFlag, generator: aGenerator },
    },
    call: (x, p = 0.5, { training = true, generator = null } = {}) => {
      if (!(p >= 0 && p <= 1))
        throw new ValueError(`dropout: dropout probability has to be between 0 and 1, but got ${p}.`);
      if (!training || p === 0 || x.numel() === 0) return x;
      checkComputes("dropout", x.dtype);
      if (!isFloating(x.dtype))
        throw new DTypeError(
          `dropout: result type Float can't be cast to the desired output type: need float32 or float64; got ${x.dtype}.`,
        );
      const mask = drawn(x, 1 - p, generator);
      if (p < 1) kernels.pointwise(divided, [mask, 1 - p], mask, mask.dtype);
      const out = mul(x, mask);
      mask.dispose(); // the node holds its elements
      return out;
    },
  }),
);
