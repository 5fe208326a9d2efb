import { flatten, type Tensor } from "@ag/tensor/fn";
import { aWhole, type Flattened, need } from "@ag/tensor/internal";
import { Feedforward } from "../module/feedforward.ts";
import { optionsText } from "../module/print.ts";
import type { Fitting, Kept, ShapeFrom } from "../module/ruled.ts";

export interface FlattenOptions<S extends number = number, E extends number = number> {
  readonly startDim?: S;
  readonly endDim?: E;
}

/**
 * Joins dimensions to one; all but the first unless others are given.
 *
 * ```ts doctest
 * new Flatten().forward(zeros([2, 3, 4])).shape // => [2, 12]
 * ```
 */
export class Flatten<S extends number = 1, E extends number = -1> extends Feedforward {
  declare readonly "~rule": Flattened<this["~input"], S, E>;

  readonly startDim: S;
  readonly endDim: E;

  constructor(options: FlattenOptions<S, E> = {}) {
    super();
    need("Flatten", { "options?": { startDim: aWhole, endDim: aWhole } }, options);
    this.startDim = options.startDim ?? (1 as S);
    this.endDim = options.endDim ?? (-1 as E);
  }

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
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
  declare readonly "~rule": Kept<this["~input"]>;

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    return x;
  }
}
