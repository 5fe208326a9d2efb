import { ValueError } from "@ag/tensor";
import { type OptimizerSample, optimizersFor } from "../sample.ts";
import { Adam, AdamW } from "./adam.ts";
import { capturable, differentiable, foreach, fused, refused } from "./shared.samples.ts";

const options = {
  lr: true,
  betas: true,
  eps: true,
  weightDecay: true,
  amsgrad: refused,
  maximize: true,
  foreach,
  capturable,
  differentiable,
  fused,
} as const;

const shared = [
  { name: "defaults" },
  { name: "rate", given: { lr: 0.05 } },
  { name: "betas", given: { lr: 0.05, betas: [0.5, 0.75] } },
  { name: "eps", given: { lr: 0.05, eps: 0.25 } },
  { name: "infinite eps", given: { lr: 0.05, eps: Number.POSITIVE_INFINITY } },
  { name: "no decay", given: { lr: 0.05, weightDecay: 0 } },
  { name: "decay", given: { lr: 0.05, weightDecay: 0.5 } },
  { name: "maximize", given: { lr: 0.05, maximize: true } },
  { name: "everything", given: { lr: 0.1, betas: [0.75, 0.5], eps: 0.125, weightDecay: 0.25, maximize: true } },
  {
    name: "groups",
    given: { lr: 0.05 },
    groups: [
      { weightDecay: 0.1, betas: [0.5, 0.9] },
      { lr: 0.5, eps: 0.5, maximize: true },
    ],
  },
  { name: "foreach", given: { lr: 0.05, foreach: false } },
  { name: "fused", given: { lr: 0.05, fused: true } },
  { name: "negative rate", given: { lr: -1 }, throws: ValueError, says: "Invalid learning rate" },
  { name: "negative eps", given: { eps: -1 }, throws: ValueError, says: "Invalid epsilon value" },
  { name: "first beta", given: { betas: [1, 0.5] }, throws: ValueError, says: "Invalid beta parameter at index 0" },
  { name: "second beta", given: { betas: [0.5, -0.5] }, throws: ValueError, says: "Invalid beta parameter at index 1" },
  { name: "one beta", given: { betas: [0.5] as never }, throws: ValueError, says: "need two numbers", onlyHere: true },
  { name: "negative decay", given: { weightDecay: -1 }, throws: ValueError, says: "Invalid weight_decay value" },
  { name: "amsgrad", given: { amsgrad: true }, throws: ValueError, says: "not built yet", onlyHere: true },
  {
    name: "differentiable",
    given: { differentiable: true },
    throws: ValueError,
    says: "not built yet",
    onlyHere: true,
  },
] as const;

export const samples: OptimizerSample[] = [
  ...optimizersFor(Adam, "torch.optim.Adam", { ...options, decoupledWeightDecay: true }, [
    ...shared,
    { name: "decoupled", given: { lr: 0.05, weightDecay: 0.5, decoupledWeightDecay: true } },
  ]),
  ...optimizersFor(
    AdamW,
    "torch.optim.AdamW",
    { ...options, decoupledWeightDecay: { exempt: "AdamW sets it itself, in PyTorch too." } },
    shared,
  ),
];
