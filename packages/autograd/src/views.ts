/** What happens to the histories of views and of their base when one of them is written? That of the base goes through the write; those of views are made anew from the base. */
import { type Edge, GradError, ShapeError, type Tensor } from "@ag/tensor/fn";
import { asStridedOp, asStridedScatter, fromStrided, type Geometry, history } from "@ag/tensor/internal";
import { edgeOf, produced } from "./accumulate-grad.ts";
import { Node } from "./node.ts";
import { OperationNode } from "./operation-node.ts";

/** Which elements of its base a view shows. */
const geometryOf = (base: Tensor, { offset, sizes, strides }: Tensor): Geometry => ({
  shown: { offset, sizes, strides },
  own: { offset: base.offset, sizes: base.sizes, strides: base.strides },
});

/** Refuses a base whose elements stand for several: what was written to one of them was written to the others. */
function checkDistinct({ sizes, strides }: Geometry["own"]): void {
  if (sizes.some((size, d) => size > 1 && strides[d] === 0))
    throw new ShapeError(
      "CopySlices: unsupported operation: more than one element of the written-to tensor refers to a single memory location: " +
        "need a tensor that is not expanded. Use x.clone() first.",
    );
}

/** A write to a part of a base: G outside of it flows on, G inside of it goes through the operation that wrote. */
class CopySlices extends Node {
  readonly name = "CopySlices";
  readonly outputCount = 1;
  readonly #geometry: Geometry;
  /** The operation that wrote to the view. */
  readonly #write: Node;

  constructor(write: Node, geometry: Geometry) {
    super(write.nextFunctions);
    this.#geometry = geometry;
    this.#write = write;
  }

  override get isSelfContained(): boolean {
    return this.#write.isSelfContained;
  }

  apply([grad]: readonly (Tensor | null)[], pass: number): readonly (Tensor | null)[] {
    if (!grad) return this.nextFunctions.map(() => null);
    const { shown, own } = this.#geometry;
    checkDistinct(own);
    const flows = this.#write.apply([fromStrided(grad, { from: own, to: shown, owner: own })], pass);
    if (!flows[0]) return flows; // the base wants none; or a custom function gives none: as in PyTorch, all of it is lost
    return [asStridedScatter(grad, flows[0], this.#geometry), ...flows.slice(1)];
  }

  override release(): void {
    this.#write.release();
  }
}

/** After `write` has changed a view. */
export function rebase(write: Node, view: Tensor): void {
  const { base } = view.origin!;
  (write.nextFunctions as Edge[])[0] = edgeOf(base);
  produced(base, [new CopySlices(write, geometryOf(base, view)), 0]);
  refresh(view);
}

/** Gives a view the history that it has since its base was written. */
export function refresh(view: Tensor): void {
  const origin = view.origin!;
  if (origin.version === view.storage.version || (view[history] === null && !origin.base.requiresGrad)) return;
  const { base } = origin;
  refuse(view, "its base or another view of its base has been modified inplace");
  const node = new OperationNode(asStridedOp.entries[0]!, [base, geometryOf(base, view)]);
  origin.version = view.storage.version;
  produced(view, [node, 0]);
}

const reasons = {
  usual: "",
  noGrad:
    "Given that this use case is ambiguous and error-prone, it is forbidden. Move both the view and the write inside " +
    "noGrad(() => …), or both outside.",
  inference:
    "Given that this use case is ambiguous and error-prone, it is forbidden. Move both the view and the write inside " +
    "inferenceMode(() => …), or both outside.",
  oneOfSeveral:
    "This view is the output of a function that returns multiple views. Such functions do not allow the output views to be " +
    "modified inplace. Use an operation that makes a new tensor.",
  custom:
    "This view was created inside a custom Function (or because an input was returned as-is) and the autograd logic to " +
    "handle view+inplace would override the custom backward associated with the custom Function, leading to incorrect " +
    "gradients. This behavior is forbidden. Use clone() on the output of the custom Function.",
};

const modes = { noGrad: "no_grad", inference: "inference" };

/** Throws for views whose history a write makes meaningless. */
function refuse(view: Tensor, event: string): void {
  const { making } = view.origin!;
  if (making === "usual") return;
  const [node, output] = view[history] ?? [null, 0];
  const name =
    node && making !== "noGrad" && making !== "inference"
      ? `Output ${output} of ${node.name.replace(/Backward\d*$/, "")} is a view and ${event}.`
      : `A view was created in ${modes[making as "noGrad"] ?? "no_grad"} mode and ${event} with grad mode enabled.`;
  throw new GradError(`${name} ${reasons[making]}`);
}

/** V1, V2, V10 and V11 of PyTorch's rules: throws where a write would lose a gradient. */
export function checkWrite(name: string, target: Tensor): void {
  const { base } = target;
  if (base !== null) refuse(target, "is being modified inplace");
  const isOfLeaf = target.requiresGrad && base !== null && base[history] === null;
  const misuse = isOfLeaf
    ? "a view of a leaf Variable that requires grad"
    : target.requiresGrad && target.isLeaf && "a leaf Variable that requires grad";
  if (misuse)
    throw new GradError(
      `${name}: ${misuse} is being used in an in-place operation: need a tensor that is not a leaf. ` +
        "Write inside noGrad(() => …).",
    );
}
