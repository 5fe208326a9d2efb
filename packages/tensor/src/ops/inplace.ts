/** Writing that is no formula: constants, copies and random numbers, in place. */
import { cpu } from "@ag/kernels";
import { defineOp } from "../define.ts";
import { refuseOverlapping } from "../elementwise.ts";
import { ShapeError, ValueError } from "../errors.ts";
import type { Generator } from "../generator.ts";
import type { Op } from "../op.ts";
import { bernoulliLike, fillNormal, fillUniform } from "../random.ts";
import { beforeWrite } from "../recorder.ts";
import { broadcast, sameShape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { mul } from "./arithmetic.ts";

/** Entries for the tape: what their functions forget has no gradient. */
const filled = (name: string, node: string): Op<[x: Tensor]> =>
  defineOp<[x: Tensor], readonly ["x"]>({
    name,
    node,
    inputs: ["x"],
    forward: (x) => x,
    derivative: { x: (grad) => mul(grad, 0) },
  });

const fillEntry = filled("fill_", "FillBackward2").entries[0]!;
const zeroEntry = filled("zero_", "ZeroBackward0").entries[0]!;
const uniformEntry = filled("uniform_", "UniformBackward0").entries[0]!;
const normalEntry = filled("normal_", "NormalBackward0").entries[0]!;
const bernoulliEntry = filled("bernoulli_", "BernoulliBackward2").entries[0]!;

const copyEntry = defineOp<[x: Tensor, source: Tensor], readonly ["x", "source"]>({
  name: "copy_",
  node: "CopyBackwards",
  inputs: ["x", "source"],
  forward: (x) => x,
  derivative: { x: (grad) => mul(grad, 0), source: (grad) => grad },
}).entries[0]!;

function written(x: Tensor, after: () => void): Tensor {
  x.storage.version++;
  after();
  return x;
}

/**
 * Sets every element to `value`.
 *
 * ```ts doctest
 * fill_(zeros(2), 7).tolist() // => [7, 7]
 * ```
 */
export function fill_(x: Tensor, value: number | bigint | boolean): Tensor {
  refuseOverlapping("fill", x);
  const after = beforeWrite(fillEntry, [x]);
  cpu.fill(x, typeof value === "boolean" ? Number(value) : value);
  return written(x, after);
}

/**
 * Sets every element to 0.
 *
 * ```ts doctest
 * zero_(ones(2)).tolist() // => [0, 0]
 * ```
 */
export function zero_(x: Tensor): Tensor {
  refuseOverlapping("zero", x);
  const after = beforeWrite(zeroEntry, [x]);
  cpu.fill(x, 0);
  return written(x, after);
}

/**
 * Copies `source`, broadcast and converted, into x. Derivative: 0 for what was there, G for the source.
 *
 * ```ts doctest
 * copy_(zeros(2), tensor([1n, 2n])).tolist() // => [1, 2]
 * ```
 */
export function copy_(x: Tensor, source: Tensor): Tensor {
  if (!sameShape(broadcast(x.shape, source.shape), x.shape))
    throw new ShapeError(
      `copy_: output with shape ${showShape(x.shape)} doesn't match the broadcast shape ${showShape(broadcast(x.shape, source.shape))}: ` +
        "need a source that stretches to the target.",
    );
  refuseOverlapping("copy", x);
  const after = beforeWrite(copyEntry, [x, source]);
  if (source.storage === x.storage) {
    const between = mul(source.detach(), 1);
    cpu.copy(between, x);
    between.dispose();
  } else cpu.copy(source, x);
  return written(x, after);
}

/**
 * Fills x with uniform numbers in [from, to).
 *
 * ```ts doctest
 * manualSeed(0);
 * uniform_(zeros(1), 0, 1).tolist() // => [0.49625658988952637]
 * ```
 */
export function uniform_(x: Tensor, from = 0, to = 1, generator?: Generator | null): Tensor {
  refuseOverlapping("uniform", x);
  const after = beforeWrite(uniformEntry, [x]);
  fillUniform(x, from, to, generator);
  after();
  return x;
}

/**
 * Fills x with normal numbers.
 *
 * ```ts doctest
 * normal_(zeros(2), 0, 1).shape // => [2]
 * ```
 */
export function normal_(x: Tensor, mean = 0, std = 1, generator?: Generator | null): Tensor {
  refuseOverlapping("normal", x);
  const after = beforeWrite(normalEntry, [x]);
  fillNormal(x, mean, std, generator);
  after();
  return x;
}

/**
 * Sets each element to 1 with probability p, else to 0.
 *
 * ```ts doctest
 * bernoulli_(zeros(2), 1).tolist() // => [1, 1]
 * ```
 */
export function bernoulli_(x: Tensor, p = 0.5, generator?: Generator | null): Tensor {
  if (!(p >= 0 && p <= 1)) throw new ValueError(`bernoulli_: expects p to be in [0, 1], but got p=${p}.`);
  refuseOverlapping("bernoulli", x);
  const after = beforeWrite(bernoulliEntry, [x]);
  const drawn = bernoulliLike(x, p, generator);
  cpu.copy(drawn, x);
  drawn.dispose();
  return written(x, after);
}
