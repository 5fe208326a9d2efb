import { copy_, dropout, type Tensor, ValueError } from "@ag/tensor/fn";
import { aFlag, aNumber, need } from "@ag/tensor/internal";
import { Feedforward } from "../module/feedforward.ts";
import { optionsText } from "../module/print.ts";
import type { Fitting, Keeping, ShapeFrom } from "../module/ruled.ts";
import type { InplaceOptions } from "./activation.ts";

/**
 * In training each element becomes 0 with probability p, and the others grow by 1 / (1 − p); in evaluation nothing changes.
 *
 * ```ts doctest
 * const layer = new Dropout(1);
 * layer.forward(ones([2])).tolist() // => [0, 0]
 * layer.eval().forward(ones([2])).tolist() // => [1, 1]
 * ```
 */
export class Dropout extends Feedforward {
  declare readonly "~rule": Keeping;

  readonly p: number;
  readonly inplace: boolean;

  constructor(p = 0.5, options: InplaceOptions = {}) {
    super();
    need("Dropout", { p: aNumber, "options?": { inplace: aFlag } }, p, options);
    if (!(p >= 0 && p <= 1))
      throw new ValueError(`Dropout: dropout probability has to be between 0 and 1, but got ${p}.`);
    this.p = p;
    this.inplace = options.inplace ?? false;
  }

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    const out = dropout(x, this.p, { training: this.training });
    if (!this.inplace || out === x) return out;
    copy_(x, out);
    out.dispose(); // the node holds what it reads
    return x;
  }

  protected override extraRepr(): string {
    return optionsText(this, "p", "inplace");
  }
}
