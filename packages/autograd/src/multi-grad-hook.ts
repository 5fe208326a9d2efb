import { GradError, type Removable, type Tensor } from "@ag/tensor/fn";
import { aFunction, type Kind, need, someTensors } from "@ag/tensor/internal";
import { edgeOf } from "./accumulate-grad.ts";
import { currentPass, isOutermost } from "./engine.ts";
import { nodeOf } from "./node.ts";

const aMode: Kind = { word: '"all" or "any"', ok: (x) => x === "all" || x === "any" };

/** The gradients of one pass that have come so far. */
interface Arrivals {
  readonly grads: (Tensor | null)[];
  awaited: number;
}

/**
 * Calls `hook` once in every backward that reaches some of `tensors`: with "all", when the gradients of all that it reaches are
 * there, with one for each of `tensors`, null for those that it does not reach; with "any", with the first that comes.
 * What it returns changes nothing. PyTorch's `register_multi_grad_hook`.
 *
 * Throws {@link GradError} unless every tensor requires grad.
 *
 * ```ts doctest
 * const [a, b] = [tensor(2, { requiresGrad: true }), tensor(3, { requiresGrad: true })];
 * const seen = [];
 * registerMultiGradHook([a, b], (grads) => seen.push(grads.map((g) => g?.item() ?? null)));
 * a.mul(b).backward();
 * a.mul(5).backward();
 * seen // => [[3, 2], [5, null]]
 * ```
 */
export function registerMultiGradHook(
  tensors: readonly Tensor[],
  hook: (grads: readonly (Tensor | null)[]) => unknown,
  options?: { readonly mode?: "all" },
): Removable;
export function registerMultiGradHook(
  tensors: readonly Tensor[],
  hook: (grad: Tensor) => unknown,
  options: { readonly mode: "any" },
): Removable;
export function registerMultiGradHook(
  tensors: readonly Tensor[],
  hook: ((grads: readonly (Tensor | null)[]) => unknown) | ((grad: Tensor) => unknown),
  options: { readonly mode?: "all" | "any" } = {},
): Removable {
  const takes = { tensors: someTensors, hook: aFunction, "options?": { mode: aMode } };
  need("registerMultiGradHook", takes, tensors, hook, options);
  const nodes = tensors.map((x) => nodeOf(edgeOf(x)));
  if (nodes.includes(null))
    throw new GradError("registerMultiGradHook: need tensors that require grad; got one that does not.");
  const passes = new Map<number, Arrivals>();
  const arrivals = (): Arrivals => {
    const pass = currentPass();
    if (isOutermost() && !passes.has(pass)) passes.clear(); // passes that failed left theirs
    const found = passes.get(pass) ?? {
      grads: tensors.map(() => null),
      awaited: nodes.filter((node) => node!.pass === pass).length,
    };
    passes.set(pass, found);
    return found;
  };
  const see = (grad: Tensor, i: number): void => {
    const found = arrivals();
    const isFirst = found.grads.every((other) => other === null);
    found.grads[i] = grad;
    found.awaited--;
    if (options.mode === "any") {
      if (isFirst) (hook as (grad: Tensor) => unknown)(grad);
    } else if (found.awaited === 0) (hook as (grads: readonly (Tensor | null)[]) => unknown)(found.grads);
  };
  const hung = tensors.map((x, i) => x.registerHook((grad) => see(grad, i)));
  return {
    remove: () => {
      for (const one of hung) one.remove();
    },
  };
}
