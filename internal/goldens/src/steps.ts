/** The numbers that optimizers are run with: parameters, and the gradients of every step. */
import { made, normal } from "@ag/nn/samples";
import type { OptimizerSample } from "@ag/optim/samples";
import type { Tensor } from "@ag/tensor";

export const STEPS = 20;
export const EPOCHS = 100;
const shapes = [[2, 3], [4], [2]] as const;

export type Floating = "float32" | "float64";

export const parametersOf = ({ of, name }: OptimizerSample, dtype: Floating): Tensor[] =>
  shapes.map((shape, i) => made(normal(shape, dtype), `${of}/${name}.${i}`) as Tensor);

/** The second parameter has none at first and in every fourth step, the third never one. */
export const gradientsOf = ({ of, name }: OptimizerSample, step: number, dtype: Floating): (Tensor | null)[] =>
  shapes.map((shape, i) =>
    i === 2 || (i === 1 && step % 4 === 0)
      ? null
      : (made(normal(shape, dtype), `${of}/${name}.${i}/${step}`) as Tensor),
  );

/** Rates of the two groups whose schedule is watched. */
export const rates = [0.1, 0.5] as const;
