/** What `optim.py` is asked: every sample of an optimizer, in two precisions, and of a schedule. */
import "@ag/autograd";
import { type OptimizerSample, optimizers, type SchedulerSample, schedulers } from "@ag/optim/samples";
import { encodeTensor } from "./encode.ts";
import * as own from "./own.ts";
import { EPOCHS, type Floating, gradientsOf, parametersOf, rates, STEPS } from "./steps.ts";
import { encodeGiven } from "./values.ts";

const tensorsOf = (list: readonly (Parameters<typeof encodeTensor>[0] | null)[]): unknown[] =>
  list.map((x) => x && { tensor: encodeTensor(x) });

const numbersOf = (sample: OptimizerSample, dtype: Floating): unknown => ({
  parameters: tensorsOf(parametersOf(sample, dtype)),
  gradients: Array.from({ length: STEPS }, (_, step) => tensorsOf(gradientsOf(sample, step, dtype))),
});

const facts = ({ of, torch, name, throws, onlyHere = false }: OptimizerSample | SchedulerSample): object => ({
  of,
  torch,
  name,
  throws: throws !== undefined,
  onlyHere,
});

export const askedOfOptim = (): unknown => ({
  optimizers: [...optimizers, ...own.optimizers].map((sample) => ({
    ...facts(sample),
    args: [encodeGiven(sample.given, "")],
    groups: sample.groups?.map((group) => encodeGiven(group, "")) ?? null,
    numbers: { float32: numbersOf(sample, "float32"), float64: numbersOf(sample, "float64") },
  })),
  schedulers: [...schedulers, ...own.schedulers].map((sample) => ({
    ...facts(sample),
    args: sample.make.map((x) => encodeGiven(x, "")),
    rates,
    epochs: EPOCHS,
  })),
});
