import { ValueError } from "@ag/tensor";
import { type OptimizerSample, optimizersFor } from "../sample.ts";
import { RMSprop } from "./rmsprop.ts";
import { capturable, differentiable, foreach } from "./shared.samples.ts";

export const samples: OptimizerSample[] = optimizersFor(
  RMSprop,
  "torch.optim.RMSprop",
  {
    lr: true,
    momentum: true,
    alpha: true,
    eps: true,
    centered: true,
    weightDecay: true,
    capturable,
    foreach,
    maximize: true,
    differentiable,
  },
  [
    { name: "defaults" },
    { name: "rate", given: { lr: 0.05 } },
    { name: "alpha", given: { lr: 0.05, alpha: 0.75 } },
    { name: "alpha below a half", given: { lr: 0.05, alpha: 0.25, centered: true } },
    { name: "eps", given: { lr: 0.05, eps: 0.25 } },
    { name: "momentum", given: { lr: 0.05, momentum: 0.75 } },
    { name: "centered", given: { lr: 0.05, centered: true } },
    { name: "decay", given: { lr: 0.05, weightDecay: 0.1 } },
    { name: "maximize", given: { lr: 0.05, maximize: true } },
    {
      name: "everything",
      given: { lr: 0.01, momentum: 0.5, alpha: 0.9, eps: 0.125, centered: true, weightDecay: 0.25, maximize: true },
    },
    {
      name: "groups",
      given: { lr: 0.05, momentum: 0.5 },
      groups: [{ centered: true }, { lr: 0.1, momentum: 0, alpha: 0.5 }],
    },
    { name: "negative rate", given: { lr: -1 }, throws: ValueError, says: "Invalid learning rate" },
    { name: "negative eps", given: { eps: -1 }, throws: ValueError, says: "Invalid epsilon value" },
    { name: "negative momentum", given: { momentum: -1 }, throws: ValueError, says: "Invalid momentum value" },
    { name: "negative decay", given: { weightDecay: -1 }, throws: ValueError, says: "Invalid weight_decay value" },
    { name: "negative alpha", given: { alpha: -1 }, throws: ValueError, says: "Invalid alpha value" },
    {
      name: "differentiable",
      given: { differentiable: true },
      throws: ValueError,
      says: "not built yet",
      onlyHere: true,
    },
  ],
);
