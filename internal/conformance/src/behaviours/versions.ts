/** Versions: what counts, and what is noticed. */
import { ones } from "@ag/tensor";
import { noGrad } from "./api.ts";
import { type Behaviour, leaf, plain, refused, row } from "./table.ts";

const modified = "has been modified by an inplace operation";

export const versions: readonly Behaviour[] = [
  row(
    "each write counts once",
    () => {
      const x = plain([1, 2]);
      const seen = [x.version];
      x.add_(1);
      seen.push(x.version);
      x.mul_(2).relu_();
      seen.push(x.version);
      x.zero_();
      x.fill_(2);
      x.copy_(plain([5, 6]));
      x.setAt_(0, 0);
      return [seen, x.version];
    },
    `
    x = plain([1, 2])
    seen = [x._version]
    x.add_(1)
    seen.append(x._version)
    x.mul_(2).relu_()
    seen.append(x._version)
    x.zero_()
    x.fill_(2)
    x.copy_(plain([5, 6]))
    x[0] = 0
    return [seen, x._version]`,
  ),
  row(
    "views, views of views and detached tensors share the count",
    () => {
      const x = plain([1, 2]);
      const [view, detached] = [x.view(2, 1).t(), x.detach()];
      view.add_(1);
      detached.add_(1);
      return [x.version, view.version, detached.version];
    },
    `
    x = plain([1, 2])
    view, detached = x.view(2, 1).t(), x.detach()
    view.add_(1)
    detached.add_(1)
    return [x._version, view._version, detached._version]`,
  ),
  row(
    "copies do not share it",
    () => {
      const x = plain([1, 2]).add_(1);
      const y = x.clone();
      y.add_(1);
      return [x.version, y.version, x.mul(1).version];
    },
    `
    x = plain([1, 2]).add_(1)
    y = x.clone()
    y.add_(1)
    return [x._version, y._version, (x * 1)._version]`,
  ),
  row(
    "nothing else counts",
    () => {
      const x = leaf([1, 2]);
      x.mul(2).sum().backward();
      x.requiresGrad_(false);
      return [x.version, x.grad!.version];
    },
    `
    x = leaf([1, 2])
    (x * 2).sum().backward()
    x.requires_grad_(False)
    return [x._version, x.grad._version]`,
  ),
  row(
    "accumulating into a gradient writes it in place",
    () => {
      const x = leaf([1, 2]);
      x.mul(2).sum().backward();
      const first = x.grad!;
      x.mul(3).sum().backward();
      return [x.grad === first, first, first.version];
    },
    `
    x = leaf([1, 2])
    (x * 2).sum().backward()
    first = x.grad
    (x * 3).sum().backward()
    return [x.grad is first, first, first._version]`,
  ),
  row(
    "a saved result that was overwritten is noticed, with its node and both versions",
    () => {
      const y = leaf([1, 2]).exp();
      const z = y.sum();
      y.add_(1);
      return ["output 0 of Exp", "is at version 1; expected version 0", modified].map((text) =>
        refused(text, () => z.backward(undefined, { retainGraph: true })),
      );
    },
    `
    y = leaf([1, 2]).exp()
    z = y.sum()
    y.add_(1)
    return [refused(text, lambda: z.backward(retain_graph=True)) for text in [
        "output 0 of Exp", "is at version 1; expected version 0", "has been modified by an inplace operation"]]`,
  ),
  row(
    "a saved input that was overwritten under noGrad is noticed",
    () => {
      const [x, w] = [leaf([1, 2]), leaf([3, 4])];
      const y = x.mul(w).sum();
      noGrad(() => w.add_(1));
      return refused(modified, () => y.backward());
    },
    `
    x, w = leaf([1, 2]), leaf([3, 4])
    y = (x * w).sum()
    with no_grad(): w.add_(1)
    return refused("has been modified by an inplace operation", lambda: y.backward())`,
  ),
  row(
    "through a detached view of it too",
    () => {
      const y = leaf([1, 2]).exp();
      const z = y.sum();
      y.detach().at(0).zero_();
      return refused(modified, () => z.backward());
    },
    `
    y = leaf([1, 2]).exp()
    z = y.sum()
    y.detach()[0].zero_()
    return refused("has been modified by an inplace operation", lambda: z.backward())`,
  ),
  row(
    "a tensor times itself in place is refused in backward",
    () => {
      const p = leaf([3]).mul(1);
      p.mul_(p);
      return refused(modified, () => p.backward());
    },
    `
    p = leaf([3]) * 1
    p.mul_(p)
    return refused("has been modified by an inplace operation", lambda: p.backward())`,
  ),
  row(
    "a refused write does not count",
    () => {
      const x = leaf([1, 2]);
      const wide = ones(1).expand([3]);
      return [
        refused("a leaf Variable that requires grad", () => x.add_(1)),
        x.version,
        refused("refers to a single memory location", () => wide.add_(1)),
        wide,
      ];
    },
    `
    x = leaf([1, 2])
    wide = torch.ones(1).expand(3)
    return [refused("a leaf Variable that requires grad", lambda: x.add_(1)), x._version,
        refused("refers to a single memory location", lambda: wide.add_(1)), wide]`,
  ),
];
