/** How do hooks of a module see the gradients of its inputs and outputs? Its inputs and outputs go through a function that only hands on. */
import { AutogradFunction, type Context } from "@ag/autograd";
import { GradError, type NodePrehook, Tensor } from "@ag/tensor/fn";
import type { Module } from "./module.ts";

type Gradients = readonly (Tensor | null)[];

/** Sees the gradients of a module's outputs before its backward; a list that it returns takes their place. */
export type FullBackwardPreHook =
  | ((module: Module, gradOutputs: Gradients) => Gradients | null | undefined)
  | ((module: Module, gradOutputs: Gradients) => void);
/** Sees the gradients of a module's inputs and outputs; a list that it returns takes the place of those of the inputs. */
export type FullBackwardHook =
  | ((module: Module, gradInputs: Gradients, gradOutputs: Gradients) => Gradients | null | undefined)
  | ((module: Module, gradInputs: Gradients, gradOutputs: Gradients) => void);

export interface BackwardHooks {
  readonly module: Module;
  readonly before: Iterable<FullBackwardPreHook>;
  readonly after: Iterable<FullBackwardHook>;
}

class BackwardHookFunction extends AutogradFunction {
  static override readonly name: string = "BackwardHookFunction";

  static forward(ctx: Context, ...tensors: readonly Tensor[]): readonly Tensor[] {
    ctx.markNonDifferentiable(...tensors.filter((x) => !x.requiresGrad));
    return tensors;
  }
  static backward(_ctx: Context, ...grads: readonly Tensor[]): readonly Tensor[] {
    return grads;
  }
}

/** Hands the tensors of a list through a node of their own, which `hang` gets; the list as it is when nothing is recorded. */
function through(
  values: readonly unknown[],
  hang: (node: NonNullable<Tensor["gradFn"]>, positions: readonly number[]) => void,
): readonly unknown[] {
  const positions = values.flatMap((x, i) => (x instanceof Tensor ? [i] : []));
  if (positions.length === 0) return values;
  const handed = BackwardHookFunction.apply(...positions.map((i) => values[i] as Tensor));
  const node = handed.find((x) => x.requiresGrad)?.gradFn;
  if (!node) return values;
  hang(node, positions);
  return values.map((x, i) => (positions.includes(i) ? handed[positions.indexOf(i)] : x));
}

/** Puts gradients where their tensors are among the arguments. */
const spread = (grads: Gradients, positions: readonly number[], count: number): Gradients =>
  Array.from({ length: count }, (_, i) => (positions.includes(i) ? (grads[positions.indexOf(i)] ?? null) : null));

const lengthOf = (list: unknown): number | string => (Array.isArray(list) ? list.length : typeof list);

/** What a hook gives instead of gradients: as many. */
function replaced(kind: string, name: string, changed: unknown, grads: Gradients): Gradients {
  if (changed === undefined || changed === null) return grads;
  if (lengthOf(changed) !== grads.length)
    throw new GradError(
      `Backward ${kind} returned an invalid number of ${name}, got ${lengthOf(changed)}, but expected ${grads.length}: need a ` +
        "list with one for each, or nothing.",
    );
  return changed as Gradients;
}

const areNone = (grads: unknown): boolean =>
  Array.isArray(grads) && grads.every((grad) => grad === null || grad === undefined);

/** One call of a module that has hooks: those that it has then. */
export class HookedCall {
  readonly #hooks: BackwardHooks;
  /** Null when the gradient does not come through the outputs: then nobody is asked. */
  #gradOutputs: Gradients | null = null;
  #inputCount = 0;
  #hasInputs = false;

  constructor(hooks: BackwardHooks) {
    this.#hooks = { module: hooks.module, before: [...hooks.before], after: [...hooks.after] };
  }

  inputs(values: readonly unknown[]): readonly unknown[] {
    this.#inputCount = values.length;
    return through(values, (node, positions) => {
      this.#hasInputs = true;
      node.registerHook((grads) => {
        const found = this.#seeInputs(spread(grads, positions, values.length));
        return positions.map((i) => found[i] ?? null);
      });
    });
  }

  output(value: unknown): unknown {
    const isList = Array.isArray(value);
    const values: readonly unknown[] = isList ? value : [value];
    const handed = through(values, (node, positions) => {
      node.registerPrehook((grads) => this.#seeOutputs(grads, positions, values.length));
    });
    return isList ? handed : handed[0];
  }

  #seeOutputs(grads: Gradients, positions: readonly number[], count: number): ReturnType<NodePrehook> {
    const { module, before, after } = this.#hooks;
    let found = spread(grads, positions, count);
    for (const hook of before) found = replaced("pre hook", "grad_output", hook(module, found), found);
    if (this.#hasInputs) this.#gradOutputs = found;
    else
      for (const hook of after) {
        const changed = hook(module, new Array<null>(this.#inputCount).fill(null), found) ?? [];
        if (!areNone(changed))
          throw new GradError(
            "Backward hook for Modules where no input requires gradient should always return None or None for all gradients: " +
              "need nothing, or nulls.",
          );
      }
    return positions.map((i) => found[i] ?? null);
  }

  #seeInputs(grads: Gradients): Gradients {
    const { module, after } = this.#hooks;
    const gradOutputs = this.#gradOutputs;
    if (gradOutputs === null) return grads;
    let found = grads;
    for (const hook of after) found = replaced("hook", "grad_input", hook(module, found, gradOutputs), found);
    this.#gradOutputs = null;
    return found;
  }
}
