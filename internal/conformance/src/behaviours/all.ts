/** All behaviours, by theme. */
import { accumulation } from "./accumulation.ts";
import { engine } from "./engine.ts";
import { graphLife } from "./graph-life.ts";
import { inPlace } from "./in-place.ts";
import { leaves } from "./leaves.ts";
import { nodeHooks } from "./node-hooks.ts";
import { multiGradHooks, savedHooks } from "./other-hooks.ts";
import type { Behaviour } from "./table.ts";
import { tensorHooks } from "./tensor-hooks.ts";
import { versions } from "./versions.ts";
import { views } from "./views.ts";
import { viewsOfLeaves } from "./views-of-leaves.ts";

export const themes: Readonly<Record<string, readonly Behaviour[]>> = {
  "writes in place": inPlace,
  "writes in place to views": views,
  "views of leaves, and across modes": viewsOfLeaves,
  "versions and saved tensors": versions,
  "leaves, flags and detach": leaves,
  accumulation,
  "life of a graph": graphLife,
  "order and passes inside of passes": engine,
  "hooks on tensors": tensorHooks,
  "hooks on nodes, and after accumulation": nodeHooks,
  "hooks of several tensors": multiGradHooks,
  "hooks of what is saved": savedHooks,
};

export const behaviours: readonly Behaviour[] = Object.values(themes).flat();
