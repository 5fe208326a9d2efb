/** Views of leaves, views across modes, and what views are of. */
import { ones, slice, tensor } from "@ag/tensor";
import { define, enableGrad, noGrad } from "./api.ts";
import { type Behaviour, leaf, nodeName, plain, refused, row } from "./table.ts";

const unrecorded = "A view was created in no_grad mode and is being modified inplace";

export const viewsOfLeaves: readonly Behaviour[] = [
  row(
    "a view of a leaf that requires grad is not written",
    () => {
      const x = leaf([1, 2]);
      return [
        refused("a view of a leaf Variable that requires grad", () => x.at(0).mul_(2)),
        refused("a view of a leaf Variable that requires grad", () => x.setAt_(3, 0)),
        x,
      ];
    },
    `
    x = leaf([1, 2])
    return [refused("a view of a leaf Variable that requires grad", lambda: x[0].mul_(2)),
        refused("a view of a leaf Variable that requires grad", lambda: x.__setitem__(0, 3)), x]`,
  ),
  row(
    "nor is a view of a view of one",
    () => {
      const x = leaf([[1, 2]]);
      return refused("a view of a leaf Variable that requires grad", () => x.t().at(0).zero_());
    },
    `
    x = leaf([[1, 2]])
    return refused("a view of a leaf Variable that requires grad", lambda: x.t()[0].zero_())`,
  ),
  row(
    "a view that was made under noGrad of a leaf that requires grad is not written outside",
    () => {
      const x = leaf([1, 2]);
      const v = noGrad(() => x.at(slice(0, 1)));
      return [v.requiresGrad, v.isLeaf, refused("", () => v.mul_(2)), x];
    },
    `
    x = leaf([1, 2])
    with no_grad(): v = x[0:1]
    return [v.requires_grad, v.is_leaf, refused("", lambda: v.mul_(2)), x]`,
  ),
  row(
    "it is under noGrad",
    () => {
      const x = leaf([1, 2]);
      const v = noGrad(() => x.at(slice(0, 1)));
      noGrad(() => v.mul_(5));
      return [x, x.version];
    },
    `
    x = leaf([1, 2])
    with no_grad(): v = x[0:1]
    with no_grad(): v.mul_(5)
    return [x, x._version]`,
  ),
  row(
    "a view of a result that was made under noGrad is not written outside",
    () => {
      const y = leaf([1, 2]).mul(1);
      const v = noGrad(() => y.view(2));
      return [v.requiresGrad, refused(unrecorded, () => v.mul_(2))];
    },
    `
    y = leaf([1, 2]) * 1
    with no_grad(): v = y.view(2)
    return [v.requires_grad, refused("A view was created in no_grad mode and is being modified inplace", lambda: v.mul_(2))]`,
  ),
  row(
    "an untracked view that was made under noGrad refuses a tracked value",
    () => {
      const b = ones(2);
      const v = noGrad(() => b.view(2));
      return refused(unrecorded, () => v.mul_(leaf([1, 2])));
    },
    `
    b = torch.ones(2)
    with no_grad(): v = b.view(2)
    return refused("A view was created in no_grad mode and is being modified inplace", lambda: v.mul_(leaf([1, 2])))`,
  ),
  row(
    "an untracked view that was made under noGrad takes an untracked value",
    () => {
      const b = ones(2);
      const v = noGrad(() => b.view(2));
      v.mul_(3);
      return [b, v.requiresGrad];
    },
    `
    b = torch.ones(2)
    with no_grad(): v = b.view(2)
    v.mul_(3)
    return [b, v.requires_grad]`,
  ),
  row(
    "a view that was made before its base became a leaf that requires grad is not written",
    () => {
      const b = ones(2);
      const u = b.view(2);
      b.requiresGrad_();
      return [refused("a view of a leaf Variable that requires grad", () => u.add_(1)), b];
    },
    `
    b = torch.ones(2)
    u = b.view(2)
    b.requires_grad_()
    return [refused("a view of a leaf Variable that requires grad", lambda: u.add_(1)), b]`,
  ),
  row(
    "what such a view requires, and what made it",
    () => {
      const b = ones(2);
      const u = b.view(2);
      b.requiresGrad_();
      return [u.requiresGrad, u.isLeaf, nodeName(u)];
    },
    `
    b = torch.ones(2)
    u = b.view(2)
    b.requires_grad_()
    return [u.requires_grad, u.is_leaf, node_name(u)]`,
  ),
  row(
    "a detached tensor is written without asking",
    () => {
      const x = leaf([1, 2]);
      x.detach().mul_(3);
      return [x, x.version];
    },
    `
    x = leaf([1, 2])
    x.detach().mul_(3)
    return [x, x._version]`,
  ),
  row(
    "a detached view is written without asking",
    () => {
      const x = leaf([1, 2]);
      x.at(slice(1)).detach().mul_(3);
      x.detach().at(0).add_(1);
      return [x, x.version];
    },
    `
    x = leaf([1, 2])
    x[1:].detach().mul_(3)
    x.detach()[0].add_(1)
    return [x, x._version]`,
  ),
  row(
    "a view of a detached tensor that takes a tracked value leaves the original alone",
    () => {
      const y = leaf([1, 2]).mul(1);
      const d = y.detach();
      d.at(0).mul_(leaf(3));
      return [d.requiresGrad, nodeName(d), nodeName(y), y];
    },
    `
    y = leaf([1, 2]) * 1
    d = y.detach()
    d[0].mul_(leaf(3))
    return [d.requires_grad, node_name(d), node_name(y), y]`,
  ),
  row(
    "the base of a view of a view is the whole",
    () => {
      const y = leaf([1, 2, 3]).mul(1);
      const v = y.at(slice(1));
      return [y.base, v.base === y, v.view(2, 1).base === y, v.clone().base];
    },
    `
    y = leaf([1, 2, 3]) * 1
    v = y[1:]
    return [y._base, v._base is y, v.view(2, 1)._base is y, v.clone()._base]`,
  ),
  row(
    "a detached tensor has no base of which it would be a view",
    () => {
      const y = leaf([1, 2, 3]).mul(1);
      const d = y.detach();
      return [d.base, d.at(0).base === d, y.at(slice(1)).detach().base];
    },
    `
    y = leaf([1, 2, 3]) * 1
    d = y.detach()
    return [d._base, d[0]._base is d, y[1:].detach()._base]`,
  ),
  row(
    "a view that was made under noGrad has a base",
    () => {
      const y = leaf([1, 2]).mul(1);
      return noGrad(() => y.view(2)).base === y;
    },
    `
    y = leaf([1, 2]) * 1
    with no_grad(): v = y.view(2)
    return v._base is y`,
  ),
  row(
    "a function that hands its input through gives a view of it, which is not written",
    () => {
      const f = define(
        (_, x) => x,
        (_, g) => g,
      );
      const x = leaf([1, 2]);
      const y = f(x);
      return [y === x, nodeName(y), refused("", () => y.mul_(2)), x];
    },
    `
    f = define(lambda ctx, x: x, lambda ctx, g: g)
    x = leaf([1, 2])
    y = f(x)
    return [y is x, node_name(y), refused("", lambda: y.mul_(2)), x]`,
  ),
  row(
    "a function that gives a view of its input: the view is not written",
    () => {
      const f = define(
        (_, x) => x.view(-1),
        (_, g) => g.mul(3),
      );
      const y = leaf([1, 2]).mul(1);
      const v = f(y);
      return [nodeName(v), refused("", () => v.mul_(2)), y];
    },
    `
    f = define(lambda ctx, x: x.view(-1), lambda ctx, g: g * 3)
    y = leaf([1, 2]) * 1
    v = f(y)
    return [node_name(v), refused("", lambda: v.mul_(2)), y]`,
  ),
  row(
    "a view that was made with recording on, inside of noGrad, is written outside",
    () => {
      const x = leaf([1, 2]);
      const y = x.mul(1);
      const v = noGrad(() => enableGrad(() => y.view(2)));
      v.mul_(2);
      y.sum().backward();
      return x.grad;
    },
    `
    x = leaf([1, 2])
    y = x * 1
    with no_grad():
        with enable_grad(): v = y.view(2)
    v.mul_(2)
    y.sum().backward()
    return x.grad`,
  ),
  row(
    "a view of whole numbers never requires grad, whatever is done to its base",
    () => {
      const b = tensor([1n, 2n]);
      const v = b.at(0);
      b.mul_(2);
      return [v, v.requiresGrad, v.base === b];
    },
    `
    b = torch.tensor([1, 2])
    v = b[0]
    b.mul_(2)
    return [v, v.requires_grad, v._base is b]`,
  ),
  row(
    "the flag of a view that is a leaf of its own",
    () => {
      const b = ones(2);
      const v = b.at(slice(0, 1)).requiresGrad_();
      v.mul(plain([3])).backward();
      return [b.requiresGrad, v.isLeaf, v.grad];
    },
    `
    b = torch.ones(2)
    v = b[0:1].requires_grad_()
    (v * plain([3])).backward()
    return [b.requires_grad, v.is_leaf, v.grad]`,
  ),
];
