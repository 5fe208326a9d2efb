import { GradError, type GradFn, type Tensor } from "@ag/tensor/fn";
import { aTensor, type Kind, need } from "@ag/tensor/internal";
import { AccumulateGrad, edgeOf } from "./accumulate-grad.ts";
import { fromYoungest, type Node, nodeOf } from "./node.ts";

/** A node of an exported graph. */
export interface GraphNode {
  readonly id: number;
  /** PyTorch's name, such as `MulBackward0`. */
  readonly name: string;
  /** Leaves are where gradients are collected. */
  readonly isLeaf: boolean;
  /** The name and shape of a leaf's tensor; empty on other nodes. */
  readonly label: string;
  /** Distance from the leaves, by the longest way: 0 for leaves. Equal levels can be drawn side by side. */
  readonly level: number;
}

/** Leads, as in the picture of the tutorial, in forward direction: from an input's node to that of the result. */
export interface GraphEdge {
  readonly from: number;
  readonly to: number;
  /** Which result of `from`, and which input of `to`. */
  readonly output: number;
  readonly input: number;
}

/** The recorded graph as plain data: JSON as it is, and all that a drawing needs. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphOptions {
  /** Names for leaves, such as `new Map([[a, "a"]])` or those of `namedParameters()`. */
  readonly names?: ReadonlyMap<Tensor, string>;
}

const aMap: Kind = { word: "Map", ok: (x) => x instanceof Map };
const aGraph: Kind = {
  word: "Graph",
  ok: (x) => {
    const { nodes, edges } = (x ?? {}) as Partial<Graph>;
    const isNode = (node: Partial<GraphNode> | null): boolean =>
      typeof node?.name === "string" && typeof node.label === "string";
    return (
      Array.isArray(nodes) &&
      Array.isArray(edges) &&
      [...nodes].every(isNode) &&
      [...edges].every((x) => Object(x) === x)
    );
  },
};

/**
 * The graph behind a tensor.
 *
 * Throws {@link GradError} for a tensor that nothing was recorded for.
 *
 * ```ts doctest
 * const x = tensor([1], { requiresGrad: true });
 * graphOf(x.mul(2)).nodes.map((node) => node.name) // => ["MulBackward0", "AccumulateGrad"]
 * ```
 */
export function graphOf(root: Tensor, options: GraphOptions = {}): Graph {
  need("graphOf", { root: aTensor, "options?": { names: aMap } }, root, options);
  const { names = new Map<Tensor, string>() } = options;
  const start = nodeOf(edgeOf(root));
  if (!start)
    throw new GradError(
      "graphOf: need a tensor that was computed from one with requiresGrad; got one without history.",
    );
  const ids = new Map<Node, number>([[start, 0]]);
  const edges: GraphEdge[] = [];
  for (const [node, to] of ids) // a Map also visits what is added on the way
    node.nextFunctions.forEach((edge, input) => {
      const next = nodeOf(edge);
      if (!next) return;
      if (!ids.has(next)) ids.set(next, ids.size);
      edges.push({ from: ids.get(next) as number, to, output: edge[1], input });
    });
  const levels = levelsOf([...ids.keys()]);
  const nodes = [...ids].map(([node, id]) => ({
    id,
    name: node.name,
    isLeaf: node instanceof AccumulateGrad,
    label: node instanceof AccumulateGrad ? leafLabel(node.variable, names) : "",
    level: levels.get(node) ?? 0,
  }));
  return { nodes, edges };
}

const leafLabel = (x: Tensor, names: ReadonlyMap<Tensor, string>): string =>
  `${names.get(x) ?? ""} (${x.sizes.join(", ")})`.trim();

/** Inputs are older than results, so by age every node comes after what it needs. */
function levelsOf(nodes: readonly Node[]): Map<GradFn, number> {
  const levels = new Map<GradFn, number>();
  for (const node of [...nodes].sort(fromYoungest).reverse()) {
    let level = 0;
    for (const [next] of node.nextFunctions) if (next) level = Math.max(level, (levels.get(next) ?? 0) + 1);
    levels.set(node, level);
  }
  return levels;
}

/** The graph in Graphviz's language: arrows in forward direction, leaves blue. */
export function toDot(graph: Graph): string {
  need("toDot", { graph: aGraph }, graph);
  const { nodes, edges } = graph;
  const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  const lines = nodes.map(({ id, name, isLeaf, label }) =>
    isLeaf ? `  n${id} [label=${quoted(label)}, fillcolor=lightblue];` : `  n${id} [label=${quoted(name)}];`,
  );
  const arrows = edges.map(({ from, to }) => `  n${from} -> n${to};`);
  return ["digraph {", "  node [shape=box, style=filled, fillcolor=white];", ...lines, ...arrows, "}", ""].join("\n");
}
