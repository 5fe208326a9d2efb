import { ValueError } from "@ag/tensor";
import { type OptimizerSample, optimizersFor } from "../sample.ts";
import { Adagrad } from "./adagrad.ts";
import { differentiable, foreach, fused } from "./shared.samples.ts";

export const samples: OptimizerSample[] = optimizersFor(
  Adagrad,
  "torch.optim.Adagrad",
  {
    lr: true,
    lrDecay: true,
    eps: true,
    weightDecay: true,
    initialAccumulatorValue: true,
    foreach,
    maximize: true,
    differentiable,
    fused,
  },
  [
    { name: "defaults" },
    { name: "rate", given: { lr: 0.5 } },
    { name: "falling rate", given: { lr: 0.5, lrDecay: 0.25 } },
    { name: "eps", given: { lr: 0.5, eps: 0.25 } },
    { name: "decay", given: { lr: 0.5, weightDecay: 0.1 } },
    { name: "start", given: { lr: 0.5, initialAccumulatorValue: 0.5 } },
    { name: "maximize", given: { lr: 0.5, maximize: true } },
    {
      name: "everything",
      given: { lr: 1, lrDecay: 0.5, eps: 0.125, weightDecay: 0.25, initialAccumulatorValue: 0.75, maximize: true },
    },
    {
      name: "groups",
      given: { lr: 0.5 },
      groups: [
        { weightDecay: 0.1, initialAccumulatorValue: 1 },
        { lr: 0.1, lrDecay: 1, maximize: true },
      ],
    },
    { name: "negative rate", given: { lr: -1 }, throws: ValueError, says: "Invalid learning rate" },
    { name: "negative fall", given: { lrDecay: -1 }, throws: ValueError, says: "Invalid lr_decay value" },
    { name: "negative eps", given: { eps: -1 }, throws: ValueError, says: "Invalid epsilon value" },
    { name: "negative decay", given: { weightDecay: -1 }, throws: ValueError, says: "Invalid weight_decay value" },
    {
      name: "negative start",
      given: { initialAccumulatorValue: -1 },
      throws: ValueError,
      says: "Invalid initial_accumulator_value value",
    },
    {
      name: "differentiable",
      given: { differentiable: true },
      throws: ValueError,
      says: "not built yet",
      onlyHere: true,
    },
  ],
);
