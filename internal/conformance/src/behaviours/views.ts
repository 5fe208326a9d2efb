/** Writes in place to views, and to bases of views. */
import { ones, slice, type Tensor } from "@ag/tensor";
import { define, grad, noGrad } from "./api.ts";
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
    "a view that was taken before its base was written follows it",
    () => {
      const x = leaf([1, 2]);
      const y = x.mul(1);
      const v = y.view(2);
      y.mul_(3);
      v.sum().backward();
      return [v, x.grad];
    },
    `
    x = leaf([1, 2])
    y = x * 1
    v = y.view(2)
    y.mul_(3)
    v.sum().backward()
    return [v, x.grad]`,
  ),
  row(
    "views of every kind follow a write to their base",
    () => {
      const kinds: readonly ((y: Tensor) => Tensor)[] = [
        (y) => y.at(0),
        (y) => y.narrow(1, 0, 1),
        (y) => y.t(),
        (y) => y.transpose(0, 1),
        (y) => y.unsqueeze(0),
        (y) => y.expand([3, 2, 2]),
        (y) => y.flatten(),
        (y) => y.diagonal(),
        (y) => y.asStrided([2], [2], { storageOffset: 1 }),
        (y) => y.permute(1, 0),
      ];
      return kinds.map((kind) => {
        const x = leaf([
          [1, 2],
          [3, 4],
        ]);
        const y = x.mul(1);
        const v = kind(y);
        y.mul_(plain([1, 3]));
        v.sum().backward();
        return x.grad;
      });
    },
    `
    kinds = [lambda y: y[0], lambda y: y.narrow(1, 0, 1), lambda y: y.t(), lambda y: y.transpose(0, 1),
        lambda y: y.unsqueeze(0), lambda y: y.expand(3, 2, 2), lambda y: y.flatten(), lambda y: y.diagonal(),
        lambda y: y.as_strided([2], [2], 1), lambda y: y.permute(1, 0)]
    grads = []
    for kind in kinds:
        x = leaf([[1, 2], [3, 4]])
        y = x * 1
        v = kind(y)
        y.mul_(plain([1, 3]))
        v.sum().backward()
        grads.append(x.grad)
    return grads`,
  ),
  row(
    "a view follows relu_, exp_ and copy_ of its base",
    () => {
      const writes: readonly ((y: Tensor) => Tensor)[] = [
        (y) => y.relu_(),
        (y) => y.exp_(),
        (y) => y.copy_(plain([7, 7])),
        (y) => y.setAt_(plain([5]), slice(0, 1)),
      ];
      return writes.map((write) => {
        const x = leaf([-1, 1]);
        const y = x.mul(2);
        const v = y.view(2, 1);
        write(y);
        v.sum().backward();
        return [v, x.grad];
      });
    },
    `
    def set_at(y):
        y[0:1] = plain([5])
    found = []
    for write in [lambda y: y.relu_(), lambda y: y.exp_(), lambda y: y.copy_(plain([7, 7])), set_at]:
        x = leaf([-1, 1])
        y = x * 2
        v = y.view(2, 1)
        write(y)
        v.sum().backward()
        found.append([v, x.grad])
    return found`,
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
      y.mul(plain([1, 10])).sum().backward();
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
    "a sibling view sees what is written through another, and its slope",
    () => {
      const x = leaf([1, 2, 3]);
      const y = x.mul(1);
      const [a, b] = [y.at(slice(0, 2)), y.at(slice(1))];
      a.mul_(4);
      b.sum().backward();
      return [b, x.grad];
    },
    `
    x = leaf([1, 2, 3])
    y = x * 1
    a, b = y[:2], y[1:]
    a.mul_(4)
    b.sum().backward()
    return [b, x.grad]`,
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
    "writing a tracked value into the base of an untracked view makes the view require grad",
    () => {
      const b = ones(2);
      const w = b.at(slice(0, 1));
      b.mul_(leaf([1, 2]));
      return [w.requiresGrad, w.isLeaf, isOneOf(w, "SliceBackward0")];
    },
    `
    b = torch.ones(2)
    w = b[0:1]
    b.mul_(leaf([1, 2]))
    return [w.requires_grad, w.is_leaf, node_name(w) in ["SliceBackward0", "AsStridedBackward0"]]`,
  ),
  row(
    "base and view, written in turns",
    () => {
      const x = leaf([1, 2]);
      const y = x.mul(1);
      const v = y.at(slice(0, 1));
      v.mul_(3);
      y.mul_(2);
      v.add_(1);
      y.at(1).mul_(5);
      y.sum().backward();
      return [y, v, x.grad];
    },
    `
    x = leaf([1, 2])
    y = x * 1
    v = y[0:1]
    v.mul_(3)
    y.mul_(2)
    v.add_(1)
    y[1].mul_(5)
    y.sum().backward()
    return [y, v, x.grad]`,
  ),
  row(
    "a written view of a transposed result, whose gradient is not contiguous",
    () => {
      const x = leaf64([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      const y = x.t().mul(1);
      y.narrow(0, 1, 2).t().mul_(x.detach().at(slice(), slice(1)));
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
      const part = leaf([[1, 2]]).mul(1).unbind()[0]!;
      return refused("is a view and is being modified inplace", () => part.at(0).mul_(2));
    },
    `
    part = (leaf([[1, 2]]) * 1).unbind()[0]
    return refused("is a view and is being modified inplace", lambda: part[0].mul_(2))`,
  ),
  row(
    "the base of several views is written: then they may not be used",
    () => {
      const y = leaf([1, 2]).mul(1);
      const [part] = y.unbind();
      y.mul_(2);
      return refused("is a view", () => part!.sum().backward());
    },
    `
    y = leaf([1, 2]) * 1
    part, _ = y.unbind()
    y.mul_(2)
    return refused("is a view", lambda: part.sum().backward())`,
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
  row(
    "asStrided of asStrided looks at the whole storage",
    () => {
      const x = leaf([1, 2, 3]);
      x.asStrided([2, 2], [1, 1]).asStrided([3], [1], { storageOffset: 0 }).sum().backward();
      return x.grad;
    },
    `
    x = leaf([1, 2, 3])
    x.as_strided([2, 2], [1, 1]).as_strided([3], [1], 0).sum().backward()
    return x.grad`,
  ),
  row(
    "a write under noGrad to a view of a result leaves its slope",
    () => {
      const x = leaf([1, 2]);
      const y = x.mul(3);
      noGrad(() => y.at(0).mul_(100));
      y.sum().backward();
      return [nodeName(y), y, x.grad];
    },
    `
    x = leaf([1, 2])
    y = x * 3
    with no_grad(): y[0].mul_(100)
    y.sum().backward()
    return [node_name(y), y, x.grad]`,
  ),
];
