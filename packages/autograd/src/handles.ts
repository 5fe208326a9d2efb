/** Handles of the engine's own, which stand where another tensor stands in the graph. */
import type { Edge, Tensor } from "@ag/tensor/fn";
import { aliasOf, history, placeOf } from "@ag/tensor/internal";
import { AccumulateGrad, edgeOf } from "./accumulate-grad.ts";
import { isGradEnabled } from "./mode.ts";
import { nowhere } from "./node.ts";

/** Another handle on a gradient; while recording, in the same place of the graph. */
export function owned(grad: Tensor): Tensor {
  const handle = aliasOf(grad);
  if (isGradEnabled() && grad.requiresGrad) standAt(handle, edgeOf(grad));
  return handle;
}

/** Puts a handle in a place of the graph: behind a node, or at a leaf. */
export function standAt(handle: Tensor, edge: Edge): void {
  if (edge === nowhere) return;
  if (!(edge[0] instanceof AccumulateGrad)) {
    handle[history] = edge;
    return;
  }
  const own = placeOf(handle);
  own.requiresGrad = true;
  own.collector = edge;
}
