/** Where does a view come from? Its base, and what decides whether it may be written to and whether its history still holds. */
import { isPaused } from "./recorder.ts";
import type { Tensor } from "./tensor.ts";

/** How a view was made, where that forbids to write to it while gradients are recorded. */
export type Making = "usual" | "noGrad" | "inference" | "oneOfSeveral" | "custom";

export class Origin {
  /** Never a view itself. */
  readonly base: Tensor;
  making: Making;
  /** The version of the elements that the history of the view belongs to: after a write it is made anew from the base. */
  version: number;

  constructor(of: Tensor, making: Making) {
    const outer = of.origin;
    this.base = outer === null ? of : outer.base;
    this.making = makingNow(making, outer);
    this.version = of.storage.version;
  }
}

/** A view of a view that may not be written to may not be either. */
function makingNow(making: Making, outer: Origin | null): Making {
  const paused = isPaused();
  if (paused !== null) return paused;
  return making === "usual" && outer !== null ? outer.making : making;
}
