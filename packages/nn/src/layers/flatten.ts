import { flatten, type Tensor } from "@ag/tensor/fn";
import { aWhole, need } from "@ag/tensor/internal";
import { Feedforward } from "../module/feedforward.ts";
import { optionsText } from "../module/print.ts";

export interface FlattenOptions {
  readonly startDim?: number;
  readonly endDim?: number;
}

/**
 * Joins dimensions to one; all but the first unless others are given.
 *
 * ```ts doctest
 * new Flatten().forward(zeros([2, 3, 4])).shape // => [2, 12]
 * ```
 */
export class Flatten extends Feedforward {
  readonly startDim: number;
  readonly endDim: number;

  constructor(options: FlattenOptions = {}) {
    super();
    need("Flatten", { "options?": { startDim: aWhole, endDim: aWhole } }, options);
    this.startDim = options.startDim ?? 1;
    this.endDim = options.endDim ?? -1;
  }

  forward(x: Tensor): Tensor {
    return flatten(x, this.startDim, this.endDim);
  }

  protected override extraRepr(): string {
    return optionsText(this, "startDim", "endDim");
  }
}

/**
 * Gives its input: in the place of a layer that is taken out.
 *
 * ```ts doctest
 * new Identity().forward(tensor([1, 2])).tolist() // => [1, 2]
 * ```
 */
export class Identity extends Feedforward {
  forward(x: Tensor): Tensor {
    return x;
  }
}
