/** Writing that is no formula: constants, copies and random numbers, in place. */
import { kindOf } from "../../arguments/accepts.ts";
import { defineFunction } from "../../arguments/checked.ts";
import { aGenerator, aNumber, anOperand, aTensor } from "../../arguments/kinds.ts";
import { defineOp } from "../../core/define.ts";
import { refuseOverlapping } from "../../core/elementwise.ts";
import { DTypeError, ShapeError, ValueError } from "../../core/errors.ts";
import * as kernels from "../../core/kernels.ts";
import type { Entry } from "../../core/op.ts";
import { beforeWrite } from "../../core/recorder.ts";
import type { Tensor } from "../../core/tensor.ts";
import { writing } from "../../core/writing.ts";
import { cloneLike } from "../../layout/clone-like.ts";
import { broadcast, sameShape, showShape } from "../../layout/shape.ts";
import { zerosLike } from "../../make/factories.ts";
import type { Generator } from "../../make/generator.ts";
import { bernoulliLike, fillNormal, fillUniform } from "../../make/random.ts";
import { isFloating } from "../../types/dtype.ts";
import { sum } from "../reduce/sums.ts";

/** What the tape knows of a write that forgets what was there. */
function forgetting(name: string, node: string): Entry {
  const op = defineOp<[x: Tensor], readonly ["x"]>({
    name,
    node,
    inputs: ["x"],
    forward: (x) => x,
    derivative: { x: (grad) => zerosLike(grad) },
  });
  return op.entries[0] as Entry;
}

/** The same with a tensor that takes its place. */
function replacing(name: string, node: string, derivative: (grad: Tensor) => Tensor): Entry {
  const op = defineOp<[x: Tensor, source: Tensor], readonly ["x", "source"]>({
    name,
    node,
    inputs: ["x", "source"],
    forward: (x) => x,
    derivative: { x: (grad) => zerosLike(grad), source: derivative },
  });
  return op.entries[0] as Entry;
}

const fillEntry = forgetting("fill_", "FillBackward2");
const fillTensorEntry = replacing("fill_", "FillBackward3", (grad) => sum(grad));
const zeroEntry = forgetting("zero_", "ZeroBackward0");
const uniformEntry = forgetting("uniform_", "UniformBackward0");
const normalEntry = forgetting("normal_", "NormalBackward0");
const bernoulliEntry = forgetting("bernoulli_", "BernoulliBackward2");
const copyEntry = replacing("copy_", "CopyBackwards", (grad) => grad);

function written(x: Tensor, after: () => void, write: () => void): Tensor {
  writing([x], write);
  after();
  return x;
}

function fillFrom(x: Tensor, value: Tensor): Tensor {
  if (value.sizes.length > 0)
    throw new ShapeError(
      `fill_: fill_ only supports 0-dimension value tensor but got tensor with ${value.sizes.length} dimensions: need a ` +
        "number or a scalar tensor. Use copy_.",
    );
  const after = beforeWrite(fillTensorEntry, [x, value]);
  return written(x, after, () => copyInto(x, value));
}

/**
 * Sets every element to `value`, a number or a tensor without dimensions. Derivative: 0 for what was there, ΣG for the value.
 *
 * ```ts doctest
 * fill_(zeros(2), 7).tolist() // => [7, 7]
 * ```
 */
export const fill_: (x: Tensor, value: number | bigint | boolean | Tensor) => Tensor = defineFunction({
  name: "fill_",
  takes: { x: aTensor, value: anOperand },
  call: (x, value) => {
    if (typeof value === "object") return fillFrom(x, value);
    const after = beforeWrite(fillEntry, [x]);
    return written(x, after, () => kernels.fill(x, typeof value === "boolean" ? Number(value) : value));
  },
});

/**
 * Sets every element to 0.
 *
 * ```ts doctest
 * zero_(ones(2)).tolist() // => [0, 0]
 * ```
 */
export const zero_: (x: Tensor) => Tensor = defineFunction({
  name: "zero_",
  takes: { x: aTensor },
  call: (x) => {
    const after = beforeWrite(zeroEntry, [x]);
    return written(x, after, () => kernels.fill(x, 0));
  },
});

/** A source in the same storage is read whole before anything is written. */
function copyInto(x: Tensor, source: Tensor): void {
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
export const copy_: (x: Tensor, source: Tensor) => Tensor = defineFunction({
  name: "copy_",
  takes: { x: aTensor, source: aTensor },
  call: (x, source) => {
    const common = broadcast(x.sizes, source.sizes);
    if (!sameShape(common, x.sizes))
      throw new ShapeError(
        `copy_: output with shape ${showShape(x.sizes)} doesn't match the broadcast shape ${showShape(common)}: ` +
          "need a source that stretches to the target.",
      );
    refuseOverlapping("copy", x);
    const after = beforeWrite(copyEntry, [x, source]);
    return written(x, after, () => copyInto(x, source));
  },
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
export const uniform_: (x: Tensor, from?: number, to?: number, generator?: Generator | null) => Tensor = defineFunction(
  {
    name: "uniform_",
    takes: {
      x: aTensor,
      "from?": aNumber,
      "to?": aNumber,
      "generator?": [aGenerator, null],
    },
    call: (x, from = 0, to = 1, generator) => {
      needFloating("uniform_", "check_uniform_bounds", x);
      const after = beforeWrite(uniformEntry, [x]);
      fillUniform(x, from, to, generator);
      after();
      return x;
    },
  },
);

/**
 * Fills x with normal numbers.
 *
 * Throws {@link ValueError} for a negative deviation, {@link DTypeError} for whole numbers.
 *
 * ```ts doctest
 * normal_(zeros(2), 3, 0).tolist() // => [3, 3]
 * ```
 */
export const normal_: (x: Tensor, mean?: number, std?: number, generator?: Generator | null) => Tensor = defineFunction(
  {
    name: "normal_",
    takes: {
      x: aTensor,
      "mean?": aNumber,
      "std?": aNumber,
      "generator?": [aGenerator, null],
    },
    call: (x, mean = 0, std = 1, generator) => {
      needFloating("normal_", "normal_kernel_cpu", x);
      const after = beforeWrite(normalEntry, [x]);
      fillNormal(x, mean, std, generator);
      after();
      return x;
    },
  },
);

/**
 * Sets each element to 1 with probability p, else to 0.
 *
 * Throws {@link ValueError} unless p is a probability.
 *
 * ```ts doctest
 * bernoulli_(zeros(2), 1).tolist() // => [1, 1]
 * ```
 */
export const bernoulli_: (x: Tensor, p?: number, generator?: Generator | null) => Tensor = defineFunction({
  name: "bernoulli_",
  takes: { x: aTensor, "p?": aNumber, "generator?": [aGenerator, null] },
  call: (x, p = 0.5, generator) => {
    if (!(p >= 0 && p <= 1)) throw new ValueError(`bernoulli_: bernoulli_ expects p to be in [0, 1], but got p=${p}.`);
    refuseOverlapping("bernoulli", x);
    const after = beforeWrite(bernoulliEntry, [x]);
    const drawn = bernoulliLike(x, p, generator);
    written(x, after, () => kernels.copy(drawn, x));
    drawn.dispose();
    return x;
  },
});
