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
  #hooks: readonly { readonly run: F }[] = [];

  add(op: string, run: F): Removable {
    if (typeof run !== "function") throw new ValueError(`${op}: need a function; got ${typeof run}.`);
    const own = { run };
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
}

/** In the order in which they run. */
export class Hooks {
  /** Of the results, by output. */
  readonly tensors: HookList<TensorHook>[] = [];
  /** Results that keep their gradient, by output. */
  readonly retained: (Tensor | null)[] = [];
  readonly before: HookList<NodePrehook> = new HookList();
  /** Of a leaf: they see the tensor itself, when its `grad` is filled. */
  readonly accumulated: HookList<(leaf: Tensor) => void> = new HookList();
  readonly after: HookList<NodeHook> = new HookList();
}
