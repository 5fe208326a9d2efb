/** Are derivatives multiplied by the gradient of the results, and nothing where there is none? */
import type { Tensor } from "@ag/tensor/fn";
import { filledLike, history } from "@ag/tensor/internal";
import { AccumulateGrad } from "./accumulate-grad.ts";
import { grad } from "./backward.ts";
import { GradcheckError } from "./compare.ts";
import { type Differentiable, differentiableOf, elements } from "./jacobian.ts";
import { withMode } from "./mode.ts";
import { type Node, nodeOf } from "./node.ts";

const isZero = (g: Tensor | null | undefined): boolean => !g || elements(g).every((value) => value === 0);

/** The gradients of inputs when those of all results are 0. */
function ofZeros(outputs: readonly Tensor[], inputs: readonly Tensor[]): (Tensor | null)[] {
  const tracked = inputs.filter((x) => x.requiresGrad);
  return grad(outputs, tracked, { gradOutputs: outputs.map((out) => filledLike(out, 0)), allowUnused: true });
}

/** Zeros give zeros. */
export function checkScaled(fn: Differentiable, inputs: readonly Tensor[]): void {
  const outputs = differentiableOf(fn, inputs);
  if (outputs.length > 0 && !ofZeros(outputs, inputs).every(isZero))
    throw new GradcheckError("gradcheck: backward not multiplied by grad_output");
}

const notes = 'Please look at "Notes about undefined output gradients" in "tools/autograd/derivatives.yaml".';

/** Runs a backward that may meet null. */
function needNothing(run: () => readonly (Tensor | null)[]): void {
  let flows: readonly (Tensor | null)[];
  try {
    flows = run();
  } catch (error) {
    throw new GradcheckError(`gradcheck: Expected backward function to handle undefined output grads. ${notes}`, {
      cause: error,
    });
  }
  if (!flows.every(isZero))
    throw new GradcheckError(
      "gradcheck: Expected all input grads to be undefined or zero when all output grads are undefined or zero: need null, " +
        `or zeros, from a backward that gets null; got other numbers. ${notes}`,
    );
}

/** Nodes of custom functions: those of operations never run where nothing arrives. */
function customBelow(outputs: readonly Tensor[]): Node[] {
  const found = new Set<Node>();
  for (const out of outputs) add(found, nodeOf(out[history]));
  for (const node of found) for (const edge of node.nextFunctions) add(found, nodeOf(edge));
  return [...found].filter((node) => !node.isSelfContained && !(node instanceof AccumulateGrad));
}

function add(found: Set<Node>, node: Node | null): void {
  if (node) found.add(node);
}

/** Missing gradients give none: of all results, and of one while those of the others are 0. */
export function checkMissing(fn: Differentiable, inputs: readonly Tensor[]): void {
  const outputs = differentiableOf(fn, inputs);
  for (const node of customBelow(outputs)) needNothing(() => withMode(false, () => node.apply([], 0)));
  if (outputs.length === 1) return;
  outputs.forEach((_, missing) => {
    const others = differentiableOf(fn, inputs).filter((_, i) => i !== missing);
    needNothing(() => ofZeros(others, inputs));
  });
}
