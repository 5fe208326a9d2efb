import type { Cell } from "../cell.ts";
import { check, deposit, formula, gradient, leaves } from "./differentiation.ts";
import { finetune, freeze, head } from "./finetune.ts";
import { dag, flags } from "./graph.ts";
import { backward, forward, load, register, step, train } from "./model.ts";

/** In the tutorial's order. */
export const cells: readonly Cell[] = [
  load,
  forward,
  backward,
  register,
  step,
  leaves,
  formula,
  gradient,
  deposit,
  check,
  dag,
  flags,
  freeze,
  head,
  finetune,
  train,
];
