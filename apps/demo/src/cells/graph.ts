import { graphOf, toDot } from "@ag/autograd";
import { type GradFn, rand, type Tensor } from "@ag/tensor";
import type { Cell, Tools } from "../cell.ts";

/** Where the program writes the graph. */
export interface Files extends Tools {
  readonly write: (name: string, text: string) => void;
}

export const dag: Cell = {
  number: null,
  title: "The graph of Functions behind Q: from the root to the leaves",
  run: ({ a, b, Q, print, write }: Files & { readonly a: Tensor; readonly b: Tensor; readonly Q: Tensor }) => {
    const show = (node: GradFn | null, indent: string): void => {
      print(indent + (node?.name ?? "None"));
      for (const [next] of node?.nextFunctions ?? []) show(next, `${indent}  `);
    };
    show(Q.gradFn, "");
    const graph = graphOf(Q, {
      names: new Map([
        [a, "a"],
        [b, "b"],
      ]),
    });
    write("graph.dot", toDot(graph));
    write("graph.json", JSON.stringify(graph));
    return undefined;
  },
};

export const flags: Cell = {
  number: 11,
  title: "One input that requires a gradient is enough",
  run: ({ print }: Tools) => {
    const x = rand(5, 5);
    const y = rand(5, 5);
    const z = rand([5, 5], { requiresGrad: true });
    const a = x.add(y);
    print("Does `a` require gradients?:", a.requiresGrad);
    const b = x.add(z);
    print("Does `b` require gradients?:", b.requiresGrad);
    return undefined;
  },
};
