/** Who owns a gradient on its way? The engine, from where it arrives until it was used: then it is given back. */
import { add, type Edge, type Tensor } from "@ag/tensor/fn";
import { withScope } from "@ag/tensor/internal";
import { accumulate, owned } from "./accumulate-grad.ts";
import { type Node, nodeOf } from "./node.ts";

type Gradients = readonly (Tensor | null)[];

export class Flows {
  readonly #pass: number;
  readonly #targets: readonly Edge[];
  readonly #isRecorded: boolean;
  /** What arrived at the targets: handles for the caller. */
  readonly found: (Tensor | null)[];

  constructor(pass: number, targets: readonly Edge[], isRecorded: boolean) {
    this.#pass = pass;
    this.#targets = targets;
    this.#isRecorded = isRecorded;
    this.found = targets.map(() => null);
  }

  /** A gradient, whose handle is taken over, arrives at an output of a node, and is added to what is there. */
  arrive(edge: Edge, grad: Tensor): void {
    const node = nodeOf(edge);
    if (node?.pass !== this.#pass) {
      grad.dispose(); // of an input that needs none, beside one that does
      return;
    }
    node.arrived ??= [];
    const sum = node.arrived[edge[1]];
    node.arrived[edge[1]] = sum ? this.#sum(sum, grad) : grad;
  }

  /** What has arrived passes a node: gives what flows on, handles for whoever takes them. Nothing passes an end. */
  pass(node: Node, isEnd: boolean): Gradients {
    const grads = node.arrived;
    node.arrived = null;
    if (!grads) return [];
    this.#note(node, grads);
    if (!isEnd && !node.isSelfContained) return node.apply(grads, this.#pass).map((flow) => flow && owned(flow)); // users may keep theirs
    const flows = isEnd ? [] : withScope(() => separate(node.apply(grads, this.#pass), grads));
    for (const grad of grads) grad?.dispose();
    return flows;
  }

  /** In place when nobody else holds the sum, and nothing is recorded; else as a new tensor. */
  #sum(sum: Tensor, grad: Tensor): Tensor {
    const isOurs = !this.#isRecorded && sum.storage.isSole && sum.isContiguous();
    const total = isOurs ? add.inPlace(sum, grad) : add(sum, grad);
    if (total !== sum) sum.dispose();
    grad.dispose();
    return total;
  }

  /** Keeps what results or callers asked for. */
  #note(node: Node, grads: Gradients): void {
    node.retained?.forEach((x, i) => {
      const grad = grads[i];
      if (x && grad) accumulate(x, owned(grad));
    });
    this.#targets.forEach((edge, i) => {
      const grad = grads[edge[1]];
      if (nodeOf(edge) === node && grad) this.found[i] = owned(grad);
    });
  }
}

/** Each flow becomes a handle of its own: formulas may hand on the gradient they got, or one tensor to several inputs. */
function separate(flows: Gradients, grads: Gradients): Gradients {
  return flows.map((flow, i) => (flow && (grads.includes(flow) || flows.indexOf(flow) < i) ? owned(flow) : flow));
}
