import { type Device, type DType, type Edge, GradError, type GradFn, type Shape, Tensor } from "@ag/tensor/fn";
import { edgeOf } from "./accumulate-grad.ts";

/** Where the gradient of a tensor arrives: stands for the tensor in {@link grad} and `backward`, without holding its elements. */
export class GradientEdge {
  readonly node: GradFn;
  /** Which result of the node. */
  readonly output: number;
  readonly sizes: Shape;
  readonly dtype: DType;
  readonly device: Device | "cpu";

  /** Use {@link gradientEdge}. */
  constructor([node, output]: Edge, { sizes, dtype, device }: Tensor) {
    this.node = node!;
    this.output = output;
    this.sizes = sizes;
    this.dtype = dtype;
    this.device = device;
  }
}

/** The place of a tensor in the graph; null if it has none. */
export function placeIn(x: Tensor | GradientEdge): Edge | null {
  const edge: Edge = x instanceof Tensor ? edgeOf(x) : [x.node, x.output];
  return edge[0] === null ? null : edge;
}

/**
 * The place of a tensor in the graph. PyTorch's `get_gradient_edge`.
 *
 * Throws {@link GradError} unless the tensor requires grad.
 *
 * ```ts doctest
 * const x = tensor([1, 2], { requiresGrad: true });
 * const y = x.mul(3);
 * gradientEdge(y).node.name // => "MulBackward0"
 * grad(y.sum(), gradientEdge(x))[0].tolist() // => [3, 3]
 * ```
 */
export function gradientEdge(x: Tensor): GradientEdge {
  const edge = x instanceof Tensor ? placeIn(x) : null;
  if (!edge)
    throw new GradError(
      "gradientEdge: It is not possible to get the gradient edge for a Tensor that does not require gradients: need one that does.",
    );
  return new GradientEdge(edge, x);
}
