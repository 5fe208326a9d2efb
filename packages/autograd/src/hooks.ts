/** What was hung to a node: functions that see its gradients, and results that keep theirs. */
import {
  type NodeHook,
  type NodePrehook,
  type Removable,
  type Tensor,
  type TensorHook,
  ValueError,
} from "@ag/tensor/fn";

/** Functions in the order in which they were registered. Who runs them keeps the list that was there when it began. */
export class HookList<F> {
  #hooks: readonly { readonly run: F; readonly output: number }[] = [];

  /** `output`: of which result, where that matters. */
  add(op: string, run: F, output = 0): Removable {
    if (typeof run !== "function") throw new ValueError(`${op}: need a function; got ${typeof run}.`);
    const own = { run, output };
    this.#hooks = [...this.#hooks, own];
    return {
      remove: () => {
        this.#hooks = this.#hooks.filter((hook) => hook !== own);
      },
    };
  }

  *[Symbol.iterator](): Generator<F> {
    for (const { run } of this.#hooks) yield run;
  }

  /** With the result that each is of. */
  entries(): readonly { readonly run: F; readonly output: number }[] {
    return this.#hooks;
  }
}

/** In the order in which they run. */
export class Hooks {
  /** Of the results. */
  readonly tensors: HookList<TensorHook> = new HookList();
  /** Results that keep their gradient, by output. */
  readonly retained: (Tensor | null)[] = [];
  readonly before: HookList<NodePrehook> = new HookList();
  /** Of a leaf: they see the tensor itself, when its `grad` is filled. */
  readonly accumulated: HookList<(leaf: Tensor) => void> = new HookList();
  readonly after: HookList<NodeHook> = new HookList();
  /** Notes of users. */
  readonly metadata: Record<string, unknown> = {};
}
