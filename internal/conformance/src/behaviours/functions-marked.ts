/** Custom functions that mark what they give, or keep it. */
import { type Tensor, zeros } from "@ag/tensor";
import { define, grad } from "./api.ts";
import { type Behaviour, leaf, leaf64, nodeName, refused, row } from "./table.ts";

export const markedFunctions: readonly Behaviour[] = [
  row(
    "results that are marked have no gradient",
    () => {
      const f = define(
        (ctx, x) => {
          const [a, b] = [x.mul(2), x.floor()];
          ctx.markNonDifferentiable(b);
          return [a, b];
        },
        (_, a, b) => a!.mul(2).add(b!.mul(100)),
      );
      const x = leaf([1.5]);
      const [a, b] = f(x) as [Tensor, Tensor];
      a.add(b).backward();
      return [a.requiresGrad, b.requiresGrad, nodeName(b), x.grad];
    },
    `
    def forward(ctx, x):
        a, b = x * 2, x.floor()
        ctx.mark_non_differentiable(b)
        return a, b
    x = leaf([1.5])
    a, b = define(forward, lambda ctx, a, b: a * 2 + b * 100)(x)
    (a + b).backward()
    return [a.requires_grad, b.requires_grad, node_name(b), x.grad]`,
  ),
  row(
    "a marked input that is handed through is a result without history",
    () => {
      const f = define(
        (ctx, x) => {
          ctx.markNonDifferentiable(x);
          return x;
        },
        (_, g) => g,
      );
      const x = leaf([1]);
      const y = f(x);
      return [y.requiresGrad, x.requiresGrad];
    },
    `
    f = define(lambda ctx, x: ctx.mark_non_differentiable(x) or x, lambda ctx, g: g)
    x = leaf([1])
    y = f(x)
    return [y.requires_grad, x.requires_grad]`,
  ),
  row(
    "results that got no gradient give zeros, or null when so set",
    () =>
      [true, false].map((on) => {
        const seen: unknown[] = [];
        const f = define(
          (ctx, x) => {
            ctx.setMaterializeGrads(on);
            return [x.mul(1), x.mul(2)];
          },
          (_, ...grads) => {
            seen.push([...grads]);
            return grads[1]!;
          },
        );
        f(leaf([1, 2]))[1]!
          .sum()
          .backward();
        return seen;
      }),
    `
    found = []
    for on in [True, False]:
        seen = []
        f = define(lambda ctx, x: ctx.set_materialize_grads(on) or (x * 1, x * 2), lambda ctx, *g: seen.append(list(g)) or g[1])
        f(leaf([1, 2]))[1].sum().backward()
        found.append(seen)
    return found`,
  ),
  row(
    "zeros for a marked result of whole numbers",
    () => {
      const seen: unknown[] = [];
      const f = define(
        (ctx, x) => {
          const index = x.argmax();
          ctx.markNonDifferentiable(index);
          return [x.mul(2), index];
        },
        (_, a, b) => {
          seen.push(b!.dtype === "int64", b!);
          return a!;
        },
      );
      f(leaf([1, 2]))[0]!
        .sum()
        .backward();
      return seen;
    },
    `
    seen = []
    def forward(ctx, x):
        index = x.argmax()
        ctx.mark_non_differentiable(index)
        return x * 2, index
    define(forward, lambda ctx, a, b: seen.extend([b.dtype == torch.int64, b]) or a)(leaf([1, 2]))[0].sum().backward()
    return seen`,
  ),
  row(
    "a function inside of a function",
    () => {
      const inner = define(
        (_, x) => x.mul(2),
        (_, g) => g.mul(1000),
      );
      const outer = define(
        (_, x) => inner(x).mul(3),
        (_, g) => g.mul(6),
      );
      const x = leaf([1]);
      const y = outer(x);
      y.backward();
      return [y, nodeName(y), x.grad];
    },
    `
    inner = define(lambda ctx, x: x * 2, lambda ctx, g: g * 1000)
    outer = define(lambda ctx, x: inner(x) * 3, lambda ctx, g: g * 6)
    x = leaf([1])
    y = outer(x)
    y.backward()
    return [y, node_name(y), x.grad]`,
  ),
  row(
    "a tensor made in a forward that requires grad is given as a result of the function",
    () => {
      const f = define(
        (_, x) => zeros([1], { requiresGrad: true }).add(x.detach()),
        (_, g) => g.mul(4),
      );
      const x = leaf([1]);
      const y = f(x);
      y.backward();
      return [nodeName(y), x.grad];
    },
    `
    f = define(lambda ctx, x: torch.zeros(1, requires_grad=True) + x.detach(), lambda ctx, g: g * 4)
    x = leaf([1])
    y = f(x)
    y.backward()
    return [node_name(y), x.grad]`,
  ),
  row(
    "a result that the forward keeps and writes later",
    () => {
      const kept: Tensor[] = [];
      const f = define(
        (ctx, x) => {
          const out = x.exp();
          ctx.saveForBackward(out);
          kept.push(out);
          return out;
        },
        (ctx, g) => g.mul(ctx.savedTensors[0]!),
      );
      const y = f(leaf([0]));
      kept[0]!.detach().add_(1);
      return refused("has been modified by an inplace operation", () => y.backward());
    },
    `
    kept = []
    def forward(ctx, x):
        out = x.exp()
        ctx.save_for_backward(out)
        kept.append(out)
        return out
    y = define(forward, lambda ctx, g: g * ctx.saved_tensors[0])(leaf([0]))
    kept[0].detach().add_(1)
    return refused("has been modified by an inplace operation", lambda: y.backward())`,
  ),
  row(
    "second derivatives through a saved result of a function",
    () => {
      const f = define(
        (ctx, x) => {
          const out = x.exp();
          ctx.saveForBackward(out);
          return out;
        },
        (ctx, g) => g.mul(ctx.savedTensors[0]!),
      );
      const x = leaf64([0.5]);
      const [g] = grad(f(x), x, { createGraph: true });
      const [h] = grad(g!, x, { createGraph: true });
      return [g, h, grad(h!, x)];
    },
    `
    def forward(ctx, x):
        out = x.exp()
        ctx.save_for_backward(out)
        return out
    x = leaf64([0.5])
    g, = grad(define(forward, lambda ctx, g: g * ctx.saved_tensors[0])(x), x, create_graph=True)
    h, = grad(g, x, create_graph=True)
    return [g, h, grad(h, x)]`,
  ),
];
