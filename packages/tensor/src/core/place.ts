/** Where does a tensor stand in the graph, and who holds it? Two slots that only our packages can reach say it. */
import type { Edge } from "./recorder.ts";
import type { Tensor } from "./tensor.ts";

/** What leaves have beside their elements, and results that somebody asked something of; most tensors have none. */
export class Place {
  /** The flag of a leaf. */
  requiresGrad = false;
  grad: Tensor | null = null;
  /** Whether somebody has read `grad`: then it is theirs, and clearing it does not dispose it. */
  isGradExposed = false;
  isParameter = false;
  /** Filled by `@ag/autograd`: the end of the tape that collects the gradients of a leaf. */
  collector: Edge | null = null;
  /** Whether the node that produces the tensor keeps its gradient, also when that will be another. */
  retainsGrad = false;
  /** Exempt from scopes. */
  isKept = false;
}

/** Filled by `@ag/autograd`: what produced the tensor; null on a leaf. */
export const history: unique symbol = /* @__PURE__ */ Symbol("history");
export const place: unique symbol = /* @__PURE__ */ Symbol("place");

/** The slots. Results of recorded operations need the edge alone; not in one slot, as asking which it holds costs more. Of a view the history may be stale: `historyOf` tells. */
export interface Placed {
  [history]: Edge | null;
  [place]: Place | null;
}

/** Makes a place for a tensor that has none. */
export function placeOf(x: Placed): Place {
  x[place] ??= new Place();
  return x[place];
}

/** The collected gradient; asking so does not count as reading it. */
export const gradAt = (x: Placed): Tensor | null => x[place]?.grad ?? null;

/** Whether `new Parameter(x)` of `@ag/nn`, or a file, made it one. */
export const isParameter = (x: Placed): boolean => x[place]?.isParameter === true;

/** Whether this is a leaf that requires grad. */
export const isTrackedLeaf = (x: Placed): boolean => x[place]?.requiresGrad === true;
