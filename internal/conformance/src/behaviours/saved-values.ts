/** What is saved, and may change because it is not. */
import { slice } from "@ag/tensor";
import { define, grad, noGrad } from "./api.ts";
import { type Behaviour, leaf, plain, refused, row } from "./table.ts";

const modified = "has been modified by an inplace operation";

export const savedValues: readonly Behaviour[] = [
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
          ctx.x = x;
          return x.mul(x);
        },
        (ctx, g) => g.mul(ctx.x as typeof g).mul(2),
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
];
