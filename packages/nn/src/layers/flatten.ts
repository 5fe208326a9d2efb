import { flatten, type Tensor } from "@ag/tensor/fn";
import { type Args, type Argument, aWhole, type Flattened, need, type Option, type Told } from "@ag/tensor/internal";
import { Feedforward } from "../module/feedforward.ts";
import { optionsText } from "../module/print.ts";
import type { Fitting, Keeping, Rule, ShapeFrom, Unsaid } from "../module/ruled.ts";

export interface FlattenOptions {
  readonly startDim?: number;
  readonly endDim?: number;
}

interface Flattening<O> extends Rule {
  readonly output: Flattened<this["input"], Option<O, "startDim", 1>, Option<O, "endDim", -1>>;
}

/**
 * Joins dimensions to one; all but the first unless others are given.
 *
 * ```ts doctest
 * new Flatten().forward(zeros([2, 3, 4])).shape // => [2, 12]
 * ```
 */
export class Flatten<const A extends Args = Unsaid> extends Feedforward {
  declare readonly "~rule": Flattening<Argument<A, 0>>;

  readonly startDim: number;
  readonly endDim: number;

  constructor(...rest: Told<A, [options?: FlattenOptions]>) {
    super();
    const [options = {}]: readonly [options?: FlattenOptions] = rest;
    need("Flatten", { "options?": { startDim: aWhole, endDim: aWhole } }, options);
    this.startDim = options.startDim ?? 1;
    this.endDim = options.endDim ?? -1;
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
  declare readonly "~rule": Keeping;

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    return x;
  }
}
