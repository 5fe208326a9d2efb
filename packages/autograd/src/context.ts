import { type Edge, Tensor, ValueError } from "@ag/tensor/fn";
import { type Args, aliasOf } from "@ag/tensor/internal";
import { edgeOf } from "./accumulate-grad.ts";
import { standAt } from "./handles.ts";
import type { Node } from "./node.ts";
import { freed, SavedTensor } from "./saved.ts";

/** What was given to `saveForBackward`: held from then on, by a handle of its own. */
interface Given {
  readonly tensor: Tensor;
  readonly handle: Tensor;
}

const tensorsIn = (method: string, list: readonly unknown[]): ReadonlySet<Tensor> => {
  for (const x of list)
    if (!(x instanceof Tensor)) throw new ValueError(`${method}: need Tensors; got ${x === null ? "null" : typeof x}.`);
  return new Set(list as readonly Tensor[]);
};

/** What the forward of a custom function hands to its backward. Its own fields may be set freely. */
export class Context {
  [field: string]: unknown;
  /** Whether each argument wants a gradient. */
  readonly needsInputGrad: readonly boolean[];
  #given: readonly (Given | null)[] = [];
  #saved: readonly (SavedTensor | null)[] = [];
  #fixed: ReadonlySet<Tensor> = new Set();
  #dirty: ReadonlySet<Tensor> = new Set();
  #isReleased = false;
  #node: Node | null = null;
  #materializes = true;

  constructor(args: Args) {
    this.needsInputGrad = args.map((x) => x instanceof Tensor && x.requiresGrad);
  }

  /** Keeps tensors for the backward; called again, these instead. */
  saveForBackward(...tensors: readonly (Tensor | null)[]): void {
    for (const x of tensors as readonly unknown[])
      if (x !== null && !(x instanceof Tensor))
        throw new ValueError(
          `saveForBackward: save_for_backward can only save variables, but argument is of type ${typeof x}: need Tensors or ` +
            "null. Set a field of the context for what is no tensor.",
        );
    this.#letGo();
    this.#given = tensors.map((tensor) => tensor && { tensor, handle: aliasOf(tensor) });
  }

  /** The kept tensors; throws {@link GradError} when they were freed or overwritten. */
  get savedTensors(): readonly Tensor[] {
    if (this.#isReleased) throw freed();
    return this.#saved.map((saved) => saved?.unpackAnother(this.#node!) ?? null) as readonly Tensor[];
  }

  /** Inputs that forward has written to, and returns. */
  markDirty(...inputs: readonly Tensor[]): void {
    this.#dirty = tensorsIn("markDirty", inputs);
  }

  get dirty(): ReadonlySet<Tensor> {
    return this.#dirty;
  }

  /** Results that have no gradient. */
  markNonDifferentiable(...results: readonly Tensor[]): void {
    this.#fixed = tensorsIn("markNonDifferentiable", results);
  }

  isFixed(x: Tensor): boolean {
    return this.#fixed.has(x);
  }

  /** With false the backward gets null for results that no gradient reached, instead of zeros. */
  setMaterializeGrads(on: boolean): void {
    if (typeof on !== "boolean") throw new ValueError(`setMaterializeGrads: need true or false; got ${typeof on}.`);
    this.#materializes = on;
  }

  get materializesGrads(): boolean {
    return this.#materializes;
  }

  /** Called once the results are known, with the node that reads what was given, and where the gradients of the results go. */
  seal(node: Node | null, edges: ReadonlyMap<Tensor, Edge>): void {
    this.#node = node;
    if (node)
      this.#saved = this.#given.map((given) => {
        if (given === null) return null;
        const edge = edges.get(given.tensor) ?? edgeOf(given.tensor);
        standAt(given.handle, edge);
        return new SavedTensor(given.handle, edge);
      });
    this.#letGo();
  }

  /** The graph holds what it needs. */
  #letGo(): void {
    for (const given of this.#given) given?.handle.dispose();
    this.#given = [];
  }

  release(): void {
    if (this.#saved.length === 0) return;
    this.#isReleased = true;
    for (const saved of this.#saved) saved?.release();
    this.#saved = [];
  }
}
