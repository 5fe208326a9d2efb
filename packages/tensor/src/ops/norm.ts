/** Normalisation by statistics of the batch, or of each row. */
import { cpu, type View } from "@ag/kernels";
import { defineOutputs } from "../define.ts";
import { withDense } from "../dense.ts";
import { checkComputes, isFloating } from "../dtype.ts";
import { DTypeError, ShapeError, ValueError } from "../errors.ts";
import { empty } from "../factories.ts";
import type { Op } from "../op.ts";
import { type Shape, sameShape, showShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { rsqrt } from "./functions.ts";
import { mean, sum } from "./reduce.ts";
import { expand, reshape } from "./view.ts";

/** How a batch normalisation computes, and which gradients anybody will ask for. */
interface Plan {
  readonly training: boolean;
  readonly momentum: number;
  readonly eps: number;
  readonly wanted: { readonly x: boolean; readonly weight: boolean; readonly bias: boolean };
}

interface Running {
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
}

const channels = (x: Tensor, dtype = x.dtype): Tensor => empty([x.shape[1]!], { dtype });

/** Writes statistics that may have strides through a row-major copy. */
function withStatistics(running: readonly (Tensor | null)[], use: (...dense: readonly (Tensor | null)[]) => void): void {
  withDense(running, (...dense) => {
    use(...dense);
    dense.forEach((x, i) => {
      if (x && x !== running[i]) cpu.copy(x, running[i] as Tensor);
    });
  });
}

const batchNormOf: Op<
  [x: Tensor, weight: Tensor | null, bias: Tensor | null, running: Running & { readonly kind: "running" }, plan: Plan],
  readonly Tensor[]
> = defineOutputs({
  name: "nativeBatchNorm",
  inputs: ["x", "weight", "bias"],
  outputs: ["out", "mean", "invstd"],
  saves: { x: ["x", "weight", "mean", "invstd"], weight: ["x", "weight", "mean", "invstd"], bias: ["x", "weight", "mean", "invstd"] },
  forward: (x, weight, bias, { runningMean, runningVar }, plan) => {
    const [out, average, invstd] = [empty(x.shape, { dtype: x.dtype }), channels(x), channels(x)];
    withStatistics([runningMean, runningVar], (m, v) =>
      withDense([x, weight, bias], (a, w, b) =>
        cpu.batchNorm(a, w, b, m as View | null, v as View | null, out, average, invstd, plan),
      ),
    );
    return [out, average, invstd];
  },
  derivative: {
    x: ([grad], saved, _running, plan) => grad && backwardOf(grad, saved, plan, 0),
    weight: ([grad], saved, _running, plan) => grad && backwardOf(grad, saved, plan, 1),
    bias: ([grad], saved, _running, plan) => grad && backwardOf(grad, saved, plan, 2),
  },
});
