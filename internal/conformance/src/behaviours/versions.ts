/** Versions, and what was saved. */
import { ones, slice } from "@ag/tensor";
import { define, grad, noGrad } from "./api.ts";
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
    "a node that saves nothing does not mind",
    () => {
      const x = leaf([1, 2]);
      const y = x.mul(1);
      const z = y.add(1).neg().sum();
      y.mul_(100);
      z.backward();
      return x.grad;
    },
    `
    x = leaf([1, 2])
    y = x * 1
    z = (y + 1).neg().sum()
    y.mul_(100)
    z.backward()
    return x.grad`,
  ),
  row(
    "only what a needed gradient reads is saved",
    () => {
      const [x, w] = [plain([1, 2]), leaf([3, 4])];
      const y = x.mul(w).sum();
      noGrad(() => w.mul_(2));
      y.backward();
      return w.grad;
    },
    `
    x, w = plain([1, 2]), leaf([3, 4])
    y = (x * w).sum()
    with no_grad(): w.mul_(2)
    y.backward()
    return w.grad`,
  ),
  row(
    "a saved tensor that is a constant counts too",
    () => {
      const [x, c] = [leaf([1, 2]), plain([3, 4])];
      const y = x.mul(c).sum();
      c.add_(1);
      return refused(modified, () => y.backward());
    },
    `
    x, c = leaf([1, 2]), plain([3, 4])
    y = (x * c).sum()
    c.add_(1)
    return refused("has been modified by an inplace operation", lambda: y.backward())`,
  ),
  row(
    "a write to one half of a storage is a write to the other",
    () => {
      const base = leaf([1, 2, 3, 4]).mul(1).detach();
      const x = leaf([1, 2]);
      const y = x.mul(base.at(slice(0, 2))).sum();
      base.at(slice(2)).zero_();
      return refused(modified, () => y.backward());
    },
    `
    base = (leaf([1, 2, 3, 4]) * 1).detach()
    x = leaf([1, 2])
    y = (x * base[:2]).sum()
    base[2:].zero_()
    return refused("has been modified by an inplace operation", lambda: y.backward())`,
  ),
  row(
    "a saved index may not change",
    () => {
      const x = leaf([1, 2, 3]);
      const index = plain([0, 2]).long();
      const y = x.indexSelect(0, index).sum();
      index.zero_();
      return refused(modified, () => y.backward());
    },
    `
    x = leaf([1, 2, 3])
    index = plain([0, 2]).long()
    y = x.index_select(0, index).sum()
    index.zero_()
    return refused("has been modified by an inplace operation", lambda: y.backward())`,
  ),
  row(
    "indexing keeps no values: they may change",
    () => {
      const x = leaf([1, 2, 3]);
      const y = x.mul(1);
      const z = y.at(slice(1)).sum();
      noGrad(() => y.zero_());
      z.backward();
      return x.grad;
    },
    `
    x = leaf([1, 2, 3])
    y = x * 1
    z = y[1:].sum()
    with no_grad(): y.zero_()
    z.backward()
    return x.grad`,
  ),
  row(
    "a custom function's saved tensors are looked at when they are read",
    () => {
      const read: unknown[] = [];
      const f = define(
        (ctx, x) => {
          ctx.saveForBackward(x);
          return x.mul(2);
        },
        (ctx, g) => {
          read.push(refused(modified, () => ctx.savedTensors));
          return g;
        },
      );
      const x = leaf([1]);
      const y = x.mul(1);
      const z = f(y);
      y.add_(1);
      z.backward();
      return [read, x.grad];
    },
    `
    read = []
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * 2
    def backward(ctx, g):
        read.append(refused("has been modified by an inplace operation", lambda: ctx.saved_tensors))
        return g
    f = define(forward, backward)
    x = leaf([1])
    y = x * 1
    z = f(y)
    y.add_(1)
    z.backward()
    return [read, x.grad]`,
  ),
  row(
    "a custom function that keeps a tensor without saving it is not looked after",
    () => {
      const f = define(
        (ctx, x) => {
          ctx["x"] = x;
          return x.mul(x);
        },
        (ctx, g) => g.mul(ctx["x"] as typeof g).mul(2),
      );
      const y = leaf([3]).mul(1);
      const z = f(y);
      y.add_(1);
      return grad(z, [y], { allowUnused: true });
    },
    `
    def forward(ctx, x):
        ctx.x = x
        return x * x
    f = define(forward, lambda ctx, g: g * ctx.x * 2)
    y = leaf([3]) * 1
    z = f(y)
    y.add_(1)
    return grad(z, [y], allow_unused=True)`,
  ),
  row(
    "a leaf changed between forward and backward gives the old slope where nothing was saved",
    () => {
      const x = leaf([1, 2]);
      const y = x.add(x).sum();
      noGrad(() => x.zero_());
      y.backward();
      return [x, x.grad];
    },
    `
    x = leaf([1, 2])
    y = (x + x).sum()
    with no_grad(): x.zero_()
    y.backward()
    return [x, x.grad]`,
  ),
  row(
    "relu and sqrt read their result: the input may change",
    () => {
      const x = leaf([4, 9]);
      const y = x.mul(1);
      const z = y.sqrt().relu().sum();
      y.zero_();
      z.backward();
      return x.grad;
    },
    `
    x = leaf([4, 9])
    y = x * 1
    z = y.sqrt().relu().sum()
    y.zero_()
    z.backward()
    return x.grad`,
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
