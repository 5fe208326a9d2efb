/** Custom functions see when they run: against PyTorch, on graphs without structure. */
import { AutogradFunction, type Context, grad } from "@ag/autograd";
import { ones, type Tensor, zeros } from "@ag/tensor";
import { expect, test } from "vitest";
import goldens from "./goldens/order.json" with { type: "json" };

/** What order.py records: which node ran, and which leaves had a gradient then. */
type Note = readonly [name: number, filled: readonly number[]];

class Graph {
  readonly order: Note[] = [];
  readonly leaves: readonly Tensor[];
  readonly values: Tensor[];

  constructor(links: readonly (readonly number[])[]) {
    this.leaves = Array.from({ length: goldens.leaves }, () => ones([1], { requiresGrad: true }));
    this.values = [...this.leaves];
    for (const [name, inputs] of links.entries())
      this.values.push(Step.apply(name, this, ...inputs.map((i) => this.values[i]!)));
  }

  note(name: number): void {
    this.order.push([name, this.leaves.flatMap((leaf, i) => (leaf.grad === null ? [] : [i]))]);
  }
}

/** The sum of its inputs. */
class Step extends AutogradFunction {
  static forward(ctx: Context, name: number, graph: Graph, ...inputs: readonly Tensor[]): Tensor {
    ctx.note = (): void => graph.note(name);
    return inputs.reduce((sum, x) => sum.add(x), zeros([1]));
  }
  static backward(ctx: Context, grad: Tensor): readonly (Tensor | null)[] {
    (ctx.note as () => void)();
    return ctx.needsInputGrad.map((needed) => (needed ? grad.clone() : null));
  }
}

test.each(goldens.cases.map((one, i) => [i, one] as const))("graph %i", (_, { links, targets, order, grads }) => {
  const graph = new Graph(links);
  const root = graph.values.at(-1)!;
  if (targets === null) root.backward();
  const found =
    targets === null
      ? graph.leaves.map((leaf) => leaf.grad)
      : grad(
          root,
          targets.map((i) => graph.values[i]!),
          { allowUnused: true },
        );
  expect(graph.order).toEqual(order);
  expect(found.map((x) => x?.item() ?? null)).toEqual(grads);
});
