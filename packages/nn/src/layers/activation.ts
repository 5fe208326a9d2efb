/** Layers without parameters that work element by element, or along one dimension. */
import { gelu, leakyRelu, logSoftmax, relu, sigmoid, silu, softmax, type Tensor, tanh } from "@ag/tensor/fn";
import { aFlag, aNumber, aWhole, need, oneOf } from "@ag/tensor/internal";
import { Module } from "../module/module.ts";
import { valueText } from "../module/print.ts";

export interface InplaceOptions {
  /** Overwrite the input. */
  readonly inplace?: boolean;
}

const inplaceOptions = { inplace: aFlag };

/**
 * The larger of x and 0.
 *
 * ```ts doctest
 * new ReLU().forward(tensor([-1, 2])).tolist() // => [0, 2]
 * ```
 */
export class ReLU extends Module {
  static override readonly gives = "new";
  readonly inplace: boolean;

  constructor(options: InplaceOptions = {}) {
    super();
    need("ReLU", { options: inplaceOptions }, options);
    this.inplace = options.inplace ?? false;
  }

  forward(x: Tensor): Tensor {
    return this.inplace ? relu.inPlace(x) : relu(x);
  }

  protected override extraRepr(): string {
    return this.inplace ? "inplace=True" : "";
  }
}

/**
 * x above 0, `negativeSlope` · x below.
 *
 * ```ts doctest
 * new LeakyReLU(0.25).forward(tensor([-1, 2])).tolist() // => [-0.25, 2]
 * ```
 */
export class LeakyReLU extends Module {
  static override readonly gives = "new";
  readonly negativeSlope: number;
  readonly inplace: boolean;

  constructor(negativeSlope = 0.01, options: InplaceOptions = {}) {
    super();
    need("LeakyReLU", { negativeSlope: aNumber, options: inplaceOptions }, negativeSlope, options);
    this.negativeSlope = negativeSlope;
    this.inplace = options.inplace ?? false;
  }

  forward(x: Tensor): Tensor {
    const { negativeSlope } = this;
    return this.inplace ? leakyRelu.inPlace(x, { negativeSlope }) : leakyRelu(x, { negativeSlope });
  }

  protected override extraRepr(): string {
    return `negative_slope=${valueText(this.negativeSlope)}${this.inplace ? ", inplace=True" : ""}`;
  }
}

/**
 * 1 / (1 + e⁻ˣ).
 *
 * ```ts doctest
 * new Sigmoid().forward(tensor([0])).tolist() // => [0.5]
 * ```
 */
export class Sigmoid extends Module {
  static override readonly gives = "new";
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
export class Tanh extends Module {
  static override readonly gives = "new";
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
export class SiLU extends Module {
  static override readonly gives = "new";
  readonly inplace: boolean;

  constructor(options: InplaceOptions = {}) {
    super();
    need("SiLU", { options: inplaceOptions }, options);
    this.inplace = options.inplace ?? false;
  }

  forward(x: Tensor): Tensor {
    return this.inplace ? silu.inPlace(x) : silu(x);
  }

  protected override extraRepr(): string {
    return this.inplace ? "inplace=True" : "";
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
export class GELU extends Module {
  static override readonly gives = "new";
  readonly approximate: "none" | "tanh";

  constructor(options: { readonly approximate?: "none" | "tanh" } = {}) {
    super();
    need("GELU", { "options?": { approximate: oneOf("none", "tanh") } }, options);
    this.approximate = options.approximate ?? "none";
  }

  forward(x: Tensor): Tensor {
    return gelu(x, { approximate: this.approximate });
  }

  protected override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

function needDim(layer: string, dim: number): number {
  need(layer, { dim: aWhole }, dim);
  return dim;
}

/**
 * eˣ / Σ eˣ along a dimension. Unlike PyTorch's, it must be given: the implicit choice is deprecated there.
 *
 * ```ts doctest
 * new Softmax(0).forward(tensor([3, 3])).tolist() // => [0.5, 0.5]
 * ```
 */
export class Softmax extends Module {
  static override readonly gives = "new";
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = needDim("Softmax", dim);
  }

  forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }

  protected override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/**
 * x − ln Σ eˣ along a dimension, which must be given.
 *
 * ```ts doctest
 * new LogSoftmax(0).forward(tensor([3])).tolist() // => [0]
 * ```
 */
export class LogSoftmax extends Module {
  static override readonly gives = "new";
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = needDim("LogSoftmax", dim);
  }

  forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }

  protected override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
