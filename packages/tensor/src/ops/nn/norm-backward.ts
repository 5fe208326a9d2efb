/** The backwards of batch and layer normalisation, which can themselves be differentiated. */
import { defineOutputs } from "../../core/define.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { withDense } from "../../layout/dense.ts";
import { type Shape, sizeOf } from "../../layout/shape.ts";
import { fresh } from "../../make/fresh.ts";
import { add, div, mul, sub } from "../pointwise/arithmetic.ts";
import { rsqrt } from "../pointwise/functions.ts";
import { mean as meanOf, sum } from "../reduce/sums.ts";
import { expand, reshape } from "../shape/view.ts";

/** How a normalisation computes. */
export interface NormPlan {
  /** By the statistics of x, which follow a change of it. */
  readonly training: boolean;
  readonly eps: number;
}

/** Which gradients somebody asks for. */
export interface Asked {
  readonly x: boolean;
  readonly weight: boolean;
  readonly bias: boolean;
}

/** The dimensions whose elements share mean and variance, and those whose elements share weight and bias. */
interface Sharing {
  readonly statistics: Shape;
  readonly affine: Shape;
}

/** One value for all that share it, to meet tensors of `shape`. */
const along = (v: Tensor, shared: Shape, shape: Shape): Tensor =>
  reshape(
    v,
    shape.map((size, d) => (shared.includes(d) ? 1 : size)),
  );

/** What the derivatives know of x: its distance from the mean, and 1 / σ. */
interface Statistics {
  readonly centred: Tensor;
  readonly invstd: Tensor;
  readonly over: Shape;
  readonly training: boolean;
}

const average = (x: Tensor, over: Shape): Tensor => meanOf(x, over, { keepdim: true });

/** The statistics again, as functions of x that can be differentiated. */
function statistics(x: Tensor, mean: Tensor, invstd: Tensor, over: Shape, { training, eps }: NormPlan): Statistics {
  if (!training) {
    const centred = sub(x, along(mean, over, x.sizes));
    return { centred, invstd: along(invstd, over, x.sizes), over, training };
  }
  const centred = sub(x, average(x, over));
  return { centred, invstd: rsqrt(add(average(mul(centred, centred), over), eps)), over, training };
}

/** How x̂ follows a change of x: a symmetric map. */
function followed(g: Tensor, { centred, invstd, over, training }: Statistics): Tensor {
  if (!training) return mul(g, invstd);
  const slope = mul(mul(centred, mul(invstd, invstd)), average(mul(g, centred), over));
  return mul(invstd, sub(sub(g, average(g, over)), slope));
}

/**
 * d/dx Σ v · followed(g): the second derivative of x̂. With M values that share statistics and c = x − mean:
 * σ⁻³/M · (c·(Σv·Σg/M − Σg·v + 3σ⁻²/M · Σg·c · Σv·c) + Σv·c·(Σg/M − g) + Σg·c·(Σv/M − v)).
 */
function bent(v: Tensor, g: Tensor, { centred, invstd, over }: Statistics): Tensor {
  const total = (x: Tensor): Tensor => sum(x, over, { keepdim: true });
  const count = sizeOf(over.map((d) => v.sizes[d]!));
  const [sumV, sumG] = [total(v), total(g)];
  const [alongV, alongG] = [total(mul(v, centred)), total(mul(g, centred))];
  const square = mul(invstd, invstd);
  const cubic = mul(div(square, count), mul(alongG, mul(alongV, 3)));
  const inner = add(sub(div(mul(sumV, sumG), count), total(mul(g, v))), cubic);
  const sides = add(mul(alongV, sub(div(sumG, count), g)), mul(alongG, sub(div(sumV, count), v)));
  return mul(div(mul(square, invstd), count), add(mul(centred, inner), sides));
}

/** Adds what is there. */
const sumOf = (...terms: readonly (Tensor | null)[]): Tensor | null =>
  terms.reduce((a, b) => (a && b ? add(a, b) : (a ?? b)), null);

