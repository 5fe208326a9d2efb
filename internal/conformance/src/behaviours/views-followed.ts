/** Views that follow what is written to others. */
import { ones, slice, type Tensor } from "@ag/tensor";
import { noGrad } from "./api.ts";
import { type Behaviour, leaf, nodeName, plain, refused, row } from "./table.ts";

/** A regenerated view: its own node, or that of a view of any kind. */
const isOneOf = (x: Tensor, ...names: string[]): boolean =>
  [...names, "AsStridedBackward0"].includes(nodeName(x) ?? "");

export const viewsFollowed: readonly Behaviour[] = [
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
