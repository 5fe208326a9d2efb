/** The layer that CONTRIBUTING.md shows: the library has none of this name, and it is tested as those that it has. */
import { Feedforward } from "@ag/nn/internal";
import { type LayerSample, layersFor, normal } from "@ag/nn/samples";
import { abs, add, div, type Tensor } from "@ag/tensor/fn";

/**
 * x / (1 + |x|).
 *
 * ```ts doctest
 * new Softsign().forward(tensor([-1, 3])).tolist() // => [-0.5, 0.75]
 * ```
 */
export class Softsign extends Feedforward {
  forward(x: Tensor): Tensor {
    return div(x, add(abs(x), 1));
  }
}

export const samples: LayerSample[] = [
  ...layersFor(Softsign, "torch.nn.Softsign", {}, [
    { name: "plain", make: [], args: [normal([3, 4])] },
    { name: "one number", make: [], args: [normal([])] },
  ]),
];