type Backward = [
  grad: Tensor,
  x: Tensor,
  weight: Tensor | null,
  mean: Tensor,
  invstd: Tensor,
  plan: NormPlan,
  asked: Asked,
];

export interface NormGradients {
  readonly toX: Tensor;
  readonly toWeight: Tensor;
  readonly toBias: Tensor;
}

type Kernel = (grad: Tensor, x: Tensor, options: Parameters<typeof kernels.batchNormBackward>[2]) => void;

const read = ["grad", "x", "weight", "mean", "invstd"] as const;

/** The gradients of x, weight and bias by one kernel; those that nobody asks for are empty. */
/* @__NO_SIDE_EFFECTS__ */
const normBackward = (name: string, kernel: Kernel, sharing: (rank: number) => Sharing): Op<Backward, NormGradients> =>
  defineOutputs({
    name,
    inputs: ["grad", "x", "weight", "mean", "invstd"],
    outputs: ["toX", "toWeight", "toBias"],
    saves: { grad: read, x: read, weight: read, mean: null, invstd: null },
    forward: (...[grad, x, weight, mean, invstd, { training }, asked]: Backward) => {
      const { affine } = sharing(x.sizes.length);
      const shape = x.sizes.filter((_, d) => !affine.includes(d));
      const [toX, toWeight, toBias] = [
        fresh(asked.x ? x.sizes : [0], x.dtype),
        fresh(asked.weight ? shape : [0], x.dtype),
        fresh(asked.bias ? shape : [0], x.dtype),
      ];
      const results = {
        gradX: asked.x ? toX : null,
        gradWeight: asked.weight ? toWeight : null,
        gradBias: asked.bias ? toBias : null,
      };
      withDense([grad, x, weight, mean, invstd], (g, a, w, m, s) =>
        kernel(g, a, { training, weight: w, mean: m, invstd: s, ...results }),
      );
      return { toX, toWeight, toBias };
    },
    gradients: ([v, ofWeight, ofBias], { grad, x, weight, mean, invstd }, wanted, plan) => {
      const { statistics: over, affine } = sharing(x.sizes.length);
      const known = statistics(x, mean, invstd, over, plan);
      const wide = (y: Tensor | null): Tensor | null => y && along(y, affine, x.sizes);
      const times = (a: Tensor | null, b: Tensor | null): Tensor | null => a && b && mul(a, b);
      const [scale, toWeight, toBias] = [wide(weight), wide(ofWeight), wide(ofBias)];
      const direct = v && followed(v, known);
      return {
        grad:
          wanted.grad &&
          sumOf(
            scale ? times(direct, scale) : direct,
            times(toWeight, mul(known.centred, known.invstd)),
            toBias && expand(toBias, x.sizes),
          ),
        x:
          wanted.x &&
          sumOf(
            v && plan.training ? bent(v, scale ? mul(grad, scale) : grad, known) : null,
            toWeight && followed(mul(grad, toWeight), known),
          ),
        weight: wanted.weight && direct && sum(mul(grad, direct), affine),
      };
    },
  });

const others = (rank: number): Shape => Array.from({ length: rank }, (_, d) => d).filter((d) => d !== 1);

/** Of x [n, c, …]: each channel has its statistics, its weight and its bias. */
export const batchNormBackward: Op<Backward, NormGradients> = normBackward(
  "nativeBatchNormBackward",
  (grad, x, options) => kernels.batchNormBackward(grad, x, options),
  (rank) => ({ statistics: others(rank), affine: others(rank) }),
);

/** Of x [rows, columns]: each row has its statistics, each column its weight and its bias. */
export const layerNormBackward: Op<Backward, NormGradients> = normBackward(
  "nativeLayerNormBackward",
  (grad, x, options) => kernels.layerNormBackward(grad, x, options),
  () => ({ statistics: [1], affine: [0] }),
);
