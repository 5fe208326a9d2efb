import { empty, type Shape } from "@ag/tensor/fn";
import { fillUniform } from "@ag/tensor/internal";
import { fansOf, kaimingUniform_ } from "../init.ts";
import { learned, type Parameter } from "./parameter.ts";

/** Kaiming uniform with this slope is uniform in ±1/√fan_in. */
const SLOPE: number = Math.sqrt(5);

interface Learned {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
}

/** Weight [out, in, …] and bias [out] of a linear layer or convolution as PyTorch starts them; the weight is drawn first. */
export function weightAndBias(shape: Shape, hasBias: boolean): Learned {
  const weight = learned(kaimingUniform_(empty(shape), { a: SLOPE }));
  if (!hasBias) return { weight, bias: null };
  const { fanIn } = fansOf(weight);
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  return { weight, bias: learned(fillUniform(empty([shape[0]!]), 0 - bound, bound)) };
}
