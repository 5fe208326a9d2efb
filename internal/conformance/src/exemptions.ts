/** What needs no sample, no golden or no example of its own, and why. */
import type { Exemptions } from "./complete.ts";

/** Functions of `@ag/tensor/fn`. */
export const exemptFunctions: Exemptions = {
  "empty emptyLike": "what is in the tensor is left open",
  expr: "a formula of other operations; expr.test.ts",
  fromBytes: "reads a layout that PyTorch has no function for; tests of its own",
  "isFloating promoteTypes resultType slice": "of dtypes and shapes, not of tensors",
  "manualSeed setPrintOptions numerics": "settings",
  "memory setMemoryLimit keep scope": "memory",
  "getNumThreads setNumThreads startThreads": "threads",
  var: "another name of variance",
};

/** Exports of `@ag/nn` that are no layers and compute nothing. */
export const exemptLayers: Exemptions = {
  Module: "abstract: every layer is one; module.test.ts of the package",
  Parameter: "a flag on a tensor; module.test.ts of the package",
  modulePath: "where a hook runs, which PyTorch does not tell; module.test.ts of the package",
};

/** Exports of `@ag/optim` that change nothing by themselves. */
export const exemptOptimizers: Exemptions = {
  Optimizer: "abstract: every optimizer is one; optimizer.test.ts of the package",
  defineRule: "every optimizer is one of its rules",
  LRScheduler: "abstract: every schedule is one; schedules.test.ts of the package",
};
