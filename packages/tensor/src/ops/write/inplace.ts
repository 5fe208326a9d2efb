/** Writing that is no formula: constants, copies and random numbers, in place. */

import { kindOf } from "../../arguments/accepts.ts";
import { aGenerator, aNumber, anOperand, aTensor } from "../../arguments/kinds.ts";
import { defineWrite, overloads } from "../../core/define.ts";
import { refuseOverlapping } from "../../core/elementwise.ts";
import { DTypeError, ShapeError, ValueError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import type { Operand, Tensor } from "../../core/tensor.ts";
import type { Overwriting } from "../../kinds/elementwise.ts";
import { cloneLike } from "../../layout/clone-like.ts";
import { broadcast, sameShape, showShape } from "../../layout/shape.ts";
import { zerosLike } from "../../make/factories.ts";
import type { Generator } from "../../make/generator.ts";
import { bernoulliLike, checkNormal, checkUniform, drawNormal, drawUniform } from "../../make/random.ts";
import { isFloating } from "../../types/dtype.ts";
import { sum } from "../reduce/sums.ts";

/** The gradient of what was there. */
const forgotten = (grad: Tensor): Tensor => zerosLike(grad);

const fillNumber: Op<[x: Tensor, value: number | bigint | boolean]> = defineWrite({
  name: "fill_",
  node: "FillBackward2",
  inputs: ["x"],
  write: (x, value) => kernels.fill(x, typeof value === "boolean" ? Number(value) : value),
  derivative: { x: forgotten },
});

const fillTensor: Op<[x: Tensor, value: Tensor]> = defineWrite({
  name: "fill_",
  node: "FillBackward3",
  inputs: ["x", "value"],
  check: (_x, value) => {
    if (value.sizes.length > 0)
      throw new ShapeError(
        `fill_: fill_ only supports 0-dimension value tensor but got tensor with ${value.sizes.length} dimensions: need a ` +
          "number or a scalar tensor. Use copy_.",
      );
  },
  write: (x, value) => copyInto(x, value),
  derivative: { x: forgotten, value: (grad) => sum(grad) },
});

/**
 * Sets every element to `value`, a number or a tensor without dimensions. Derivative: 0 for what was there, ΣG for the value.
 *
 * ```ts doctest
 * fill_(zeros(2), 7).tolist() // => [7, 7]
 * ```
 */
export const fill_: Overwriting<[value: Operand]> = overloads({
  name: "fill_",
  takes: { x: aTensor, value: anOperand },
  ops: [fillNumber, fillTensor],
  call: (x, value) => (typeof value === "object" ? fillTensor(x, value) : fillNumber(x, value)),
});

/**
 * Sets every element to 0.
 *
 * ```ts doctest
 * zero_(ones(2)).tolist() // => [0, 0]
 * ```
 */
export const zero_: Overwriting = defineWrite({
  name: "zero_",
  node: "ZeroBackward0",
  inputs: ["x"],
  takes: { x: aTensor },
  write: (x) => kernels.fill(x, 0),
  derivative: { x: forgotten },
});

/** A source in the same storage is read whole before anything is written. */
function copyInto(x: Tensor, source: Tensor): void {
  if (source === x) return;
  if (source.storage !== x.storage) {
    kernels.copy(source, x);
    return;
  }
  const between = cloneLike(source, source);
  kernels.copy(between, x);
  between.dispose();
}

/**
 * Copies `source`, broadcast and converted, into x. Derivative: 0 for what was there, G for the source.
 *
 * Throws {@link ShapeError} unless the source stretches to the shape of x.
 *
 * ```ts doctest
 * copy_(zeros(2), tensor([1n, 2n])).tolist() // => [1, 2]
 * ```
 */
export const copy_: Overwriting<[source: Tensor]> = defineWrite({
  name: "copy_",
  node: "CopyBackwards",
  inputs: ["x", "source"],
  takes: { x: aTensor, source: aTensor },
  check: (x, source) => {
    const common = broadcast(x.sizes, source.sizes);
    if (!sameShape(common, x.sizes))
      throw new ShapeError(
        `copy_: output with shape ${showShape(x.sizes)} doesn't match the broadcast shape ${showShape(common)}: ` +
          "need a source that stretches to the target.",
      );
    if (source !== x) refuseOverlapping("copy", x);
  },
  write: (x, source) => copyInto(x, source),
  derivative: { x: forgotten, source: (grad) => grad },
});

/** Draws of fractions need somewhere to put them. */
function needFloating(op: string, kernel: string, x: Tensor): void {
  if (!isFloating(x.dtype))
    throw new DTypeError(
      `${op}: "${kernel}" not implemented for '${kindOf(x.dtype)}': need a floating dtype; got ${x.dtype}.`,
    );
  refuseOverlapping(op.slice(0, -1), x);
}

/**
 * Fills x with uniform numbers in [from, to).
 *
 * Throws {@link ValueError} when `to` is smaller than `from`, {@link DTypeError} for whole numbers.
 *
 * ```ts doctest
 * manualSeed(0);
 * uniform_(zeros(1), 0, 1).tolist() // => [0.49625658988952637]
 * ```
 */
export const uniform_: Overwriting<[from?: number, to?: number, generator?: Generator | null]> = defineWrite({
  name: "uniform_",
  node: "UniformBackward0",
  inputs: ["x"],
  takes: { x: aTensor, "from?": aNumber, "to?": aNumber, "generator?": [aGenerator, null] },
  check: (x, from = 0, to = 1) => {
    needFloating("uniform_", "check_uniform_bounds", x);
    checkUniform(x, from, to);
  },
  write: (x, from = 0, to = 1, generator) => drawUniform(x, from, to, generator),
  derivative: { x: forgotten },
});

/**
 * Fills x with normal numbers.
 *
 * Throws {@link ValueError} for a negative deviation, {@link DTypeError} for whole numbers.
 *
 * ```ts doctest
 * normal_(zeros(2), 3, 0).tolist() // => [3, 3]
 * ```
 */
export const normal_: Overwriting<[mean?: number, std?: number, generator?: Generator | null]> = defineWrite({
  name: "normal_",
  node: "NormalBackward0",
  inputs: ["x"],
  takes: { x: aTensor, "mean?": aNumber, "std?": aNumber, "generator?": [aGenerator, null] },
  check: (x, _mean, std = 1) => {
    needFloating("normal_", "normal_kernel_cpu", x);
    checkNormal(x, std);
  },
  write: (x, mean = 0, std = 1, generator) => drawNormal(x, mean, std, generator),
  derivative: { x: forgotten },
});

/**
 * Sets each element to 1 with probability p, else to 0.
 *
 * Throws {@link ValueError} unless p is a probability.
 *
 * ```ts doctest
 * bernoulli_(zeros(2), 1).tolist() // => [1, 1]
 * ```
 */
export const bernoulli_: Overwriting<[p?: number, generator?: Generator | null]> = defineWrite({
  name: "bernoulli_",
  node: "BernoulliBackward2",
  inputs: ["x"],
  takes: { x: aTensor, "p?": aNumber, "generator?": [aGenerator, null] },
  check: (x, p = 0.5) => {
    if (!(p >= 0 && p <= 1)) throw new ValueError(`bernoulli_: bernoulli_ expects p to be in [0, 1], but got p=${p}.`);
    refuseOverlapping("bernoulli", x);
  },
  write: (x, p = 0.5, generator) => {
    const drawn = bernoulliLike(x, p, generator);
    kernels.copy(drawn, x);
    drawn.dispose();
  },
  derivative: { x: forgotten },
});
