/** Writes in place to views. */
import { ones, slice, type Tensor } from "@ag/tensor";
import { define, grad } from "./api.ts";
import { type Behaviour, leaf, leaf64, nodeName, plain, refused, row } from "./table.ts";

/** A regenerated view: its own node, or that of a view of any kind. */
const isOneOf = (x: Tensor, ...names: string[]): boolean =>
  [...names, "AsStridedBackward0"].includes(nodeName(x) ?? "");

export const views: readonly Behaviour[] = [
  row(
    "a written view gives its base CopySlices, and gets a node of its own anew",
    () => {
      const b = leaf([1, 2, 3]).mul(1);
      const v = b.at(slice(1));
      v.mul_(10);
      return [nodeName(b), isOneOf(v, "SliceBackward0"), b];
    },
    `
    b = leaf([1, 2, 3]) * 1
    v = b[1:]
    v.mul_(10)
    return [node_name(b), node_name(v) in ["SliceBackward0", "AsStridedBackward0"], b]`,
  ),
  row(
    "a gradient flows through a written view of a result",
    () => {
      const a = leaf([1, 2, 3]);
      const b = a.mul(1);
      b.at(slice(1)).mul_(10);
      b.sum().backward();
      return a.grad;
    },
    `
    a = leaf([1, 2, 3])
    b = a * 1
    b[1:].mul_(10)
    b.sum().backward()
    return a.grad`,
  ),
  row(
    "a view of a view, written",
    () => {
      const x = leaf([
        [1, 2],
        [3, 4],
      ]);
      const y = x.mul(1);
      const [t, row0] = [y.t(), y.t().at(0)];
      row0.mul_(5);
      y.mul(plain([1, 10]))
        .sum()
        .backward();
      return [y, t, nodeName(y), x.grad];
    },
    `
    x = leaf([[1, 2], [3, 4]])
    y = x * 1
    t, row0 = y.t(), y.t()[0]
    row0.mul_(5)
    (y * plain([1, 10])).sum().backward()
    return [y, t, node_name(y), x.grad]`,
  ),
  row(
    "the written view itself may be a root",
    () => {
      const x = leaf([1, 2, 3]);
      const v = x.mul(2).at(slice(1));
      v.mul_(v.detach().clone());
      v.sum().backward();
      return x.grad;
    },
    `
    x = leaf([1, 2, 3])
    v = (x * 2)[1:]
    v.mul_(v.detach().clone())
    v.sum().backward()
    return x.grad`,
  ),
  row(
    "writing a tracked value into a view of a plain tensor makes the base require grad",
    () => {
      const [a, b] = [ones(4), leaf([5, 6])];
      const v = a.at(slice(1, 3));
      const before = v.requiresGrad;
      v.mul_(b);
      a.sum().backward();
      return [before, v.requiresGrad, a.requiresGrad, a.isLeaf, b.grad];
    },
    `
    a, b = torch.ones(4), leaf([5, 6])
    v = a[1:3]
    before = v.requires_grad
    v.mul_(b)
    a.sum().backward()
    return [before, v.requires_grad, a.requires_grad, a.is_leaf, b.grad]`,
  ),
  row(
    "a written view of a transposed result, whose gradient is not contiguous",
    () => {
      const x = leaf64([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      const y = x.t().mul(1);
      y.narrow(0, 1, 2)
        .t()
        .mul_(x.detach().at(slice(), slice(1)));
      y.t().mul(x).sum().backward();
      return x.grad;
    },
    `
    x = leaf64([[1, 2, 3], [4, 5, 6]])
    y = x.t() * 1
    y.narrow(0, 1, 2).t().mul_(x.detach()[:, 1:])
    (y.t() * x).sum().backward()
    return x.grad`,
  ),
  row(
    "an overwritten view blocks its part of the gradient",
    () => {
      const x = leaf([1, 2, 3]);
      const y = x.mul(2);
      y.at(slice(0, 2)).fill_(7);
      const z = x.mul(3);
      z.at(1).zero_();
      y.add(z).sum().backward();
      return [y, x.grad];
    },
    `
    x = leaf([1, 2, 3])
    y = x * 2
    y[:2].fill_(7)
    z = x * 3
    z[1].zero_()
    (y + z).sum().backward()
    return [y, x.grad]`,
  ),
  row(
    "one of several views at once is not written",
    () => {
      const kinds: readonly ((y: Tensor) => readonly Tensor[])[] = [
        (y) => y.unbind(),
        (y) => y.split(1),
        (y) => y.chunk(2),
      ];
      return kinds.map((kind) => {
        const part = kind(leaf([1, 2]).mul(1))[0]!;
        return [nodeName(part), refused("is a view and is being modified inplace", () => part.mul_(2))];
      });
    },
    `
    found = []
    for kind in [lambda y: y.unbind(), lambda y: y.split(1), lambda y: y.chunk(2)]:
        part = kind(leaf([1, 2]) * 1)[0]
        found.append([node_name(part), refused("is a view and is being modified inplace", lambda: part.mul_(2))])
    return found`,
  ),
  row(
    "nor is a view of one of them",
    () => {
      const part = leaf([[1, 2]])
        .mul(1)
        .unbind()[0]!;
      return refused("is a view and is being modified inplace", () => part.at(0).mul_(2));
    },
    `
    part = (leaf([[1, 2]]) * 1).unbind()[0]
    return refused("is a view and is being modified inplace", lambda: part[0].mul_(2))`,
  ),
  row(
    "several views of a plain tensor may be written",
    () => {
      const x = plain([1, 2, 3, 4]);
      const [a, b] = x.chunk(2);
      a!.mul_(2);
      b!.zero_();
      x.split(2)[0]!.add_(1);
      return x;
    },
    `
    x = plain([1, 2, 3, 4])
    a, b = x.chunk(2)
    a.mul_(2)
    b.zero_()
    x.split(2)[0].add_(1)
    return x`,
  ),
  row(
    "expanded elements are written once or not at all",
    () => {
      const y = leaf([1]).mul(1).expand([3]);
      return [refused("refers to a single memory location", () => y.mul_(2)), y];
    },
    `
    y = (leaf([1]) * 1).expand(3)
    return [refused("refers to a single memory location", lambda: y.mul_(2)), y]`,
  ),
  row(
    "a custom function's result has views that are written",
    () => {
      const f = define(
        (_, x) => x.mul(2),
        (_, g) => g.mul(2),
      );
      const x = leaf([1, 2]);
      const y = f(x);
      y.at(0).mul_(5);
      y.sum().backward();
      return [nodeName(y), x.grad];
    },
    `
    f = define(lambda ctx, x: x * 2, lambda ctx, g: g * 2)
    x = leaf([1, 2])
    y = f(x)
    y[0].mul_(5)
    y.sum().backward()
    return [node_name(y), x.grad]`,
  ),
  row(
    "second derivatives go through a written view",
    () => {
      const x = leaf64([1, 2]);
      const y = x.mul(x);
      y.at(0).mul_(x.at(1));
      const [g] = grad(y.sum(), x, { createGraph: true });
      return [g, grad(g!.sum(), x)];
    },
    `
    x = leaf64([1, 2])
    y = x * x
    y[0].mul_(x[1])
    g, = grad(y.sum(), x, create_graph=True)
    return [g, grad(g.sum(), x)]`,
  ),
];
