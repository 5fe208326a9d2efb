/** How do hooks see the gradients at a node, and change them? They get handles of their own, and what they give takes the place of ours. */
import { GradError, Tensor, ValueError } from "@ag/tensor/fn";
import { describeForeign, sameShape, showShape, synchronous } from "@ag/tensor/internal";
import { accumulate } from "./accumulate-grad.ts";
import { owned } from "./handles.ts";
import type { Hooks } from "./hooks.ts";
import { withFlags } from "./mode.ts";
import type { Node } from "./node.ts";

/** The engine's own handles, by output or by input. */
export type Grads = (Tensor | null)[];

/** Hooks of tensors see what has arrived; results that retain their gradient take it. */
export function seeArrived({ tensors, retained }: Hooks, arrived: Grads): void {
  for (const { run, output } of tensors.entries()) {
    const grad = arrived[output] ?? null;
    const changed: unknown = called("registerHook", () => run(shown(grad) as Tensor));
    if (changed !== undefined && changed !== null) arrived[output] = fitting(run, changed, grad);
  }
  retained.forEach((x, output) => {
    const grad = arrived[output];
    if (x && grad) accumulate(x, owned(grad), false);
  });
}

/** Runs `run` on what has arrived at a node, which it uses up, between the node's own hooks; gives what flows on. */
export function between(node: Node, grads: Grads, run: () => readonly (Tensor | null)[]): Grads {
  const { before, after } = node.hooks!;
  for (let output = grads.length; output < node.outputCount; output++) grads.push(null);
  for (const hook of before)
    replaceAll(
      hook,
      grads,
      called("registerPrehook", () => hook(grads.map(shown))),
    );
  const given = grads.map(shown);
  const flows = [...run()];
  for (const hook of after)
    replaceAll(
      hook,
      flows,
      called("registerHook", () => hook(flows.map(shown), given)),
    );
  return flows;
}

/** Hooks of a leaf see it, when its gradient is there; they change it in place. */
export function seeAccumulated({ accumulated }: Hooks, leaf: Tensor): void {
  for (const hook of accumulated) {
    const given: unknown = called("registerPostAccumulateGradHook", () => hook(leaf));
    if (given instanceof Tensor && given !== leaf)
      throw new GradError(
        `hook '${nameOf(hook)}' has returned a tensor: need one that writes to grad, and returns nothing.`,
      );
  }
}

/** Runs a hook: modes that it leaves open end with it, and one that goes on afterwards comes too late. */
const called = <T>(op: string, run: () => T): T => synchronous(op, withFlags({}, run), GradError);

/** A handle for users, who may keep it. */
const shown = (grad: Tensor | null | undefined): Tensor | null => (grad ? owned(grad) : null);

const nameOf = (hook: { readonly name: string }): string => hook.name || "<anonymous>";

function replaceAll(hook: { readonly name: string }, grads: Grads, changed: unknown): void {
  if (changed === undefined || changed === null) return;
  if (!Array.isArray(changed))
    throw new ValueError(
      `expected tuple, but hook returned '${typeof changed}': need a list of gradients, or nothing.`,
    );
  if (changed.length !== grads.length)
    throw new GradError(
      `hook '${nameOf(hook)}' has returned an incorrect number of values (got ${changed.length}, but expected ${grads.length}).`,
    );
  changed.forEach((value: unknown, i) => {
    const grad = grads[i] ?? null;
    if (value === undefined || value === null) {
      grad?.dispose();
      grads[i] = null;
    } else grads[i] = fitting(hook, value, grad);
  });
}

/** What a hook gave instead of a gradient, by a handle of our own; the other is given up. */
function fitting(hook: { readonly name: string }, value: unknown, grad: Tensor | null): Tensor {
  if (!(value instanceof Tensor))
    throw new ValueError(
      `expected Variable, but hook returned '${typeof value}': need a Tensor, or nothing. ${describeForeign(value) ?? ""}`,
    );
  if (grad && !sameShape(grad.sizes, value.sizes))
    throw new GradError(
      `hook '${nameOf(hook)}' has changed the size of value: need ${showShape(grad.sizes)}; got ${showShape(value.sizes)}.`,
    );
  if (grad && grad.dtype !== value.dtype)
    throw new GradError(
      `hook '${nameOf(hook)}' has changed the type of value (was ${grad.dtype} got ${value.dtype}): need the dtype of the gradient.`,
    );
  const own = owned(value);
  grad?.dispose();
  return own;
}
