import { linear, type Tensor, ValueError } from "@ag/tensor/fn";
import { aFlag, aWhole, type LinearOf, need, type Takes } from "@ag/tensor/internal";
import { Feedforward } from "../module/feedforward.ts";
import type { Parameter } from "../module/parameter.ts";
import { optionsText, valueText } from "../module/print.ts";
import { weightAndBias } from "../module/reset.ts";
import type { Fitting, Rule, ShapeFrom } from "../module/ruled.ts";

const linearTakes: Takes = {
  inFeatures: aWhole,
  outFeatures: aWhole,
  "options?": { bias: aFlag },
};

interface Weighing<In, Out> extends Rule {
  readonly output: LinearOf<this["input"], In, Out>;
}

/**
 * `x·Wᵀ + b`, learned.
 *
 * Shapes: `x` [n, in] → [n, out].
 * Weight and bias start uniform in ±1/√in.
 *
 * ```ts doctest
 * const layer = new Linear(3, 2);
 * layer.forward(zeros([5, 3])).shape // => [5, 2]
 * String(layer) // => "Linear(in_features=3, out_features=2, bias=True)"
 * ```
 */
export class Linear<In extends number = number, Out extends number = number> extends Feedforward {
  declare readonly "~rule": Weighing<In, Out>;

  readonly inFeatures: In;
  readonly outFeatures: Out;
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(inFeatures: In, outFeatures: Out, options: { readonly bias?: boolean } = {}) {
    super();
    need("Linear", linearTakes, inFeatures, outFeatures, options);
    for (const size of [inFeatures, outFeatures])
      if (size < 0)
        throw new ValueError(`Linear: need whole numbers of features; got ${inFeatures} and ${outFeatures}.`);
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    const start = weightAndBias([outFeatures, inFeatures], options.bias ?? true);
    this.weight = start.weight;
    this.bias = start.bias;
  }

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  protected override extraRepr(): string {
    return `${optionsText(this, "inFeatures", "outFeatures")}, bias=${valueText(this.bias !== null)}`;
  }
}
