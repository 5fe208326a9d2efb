/** Layers without parameters that work element by element, or along one dimension. */
import { gelu, leakyRelu, logSoftmax, relu, sigmoid, silu, softmax, type Tensor, tanh } from "@ag/tensor/fn";
import { aFlag, aNumber, aWhole, need, oneOf } from "@ag/tensor/internal";
import { Feedforward } from "../module/feedforward.ts";
import { optionsText } from "../module/print.ts";
import type { Fitting, Keeping, ShapeFrom } from "../module/ruled.ts";

export interface InplaceOptions {
  /** Overwrite the input. */
  readonly inplace?: boolean;
}

const inplaceOptions = { inplace: aFlag };

/** A function of each element that may overwrite its input. */
interface Activation<O extends readonly unknown[]> {
  (x: Tensor, ...options: O): Tensor;
  readonly inPlace: (x: Tensor, ...options: O) => Tensor;
}

/** The layer of an {@link Activation}. */
abstract class Elementwise extends Feedforward {
  readonly inplace: boolean;

  constructor(options: InplaceOptions = {}) {
    super();
    need(this.constructor.name, { options: inplaceOptions }, options);
    this.inplace = options.inplace ?? false;
  }

  protected override extraRepr(...options: readonly string[]): string {
    return optionsText(this, ...options, ...(this.inplace ? ["inplace"] : []));
  }
}

/** What a layer makes of x: something new, or x itself, overwritten. */
const applied = <O extends readonly unknown[]>(
  layer: Elementwise,
  f: Activation<O>,
  x: Tensor,
  ...options: O
): Tensor => (layer.inplace ? f.inPlace(x, ...options) : f(x, ...options));

/**
 * The larger of x and 0.
 *
 * ```ts doctest
 * new ReLU().forward(tensor([-1, 2])).tolist() // => [0, 2]
 * ```
 */
export class ReLU extends Elementwise {
  declare readonly "~rule": Keeping;

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    return applied(this, relu, x);
  }
}

/**
 * x above 0, `negativeSlope` · x below.
 *
 * ```ts doctest
 * new LeakyReLU(0.25).forward(tensor([-1, 2])).tolist() // => [-0.25, 2]
 * ```
 */
export class LeakyReLU extends Elementwise {
  declare readonly "~rule": Keeping;

  readonly negativeSlope: number;

  constructor(negativeSlope = 0.01, options: InplaceOptions = {}) {
    need("LeakyReLU", { negativeSlope: aNumber, options: inplaceOptions }, negativeSlope, options);
    super(options);
    this.negativeSlope = negativeSlope;
  }

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    return applied(this, leakyRelu, x, { negativeSlope: this.negativeSlope });
  }

  protected override extraRepr(): string {
    return super.extraRepr("negativeSlope");
  }
}

/**
 * 1 / (1 + e⁻ˣ).
 *
 * ```ts doctest
 * new Sigmoid().forward(tensor([0])).tolist() // => [0.5]
 * ```
 */
export class Sigmoid extends Feedforward {
  declare readonly "~rule": Keeping;

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/**
 * (e²ˣ − 1) / (e²ˣ + 1).
 *
 * ```ts doctest
 * new Tanh().forward(tensor([0])).tolist() // => [0]
 * ```
 */
export class Tanh extends Feedforward {
  declare readonly "~rule": Keeping;

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/**
 * x · sigmoid(x).
 *
 * ```ts doctest
 * new SiLU().forward(tensor([0])).tolist() // => [0]
 * ```
 */
export class SiLU extends Elementwise {
  declare readonly "~rule": Keeping;

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    return applied(this, silu, x);
  }
}

/**
 * x · Φ(x), with the distribution function of the normal distribution or its approximation by tanh.
 *
 * ```ts doctest
 * String(new GELU({ approximate: "tanh" })) // => "GELU(approximate='tanh')"
 * new GELU().forward(tensor([0])).tolist() // => [0]
 * ```
 */
export class GELU extends Feedforward {
  declare readonly "~rule": Keeping;

  readonly approximate: "none" | "tanh";

  constructor(options: { readonly approximate?: "none" | "tanh" } = {}) {
    super();
    need("GELU", { "options?": { approximate: oneOf("none", "tanh") } }, options);
    this.approximate = options.approximate ?? "none";
  }

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    return gelu(x, { approximate: this.approximate });
  }

  protected override extraRepr(): string {
    return optionsText(this, "approximate");
  }
}

/** A function along one dimension. Unlike PyTorch's, it must be given: the implicit choice is deprecated there. */
abstract class AlongDim extends Feedforward {
  readonly dim: number;

  constructor(dim: number) {
    super();
    need(this.constructor.name, { dim: aWhole }, dim);
    this.dim = dim;
  }

  protected override extraRepr(): string {
    return optionsText(this, "dim");
  }
}

/**
 * eˣ / Σ eˣ along a dimension, which must be given.
 *
 * ```ts doctest
 * new Softmax(0).forward(tensor([3, 3])).tolist() // => [0.5, 0.5]
 * ```
 */
export class Softmax extends AlongDim {
  declare readonly "~rule": Keeping;

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }
}

/**
 * x − ln Σ eˣ along a dimension, which must be given.
 *
 * ```ts doctest
 * new LogSoftmax(0).forward(tensor([3])).tolist() // => [0]
 * ```
 */
export class LogSoftmax extends AlongDim {
  declare readonly "~rule": Keeping;

  forward(x: unknown, plain: never): Tensor;
  forward<L, T extends Tensor>(this: L, x: T & Fitting<L, T>): Tensor<ShapeFrom<L, T>>;
  forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }
}
