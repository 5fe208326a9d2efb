/** Custom functions that write, or hand their inputs through. */
import type { Tensor } from "@ag/tensor";
import { define } from "./api.ts";
import { type Behaviour, leaf, nodeName, plain, refused, row } from "./table.ts";

export const writingFunctions: readonly Behaviour[] = [
  row(
    "a dirty input is written, and comes back as the same tensor",
    () => {
      const f = define(
        (ctx, x) => {
          ctx.markDirty(x);
          return x.mul_(3);
        },
        (_, g) => g.mul(3),
      );
      const x = leaf([1, 2]);
      const y = x.mul(2);
      const out = f(y);
      out.sum().backward();
      return [out === y, y, nodeName(y), y.version, x.grad];
    },
    `
    f = define(lambda ctx, x: ctx.mark_dirty(x) or x.mul_(3), lambda ctx, g: g * 3)
    x = leaf([1, 2])
    y = x * 2
    out = f(y)
    out.sum().backward()
    return [out is y, y, node_name(y), y._version, x.grad]`,
  ),
  row(
    "a dirty leaf that requires grad is refused",
    () => {
      const f = define(
        (ctx, x) => {
          ctx.markDirty(x);
          return x.mul_(3);
        },
        (_, g) => g.mul(3),
      );
      return refused("a leaf Variable that requires grad", () => f(leaf([1])));
    },
    `
    f = define(lambda ctx, x: ctx.mark_dirty(x) or x.mul_(3), lambda ctx, g: g * 3)
    return refused("a leaf Variable that requires grad", lambda: f(leaf([1])))`,
  ),
  row(
    "a dirty plain input beside a tracked one becomes a result",
    () => {
      const f = define(
        (ctx, x, w) => {
          ctx.markDirty(x);
          return x.mul_(w);
        },
        (_, g) => [null, g.mul(7)],
      );
      const [x, w] = [plain([2]), leaf([3])];
      const y = f(x, w);
      y.backward();
      return [y === x, x.requiresGrad, x.isLeaf, w.grad];
    },
    `
    f = define(lambda ctx, x, w: ctx.mark_dirty(x) or x.mul_(w), lambda ctx, g: (None, g * 7))
    x, w = plain([2]), leaf([3])
    y = f(x, w)
    y.backward()
    return [y is x, x.requires_grad, x.is_leaf, w.grad]`,
  ),
  row(
    "a dirty view: its base follows",
    () => {
      const f = define(
        (ctx, x) => {
          ctx.markDirty(x);
          return x.mul_(3);
        },
        (_, g) => g.mul(3),
      );
      const x = leaf([1, 2]);
      const y = x.mul(2);
      f(y.at(0));
      y.sum().backward();
      return [y, nodeName(y), x.grad];
    },
    `
    f = define(lambda ctx, x: ctx.mark_dirty(x) or x.mul_(3), lambda ctx, g: g * 3)
    x = leaf([1, 2])
    y = x * 2
    f(y[0])
    y.sum().backward()
    return [y, node_name(y), x.grad]`,
  ),
  row(
    "a dirty input that is not returned is refused",
    () => {
      const f = define(
        (ctx, x) => {
          ctx.markDirty(x);
          x.mul_(3);
          return x.clone();
        },
        (_, g) => g.mul(3),
      );
      return refused("", () => f(leaf([1]).mul(1)));
    },
    `
    def forward(ctx, x):
        ctx.mark_dirty(x)
        x.mul_(3)
        return x.clone()
    return refused("", lambda: define(forward, lambda ctx, g: g * 3)(leaf([1]) * 1))`,
  ),
  row(
    "an input that is handed through is another tensor with its own node",
    () => {
      const f = define(
        (_, x) => x,
        (_, g) => g.mul(5),
      );
      const x = leaf([1]);
      const y = f(x);
      y.mul(2).backward();
      return [y === x, nodeName(y), y.isLeaf, x.grad];
    },
    `
    f = define(lambda ctx, x: x, lambda ctx, g: g * 5)
    x = leaf([1])
    y = f(x)
    (y * 2).backward()
    return [y is x, node_name(y), y.is_leaf, x.grad]`,
  ),
  row(
    "an untracked input that is handed through",
    () => {
      const f = define(
        (_, x) => x,
        (_, g) => g,
      );
      const x = plain([1]);
      const y = f(x);
      return [y === x, y.requiresGrad, nodeName(y)];
    },
    `
    f = define(lambda ctx, x: x, lambda ctx, g: g)
    x = plain([1])
    y = f(x)
    return [y is x, y.requires_grad, node_name(y)]`,
  ),
  row(
    "the same result twice",
    () => {
      const f = define(
        (_, x) => {
          const y = x.mul(2);
          return [y, y];
        },
        (_, a, b) => a!.mul(2).add(b!.mul(20)),
      );
      const x = leaf([1]);
      const [a, b] = f(x) as [Tensor, Tensor];
      a.add(b.mul(100)).backward();
      return [a === b, x.grad];
    },
    `
    def forward(ctx, x):
        y = x * 2
        return y, y
    x = leaf([1])
    a, b = define(forward, lambda ctx, a, b: a * 2 + b * 20)(x)
    (a + b * 100).backward()
    return [a is b, x.grad]`,
  ),
];
