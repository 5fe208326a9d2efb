/** The backward of a batch normalisation, which can itself be differentiated. */
import { defineOutputs } from "../../core/define.ts";
import * as kernels from "../../core/kernels.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { withDense } from "../../layout/dense.ts";
import type { Shape } from "../../layout/shape.ts";
import { onesLike } from "../../make/factories.ts";
import { fresh } from "../../make/fresh.ts";
import { add, div, mul, sub } from "../pointwise/arithmetic.ts";
import { rsqrt } from "../pointwise/functions.ts";
import { mean as meanOf, sum } from "../reduce/sums.ts";
import { reshape } from "../shape/view.ts";

/** How a normalisation computes, and which gradients (of x, weight and bias) somebody will ask for. */
export interface NormPlan {
  readonly training: boolean;
  readonly momentum: number;
  readonly eps: number;
  readonly wanted: readonly [x: boolean, weight: boolean, bias: boolean];
}

const others = (shape: Shape): Shape => shape.flatMap((_, d) => (d === 1 ? [] : [d]));
const total = (x: Tensor): Tensor => sum(x, others(x.sizes), { keepdim: true });
const average = (x: Tensor): Tensor => meanOf(x, others(x.sizes), { keepdim: true });

/** One value for each channel, to meet tensors of `shape`. */
const along = (v: Tensor, shape: Shape): Tensor =>
  reshape(
    v,
    shape.map((_, d) => (d === 1 ? -1 : 1)),
  );

interface Statistics {
  readonly centred: Tensor;
  readonly invstd: Tensor;
}

/** The statistics again, as functions of x that can be differentiated. */
function statistics(x: Tensor, mean: Tensor, invstd: Tensor, { training, eps }: NormPlan): Statistics {
  if (!training) return { centred: sub(x, along(mean, x.sizes)), invstd: along(invstd, x.sizes) };
  const centred = sub(x, average(x));
  return { centred, invstd: rsqrt(add(average(mul(centred, centred)), eps)) };
}

/** How x̂ follows a change of x: a symmetric map. */
function followed(g: Tensor, { centred, invstd }: Statistics, training: boolean): Tensor {
  if (!training) return mul(g, invstd);
  const slope = mul(mul(centred, mul(invstd, invstd)), average(mul(g, centred)));
  return mul(invstd, sub(sub(g, average(g)), slope));
}

/**
 * d/dx Σ v · followed(g): the second derivative of x̂. With M values in a channel and c = x − mean:
 * σ⁻³/M · (c·(Σv·Σg/M − Σg·v + 3σ⁻²/M · Σg·c · Σv·c) + Σv·c·(Σg/M − g) + Σg·c·(Σv/M − v)).
 */
function bent(v: Tensor, g: Tensor, { centred, invstd }: Statistics): Tensor {
  const count = v.numel() / v.sizes[1]!;
  const [sumV, sumG] = [total(v), total(g)];
  const [alongV, alongG] = [total(mul(v, centred)), total(mul(g, centred))];
  const square = mul(invstd, invstd);
  const cubic = mul(div(square, count), mul(alongG, mul(alongV, 3)));
  const inner = add(sub(div(mul(sumV, sumG), count), total(mul(g, v))), cubic);
  const sides = add(mul(alongV, sub(div(sumG, count), g)), mul(alongG, sub(div(sumV, count), v)));
  return mul(div(mul(square, invstd), count), add(mul(centred, inner), sides));
}

/** Adds what is there. */
const plus = (a: Tensor | null, b: Tensor | null): Tensor | null => (a && b ? add(a, b) : (a ?? b));

type Backward = [grad: Tensor, x: Tensor, weight: Tensor | null, mean: Tensor, invstd: Tensor, plan: NormPlan];

const read = ["grad", "x", "weight", "mean", "invstd"] as const;

/** The gradients of x, weight and bias; those that nobody wants are empty. */
export const batchNormBackward: Op<Backward, readonly Tensor[]> = defineOutputs({
  name: "nativeBatchNormBackward",
  inputs: ["grad", "x", "weight", "mean", "invstd"],
  outputs: ["toX", "toWeight", "toBias"],
  saves: { grad: read, x: read, weight: read },
  forward: (...[grad, x, weight, mean, invstd, { training, wanted }]: Backward) => {
    const channels = [x.sizes[1]!];
    const shapes = [x.sizes, channels, channels];
    const results = wanted.map((isWanted, i) => fresh(isWanted ? shapes[i]! : [0], x.dtype));
    const [toX, toWeight, toBias] = results.map((out, i) => (wanted[i] ? out : null)) as (Tensor | null)[];
    withDense([grad, x, weight, mean, invstd], (g, a, w, m, s) =>
      kernels.batchNormBackward(g, a, w, m, s, toX ?? null, toWeight ?? null, toBias ?? null, training),
    );
    return results;
  },
  derivative: {
    grad: ([v, w, b], { x, weight, mean, invstd }, plan) => {
      const known = statistics(x, mean, invstd, plan);
      const direct = v && followed(v, known, plan.training);
      const scaled = direct && weight ? mul(direct, along(weight, x.sizes)) : direct;
      const ofWeight = w ? mul(along(w, x.sizes), mul(known.centred, known.invstd)) : null;
      const ofBias = b ? mul(along(b, x.sizes), onesLike(x)) : null;
      return plus(plus(scaled ?? null, ofWeight), ofBias);
    },
    x: ([v, w], { grad, x, weight, mean, invstd }, plan) => {
      const known = statistics(x, mean, invstd, plan);
      const curved = v && plan.training ? bent(v, grad, known) : null;
      const scaled = curved && weight ? mul(curved, along(weight, x.sizes)) : curved;
      return plus(scaled, w ? mul(along(w, x.sizes), followed(grad, known, plan.training)) : null);
    },
    weight: ([v], { grad, x, weight, mean, invstd }, plan) => {
      if (!v || !weight) return null;
      const known = statistics(x, mean, invstd, plan);
      return reshape(total(mul(v, followed(grad, known, plan.training))), weight.sizes);
    },
    mean: null,
    invstd: null,
  },
});
