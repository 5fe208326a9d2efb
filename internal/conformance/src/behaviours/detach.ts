import { type Behaviour, leaf, nodeName, plain, refused, row } from "./table.ts";

export const detached: readonly Behaviour[] = [
  row(
    "detach cuts, and what was detached may start anew",
    () => {
      const x = leaf([2]);
      const y = x.mul(3);
      const d = y.detach().requiresGrad_();
      d.mul(5).backward();
      return [y.requiresGrad, d.isLeaf, d.grad, x.grad];
    },
    `
    x = leaf([2])
    y = x * 3
    d = y.detach().requires_grad_()
    (d * 5).backward()
    return [y.requires_grad, d.is_leaf, d.grad, x.grad]`,
  ),
  row(
    "detach gives another tensor on the same elements, also of a plain one",
    () => {
      const x = plain([1, 2]);
      const d = x.detach();
      x.add_(1);
      return [d === x, d];
    },
    `
    x = plain([1, 2])
    d = x.detach()
    x.add_(1)
    return [d is x, d]`,
  ),
  row(
    "part of an expression detached is a constant",
    () => {
      const x = leaf([3]);
      x.mul(x.detach()).backward();
      return x.grad;
    },
    `
    x = leaf([3])
    (x * x.detach()).backward()
    return x.grad`,
  ),
  row(
    "detach_ makes a leaf of a result",
    () => {
      const x = leaf([2]);
      const y = x.mul(3);
      const same = y.detach_() === y;
      return [same, y.requiresGrad, y.isLeaf, nodeName(y), y.version];
    },
    `
    x = leaf([2])
    y = x * 3
    same = y.detach_() is y
    return [same, y.requires_grad, y.is_leaf, node_name(y), y._version]`,
  ),
  row(
    "detach_ does not cut what was computed before it",
    () => {
      const x = leaf([2]);
      const y = x.mul(3);
      const z = y.mul(5);
      y.detach_();
      z.backward();
      return x.grad;
    },
    `
    x = leaf([2])
    y = x * 3
    z = y * 5
    y.detach_()
    z.backward()
    return x.grad`,
  ),
  row(
    "detach_ on a leaf takes its flag",
    () => {
      const x = leaf([2]);
      x.detach_();
      return [x.requiresGrad, x.isLeaf];
    },
    `
    x = leaf([2])
    x.detach_()
    return [x.requires_grad, x.is_leaf]`,
  ),
  row(
    "detach_ is refused on a view",
    () => refused("Can't detach views in-place", () => leaf([2, 3]).mul(1).view(2).detach_()),
    `return refused("Can't detach views in-place", lambda: (leaf([2, 3]) * 1).view(2).detach_())`,
  ),
];
