/**
 * Whose are the gradients that travel? Each that has arrived at a node is a handle of the engine's own, which it adds to,
 * hands on and gives back as soon as it was used; who gets one from outside, or keeps one outside, has another handle.
 */
import { add, type Edge, type Tensor } from "@ag/tensor/fn";
import { enter, leave } from "@ag/tensor/internal";
import type { AccumulateGrad } from "./accumulate-grad.ts";
import { watched } from "./anomaly.ts";
import { owned } from "./handles.ts";
import { between, seeAccumulated, seeArrived } from "./hooked.ts";
import { anomalyNow, isGradEnabled } from "./mode.ts";
import { type Node, nodeOf } from "./node.ts";

type Flows = readonly (Tensor | null)[];

const none: Flows = [];

/** Adds a gradient, whose handle is taken over, to what has arrived at the other end of an edge. */
export function arrive(edge: Edge, grad: Tensor | null | undefined, pass: number): void {
  if (!grad) return;
  const node = nodeOf(edge);
  if (node?.pass !== pass) {
    grad.dispose(); // of an input that needs none, beside one that does
    return;
  }
  const output = edge[1];
  if (node.arrived === null && output === 0) {
    node.arrived = [grad]; // a list that begins empty takes more room
    return;
  }
  node.arrived ??= [];
  const sum = node.arrived[output];
  node.arrived[output] = sum ? added(sum, grad) : grad;
}

/** In place when nobody else holds the sum, and nothing is recorded; else a new tensor. Takes over both handles. */
function added(sum: Tensor, grad: Tensor): Tensor {
  const isOurs = sum.storage.isSole && sum.isContiguous();
  const total = isOurs && !isGradEnabled() ? add.inPlace(sum, grad) : add(sum, grad);
  if (total !== sum) sum.dispose();
  grad.dispose();
  return total;
}

/** Somebody who waits for the gradient of an output. */
export interface Target {
  readonly output: number;
  found: Tensor | null;
}

/**
 * Shows what has arrived at a node to the hooks of its results, to results that retain it, and to the targets: to those
 * before the hooks if the node itself will run, as in PyTorch.
 */
export function handOut(node: Node, isRun: boolean, targets: readonly Target[] | undefined): void {
  const { arrived, hooks } = node;
  if (!arrived || (hooks === null && targets === undefined)) return;
  if (isRun && targets) give(arrived, targets);
  if (hooks !== null) seeArrived(hooks, arrived);
  if (!isRun && targets) give(arrived, targets);
}

/** Who waits for the same gradient gets the same tensor. */
function give(arrived: Flows, targets: readonly Target[]): void {
  const given = new Map<number, Tensor>();
  for (const target of targets) {
    const grad = arrived[target.output];
    if (!grad) continue;
    target.found = given.get(target.output) ?? owned(grad);
    given.set(target.output, target.found);
  }
}

/** Runs a node on what has arrived, which is used up; gives what flows to its inputs. */
export function flowsOf(node: Node, pass: number): Flows {
  const { arrived: grads, hooks } = node;
  if (!grads) return none;
  node.arrived = null;
  const isWatched = anomalyNow() !== null;
  if (hooks === null && !isWatched) return flowsFrom(node, grads, pass); // the fewer callbacks, the deeper passes may nest
  const run = (): Flows => (isNothing(node, grads) ? node.nextFunctions.map(() => null) : flowsFrom(node, grads, pass));
  const watch = (): Flows => (isWatched ? watched(node, run) : run());
  return hooks === null ? watch() : between(node, grads, watch);
}

/** Hooks may have taken all gradients away: then only a custom function is asked, which makes zeros of them. */
const isNothing = (node: Node, grads: Flows): boolean => node.isSelfContained && grads.every((grad) => grad === null);

function flowsFrom(node: Node, grads: Flows, pass: number): Flows {
  if (!node.isSelfContained) return node.apply(grads, pass).map((flow) => flow && owned(flow)); // users may keep both
  const scope = enter();
  let flows: Flows = none;
  try {
    flows = separate(node.apply(grads, pass), grads, scope.made);
  } finally {
    leave(scope, flows);
  }
  for (const grad of grads) if (grad && !flows.includes(grad)) grad.dispose();
  return flows;
}

/** Formulas may hand on the gradient they got, what was saved, or one tensor to several inputs: each flow becomes a handle of its own. */
function separate(flows: Flows, grads: Flows, made: readonly Tensor[]): Flows {
  const own = new Array<Tensor | null>(flows.length);
  for (let i = 0; i < flows.length; i++) {
    const flow = flows[i]!;
    const isOurs = flow === null || made.includes(flow) || grads.includes(flow);
    own[i] = isOurs && (flow === null || flows.indexOf(flow) === i) ? flow : owned(flow);
  }
  return own;
}

/** Fills `grad` of a leaf with what has arrived. */
export function collect(leaf: AccumulateGrad): void {
  const { arrived, hooks } = leaf;
  leaf.arrived = null;
  if (!arrived) return;
  if (hooks === null) leaf.apply(arrived);
  else
    between(leaf, arrived, () => {
      leaf.apply(arrived);
      seeAccumulated(hooks, leaf.variable);
      return none;
    });
}

/** Gives back what has arrived at a node and will not be used. */
export function drop(node: Node): void {
  if (node.arrived) for (const grad of node.arrived) grad?.dispose();
  node.arrived = null;
}

/** Takes away what a pass has left at a node, so that another can use it; gives how to put it back. */
export function setAside(node: Node): () => void {
  const { pass, arrived, awaited } = node;
  node.arrived = null;
  return () => {
    Object.assign(node, { pass, arrived, awaited });
  };
}
