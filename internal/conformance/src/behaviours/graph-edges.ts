/** Nodes, and what leads to them. */

import { cat, type GradFn, type Tensor } from "@ag/tensor";
import { backward, define, grad, gradientEdge } from "./api.ts";
import { type Behaviour, leaf, leaf64, nodeName, plain, refused, row } from "./table.ts";

/** Names of a graph, by depth first. */
function namesOf(node: GradFn | null | undefined): unknown {
  return node ? [node.name, ...node.nextFunctions.map(([next]) => namesOf(next))] : null;
}

const pythonNames = `
def names_of(node): return node and [title(node), *[names_of(next) for next, _ in node.next_functions]]
`;

export const graphEdges: readonly Behaviour[] = [
  row(
    "names of nodes, of many operations",
    () => {
      const x = leaf([
        [1, 2],
        [3, 4],
      ]);
      const made: Tensor[] = [
        x.add(1),
        x.sub(1),
        x.mul(2),
        x.div(2),
        x.pow(2),
        x.neg(),
        x.exp(),
        x.log(),
        x.sqrt(),
        x.relu(),
        x.sigmoid(),
        x.tanh(),
        x.sum(),
        x.sum(0),
        x.mean(),
        x.mean(0),
        x.matmul(x),
        x.t(),
        x.transpose(0, 1),
        x.view(4),
        x.reshape(4),
        x.at(0),
        x.unsqueeze(0),
        x.expand([2, 2, 2]),
        x.clone(),
        x.max(),
        x.softmax(0),
        x.abs(),
        x.permute(1, 0),
        x.narrow(0, 0, 1),
        x.diagonal(),
        x.select(0, 0),
        x.double(),
        cat([x, x]),
      ];
      return made.map(nodeName);
    },
    `
    x = leaf([[1, 2], [3, 4]])
    return [node_name(y) for y in [x + 1, x - 1, x * 2, x / 2, x.pow(2), -x, x.exp(), x.log(), x.sqrt(), x.relu(),
        x.sigmoid(), x.tanh(), x.sum(), x.sum(0), x.mean(), x.mean(0), x.matmul(x), x.t(), x.transpose(0, 1), x.view(4),
        x.reshape(4), x[0], x.unsqueeze(0), x.expand(2, 2, 2), x.clone(), x.max(), x.softmax(0), x.abs(), x.permute(1, 0),
        x.narrow(0, 0, 1), x.diagonal(), x.select(0, 0), x.double(), torch.cat([x, x])]]`,
  ),
  row(
    "the graph behind a result",
    () => {
      const [x, w] = [leaf([1, 2]), leaf([3, 4])];
      return namesOf(x.mul(w).add(x.exp()).sum().gradFn);
    },
    `${pythonNames}
x, w = leaf([1, 2]), leaf([3, 4])
return names_of((x * w + x.exp()).sum().grad_fn)`,
  ),
  row(
    "edges to what requires no grad lead nowhere",
    () =>
      leaf([1])
        .mul(plain([2]))
        .gradFn!.nextFunctions.map(([node, index]) => [node?.name ?? null, index]),
    `
    edges = (leaf([1]) * plain([2])).grad_fn.next_functions
    return [[node and title(node), index] for node, index in edges]`,
  ),
  row(
    "an edge says which result of its node it comes from",
    () => {
      const [a, b] = leaf([1, 2, 3]).mul(1).split(2) as [Tensor, Tensor];
      const index = (x: Tensor): number => x.mul(2).gradFn!.nextFunctions[0]![1];
      return [index(a), index(b), a.gradFn === b.gradFn];
    },
    `
    a, b = (leaf([1, 2, 3]) * 1).split(2)
    index = lambda x: (x * 2).grad_fn.next_functions[0][1]
    return [index(a), index(b), a.grad_fn is b.grad_fn]`,
  ),
  row(
    "a leaf has one node that collects, which knows it",
    () => {
      const x = leaf([1]);
      const [a, b] = [x.mul(2).gradFn!.nextFunctions[0]![0]!, x.exp().gradFn!.nextFunctions[0]![0]!];
      return [a === b, a.name, a.variable === x, a.nextFunctions.length];
    },
    `
    x = leaf([1])
    a, b = (x * 2).grad_fn.next_functions[0][0], x.exp().grad_fn.next_functions[0][0]
    return [a is b, title(a), a.variable is x, len(a.next_functions)]`,
  ),
  row(
    "a node is the same object each time it is asked for",
    () => {
      const y = leaf([1]).exp();
      const node = y.gradFn;
      return [node === y.gradFn, y.mul(2).gradFn!.nextFunctions[0]![0] === y.gradFn];
    },
    `
    y = leaf([1]).exp()
    return [y.grad_fn is y.grad_fn, (y * 2).grad_fn.next_functions[0][0] is y.grad_fn]`,
  ),
  row(
    "what is put into a node's metadata stays with it",
    () => {
      const y = leaf([1]).exp();
      y.gradFn!.metadata.mine = 3;
      return [y.gradFn!.metadata.mine, y.mul(1).gradFn!.nextFunctions[0]![0]!.metadata.mine];
    },
    `
    y = leaf([1]).exp()
    y.grad_fn.metadata["mine"] = 3
    return [y.grad_fn.metadata["mine"], (y * 1).grad_fn.next_functions[0][0].metadata["mine"]]`,
  ),
  row(
    "the node of a custom function",
    () => {
      const f = define(
        (_, x, y) => x.mul(y),
        (_, g) => [g, g],
      );
      const [x, y] = [leaf([1]), plain([2])];
      return namesOf(f(x.exp(), y).gradFn);
    },
    `${pythonNames}
return names_of(define(lambda ctx, x, y: x * y, lambda ctx, g: (g, g))(leaf([1]).exp(), plain([2])).grad_fn)`,
  ),
  row(
    "an edge of a leaf, and of a result",
    () => {
      const x = leaf([1]);
      return [gradientEdge(x).node, gradientEdge(x).output, gradientEdge(x.exp()).node];
    },
    `
    x = leaf([1])
    y = x.exp()
    return [get_gradient_edge(x).node, get_gradient_edge(x).output_nr, get_gradient_edge(y).node]`,
  ),
  row(
    "what requires no grad has no edge",
    () => refused("that does not require gradients", () => gradientEdge(plain([1]))),
    `return refused("that does not require gradients", lambda: get_gradient_edge(plain([1])))`,
  ),
  row(
    "edges as inputs of grad",
    () => {
      const x = leaf([2]);
      const h = x.mul(3);
      return grad(h.mul(h), [gradientEdge(h), gradientEdge(x), x]);
    },
    `
    x = leaf([2])
    h = x * 3
    return grad(h * h, [get_gradient_edge(h), get_gradient_edge(x), x])`,
  ),
  row(
    "an edge stands for what a tensor was, before it was written",
    () => {
      const x = leaf([2]);
      const h = x.mul(3);
      const edge = gradientEdge(h);
      const y = h.mul(plain([5]));
      h.mul_(100);
      return [grad(y.add(h), [edge], { retainGraph: true }), grad(y, [h], { allowUnused: true })];
    },
    `
    x = leaf([2])
    h = x * 3
    edge = get_gradient_edge(h)
    y = h * plain([5])
    h.mul_(100)
    return [grad(y + h, [edge], retain_graph=True), grad(y, [h], allow_unused=True)]`,
  ),
  row(
    "edges as outputs, with gradients and of one element",
    () => {
      const x = leaf([2]);
      const y = x.mul(x);
      return [
        grad(gradientEdge(y), x, { gradOutputs: plain([10]), retainGraph: true }),
        grad([gradientEdge(y), y], x, { retainGraph: true }),
      ];
    },
    `
    x = leaf([2])
    y = x * x
    return [grad(get_gradient_edge(y), x, grad_outputs=plain([10]), retain_graph=True),
        grad([get_gradient_edge(y), y], x, retain_graph=True)]`,
  ),
  row(
    "edges as roots and inputs of backward",
    () => {
      const [x, w] = [leaf([2]), leaf([3])];
      const y = x.mul(w);
      backward(gradientEdge(y), plain([10]), { retainGraph: true });
      const first = [x.grad!.clone(), w.grad!.clone()];
      backward(y, null, { inputs: [gradientEdge(x)] });
      return [first, x.grad, w.grad];
    },
    `
    x, w = leaf([2]), leaf([3])
    y = x * w
    backward(get_gradient_edge(y), plain([10]), retain_graph=True)
    first = [x.grad.clone(), w.grad.clone()]
    backward(y, inputs=[get_gradient_edge(x)])
    return [first, x.grad, w.grad]`,
  ),
  row(
    "a written base: the names behind it",
    () => {
      const x = leaf([1, 2]);
      const y = x.mul(2);
      y.at(0).mul_(x.at(1));
      return y.gradFn!.nextFunctions.map(([node]) => node?.name ?? null);
    },
    `
    x = leaf([1, 2])
    y = x * 2
    y[0].mul_(x[1])
    return [node and title(node) for node, _ in y.grad_fn.next_functions]`,
  ),
  row(
    "the node of a gradient that was recorded",
    () => {
      const x = leaf64([2]);
      const [g] = grad(x.exp(), x, { createGraph: true });
      return [nodeName(g!) !== null, g!.isLeaf];
    },
    `
    x = leaf64([2])
    g, = grad(x.exp(), x, create_graph=True)
    return [node_name(g) is not None, g.is_leaf]`,
  ),
];
