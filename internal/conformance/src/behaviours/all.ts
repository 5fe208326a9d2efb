/** All behaviours, by theme. */
import { accumulateHooks } from "./accumulate-hooks.ts";
import { accumulation } from "./accumulation.ts";
import { anomaly } from "./anomaly.ts";
import { apiCalls } from "./api-calls.ts";
import { detached } from "./detach.ts";
import { doubleBackward } from "./double-backward.ts";
import { engine } from "./engine.ts";
import { errors } from "./errors.ts";
import { functions } from "./functions.ts";
import { givenFunctions } from "./functions-given.ts";
import { markedFunctions } from "./functions-marked.ts";
import { writingFunctions } from "./functions-writing.ts";
import { graphEdges } from "./graph-edges.ts";
import { graphLife } from "./graph-life.ts";
import { graphParts } from "./graph-parts.ts";
import { inPlace } from "./in-place.ts";
import { inference } from "./inference.ts";
import { leaves } from "./leaves.ts";
import { memory } from "./memory.ts";
import { modes } from "./modes.ts";
import { multiGradHooks } from "./multi-grad-hooks.ts";
import { nodeHooks } from "./node-hooks.ts";
import { overwriting } from "./overwriting.ts";
import { reentrance } from "./reentrance.ts";
import { retainGrad } from "./retain-grad.ts";
import { roots } from "./roots.ts";
import { savedHooks } from "./saved-hooks.ts";
import { savedHooksOfNodes } from "./saved-hooks-of-nodes.ts";
import { savedValues } from "./saved-values.ts";
import type { Behaviour } from "./table.ts";
import { tensorHooks } from "./tensor-hooks.ts";
import { tensorHooksHistory } from "./tensor-hooks-history.ts";
import { versions } from "./versions.ts";
import { views } from "./views.ts";
import { viewsFollowed } from "./views-followed.ts";
import { viewsOfLeaves } from "./views-of-leaves.ts";

export const themes: Readonly<Record<string, readonly Behaviour[]>> = {
  "in-place and views": [...inPlace, ...overwriting, ...views, ...viewsFollowed, ...viewsOfLeaves],
  "versions and saved tensors": [...versions, ...savedValues],
  "leaves and flags": leaves,
  detach: detached,
  accumulation: [...accumulation, ...roots],
  "graph life": [...graphLife, ...graphParts],
  "engine order and re-entrance": [...engine, ...reentrance],
  "tensor hooks": [...tensorHooks, ...tensorHooksHistory],
  "node hooks": nodeHooks,
  "post-accumulate hooks": accumulateHooks,
  "multi-grad hooks": multiGradHooks,
  "saved-tensor hooks": [...savedHooks, ...savedHooksOfNodes],
  "retained gradients": retainGrad,
  "backward and grad": apiCalls,
  "custom functions": [...functions, ...givenFunctions, ...markedFunctions, ...writingFunctions],
  modes,
  "inference mode": inference,
  "anomaly mode": anomaly,
  "graph edges and nodes": graphEdges,
  errors,
  "double backward": doubleBackward,
  memory,
};

export const behaviours: readonly Behaviour[] = Object.values(themes).flat();
