import { flatten, type Tensor } from "@ag/tensor/fn";
import { aWhole, need, someOptions } from "@ag/tensor/internal";
import { Module } from "./module.ts";

export interface FlattenOptions {
  readonly startDim?: number;
  readonly endDim?: number;
}

/** Joins dimensions to one; all but the first unless others are given. */
export class Flatten extends Module {
  static override readonly gives = "new";
  readonly startDim: number;
  readonly endDim: number;

  constructor(options: FlattenOptions = {}) {
    super();
    need("Flatten", { options: someOptions({ startDim: aWhole, endDim: aWhole }) }, options);
    this.startDim = options.startDim ?? 1;
    this.endDim = options.endDim ?? -1;
  }

  forward(x: Tensor): Tensor {
    return flatten(x, this.startDim, this.endDim);
  }

  protected override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/** Gives its input: in the place of a layer that is taken out. */
export class Identity extends Module {
  static override readonly gives = "new";
  forward(x: Tensor): Tensor {
    return x;
  }
}
