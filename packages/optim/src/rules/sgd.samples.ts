import { ValueError } from "@ag/tensor";
import { type OptimizerSample, optimizersFor } from "../sample.ts";
import { SGD } from "./sgd.ts";
import { differentiable, foreach, fused } from "./shared.samples.ts";

export const samples: OptimizerSample[] = optimizersFor(
  SGD,
  "torch.optim.SGD",
  {
    lr: true,
    momentum: true,
    dampening: true,
    weightDecay: true,
    nesterov: true,
    maximize: true,
    foreach,
    differentiable,
    fused,
  },
  [
    { name: "defaults" },
    { name: "rate", given: { lr: 0.05 } },
    { name: "small rate", given: { lr: 1e-5 } },
    { name: "momentum", given: { lr: 0.05, momentum: 0.9 } },
    { name: "dampening", given: { lr: 0.05, momentum: 0.9, dampening: 0.25 } },
    { name: "negative dampening", given: { lr: 0.05, momentum: 0.5, dampening: -0.25 } },
    { name: "nesterov", given: { lr: 0.05, momentum: 0.9, nesterov: true } },
    { name: "decay", given: { lr: 0.05, weightDecay: 0.1 } },
    { name: "maximize", given: { lr: 0.05, maximize: true } },
    { name: "momentum and decay", given: { lr: 0.05, momentum: 0.5, dampening: 0.5, weightDecay: 0.2 } },
    { name: "everything", given: { lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.1, maximize: true } },
    {
      name: "groups",
      given: { lr: 0.05, momentum: 0.9 },
      groups: [{ weightDecay: 0.1 }, { lr: 0.5, momentum: 0, maximize: true }],
    },
    { name: "a group with nesterov", given: { lr: 0.1 }, groups: [{ momentum: 0.75, nesterov: true }, {}] },
    { name: "foreach", given: { lr: 0.05, momentum: 0.9, foreach: false } },
    { name: "fused", given: { lr: 0.05, fused: true } },
    { name: "negative rate", given: { lr: -1 }, throws: ValueError, says: "Invalid learning rate" },
    { name: "negative momentum", given: { momentum: -0.5 }, throws: ValueError, says: "Invalid momentum value" },
    { name: "negative decay", given: { weightDecay: -1 }, throws: ValueError, says: "Invalid weight_decay value" },
    {
      name: "decay of NaN",
      given: { weightDecay: Number.NaN },
      throws: ValueError,
      says: "Invalid weight_decay value",
      onlyHere: true,
    },
    {
      name: "nesterov alone",
      given: { nesterov: true },
      throws: ValueError,
      says: "Nesterov momentum requires a momentum and zero dampening",
    },
    {
      name: "nesterov with dampening",
      given: { nesterov: true, momentum: 0.9, dampening: 0.5 },
      throws: ValueError,
      says: "Nesterov momentum requires a momentum and zero dampening",
    },
    {
      name: "a group with nesterov alone",
      groups: [{ nesterov: true }],
      throws: ValueError,
      says: "Nesterov",
      onlyHere: true,
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
