/** Passes inside of passes. */
import type { Tensor } from "@ag/tensor";
import { backward, define, enableGrad, grad } from "./api.ts";
import { type Behaviour, leaf, plain, refused, row } from "./table.ts";

/** Squares; its backward runs another backward for the same. */
const reentrant = (inner: (x: Tensor, g: Tensor) => Tensor): ((...args: unknown[]) => Tensor) =>
  define(
    (ctx, x) => {
      ctx.saveForBackward(x);
      return x.mul(x);
    },
    (ctx, g) => {
      const x = ctx.savedTensors[0]!.detach().requiresGrad_();
      return enableGrad(() => inner(x, g));
    },
  );

const pythonReentrant = `
def reentrant(inner):
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x
    def backward(ctx, g):
        x = ctx.saved_tensors[0].detach().requires_grad_()
        with enable_grad(): return inner(x, g)
    return define(forward, backward)
`;

export const reentrance: readonly Behaviour[] = [
  row(
    "a backward inside of a backward",
    () => {
      const f = reentrant((x, g) => {
        x.mul(x).backward(g);
        return x.grad!;
      });
      const x = leaf([3]);
      f(x.mul(2)).backward();
      return x.grad;
    },
    `${pythonReentrant}
def inner(x, g):
    (x * x).backward(g)
    return x.grad
x = leaf([3])
reentrant(inner)(x * 2).backward()
return x.grad`,
  ),
  row(
    "grad of a leaf that the outer pass is filling too",
    () => {
      const w = leaf([3]);
      const f = define(
        (_, x) => x.mul(1),
        (_, g) => g.mul(enableGrad(() => grad(w.mul(w).sum(), [w]))[0]!),
      );
      const x = leaf([2]);
      f(x.mul(w)).sum().backward();
      return [w.grad, x.grad];
    },
    `
    w = leaf([3])
    def inner(ctx, g):
        with enable_grad(): gw, = grad((w * w).sum(), [w])
        return g * gw
    x = leaf([2])
    define(lambda ctx, x: x * 1, inner)(x * w).sum().backward()
    return [w.grad, x.grad]`,
  ),
  row(
    "a backward into a leaf that the outer pass is filling too",
    () => {
      const w = leaf([3]);
      const f = define(
        (_, x) => x.mul(1),
        (_, g) => {
          enableGrad(() => w.mul(w).sum().backward());
          return g;
        },
      );
      const x = leaf([2]);
      f(x.mul(w)).sum().backward();
      return [w.grad, x.grad];
    },
    `
    w = leaf([3])
    def inner(ctx, g):
        with enable_grad(): (w * w).sum().backward()
        return g
    x = leaf([2])
    define(lambda ctx, x: x * 1, inner)(x * w).sum().backward()
    return [w.grad, x.grad]`,
  ),
  row(
    "an inner pass through nodes at which gradients of the outer one wait",
    () => {
      const [x, w] = [leaf([3]), leaf([2])];
      const shared = w.mul(7);
      const f = define(
        (_, x) => x.mul(2),
        (_, g) => {
          for (let i = 0; i < 2; i++) enableGrad(() => backward(shared.mul(3), null, { retainGraph: true }));
          return g.mul(2);
        },
      );
      f(x).add(shared.mul(5)).backward();
      return [x.grad, w.grad];
    },
    `
    x, w = leaf([3]), leaf([2])
    shared = w * 7
    def inner(ctx, g):
        for i in range(2):
            with enable_grad(): torch.autograd.backward(shared * 3, retain_graph=True)
        return g * 2
    (define(lambda ctx, x: x * 2, inner)(x) + shared * 5).backward()
    return [x.grad, w.grad]`,
  ),
  row(
    "an error of an inner pass ends the outer one, and the next pass is well",
    () => {
      const f = reentrant((x) => {
        x.mul(plain([1, 2])).backward();
        return x;
      });
      const x = leaf([3]);
      const y = f(x.mul(2));
      const first = refused("grad can be implicitly created only for scalar outputs", () => y.backward());
      x.mul(x).backward();
      return [first, x.grad];
    },
    `${pythonReentrant}
def inner(x, g):
    (x * plain([1, 2])).backward()
    return x
x = leaf([3])
y = reentrant(inner)(x * 2)
first = refused("grad can be implicitly created only for scalar outputs", lambda: y.backward())
(x * x).backward()
return [first, x.grad]`,
  ),
  row(
    "passes inside of passes, a hundred deep",
    () => {
      const deep: (...args: unknown[]) => Tensor = define(
        (ctx, x) => {
          ctx.x = x.detach().sub(1).requiresGrad_();
          return x.sub(1);
        },
        (ctx, g) => {
          const x = ctx.x as Tensor;
          if (x.item() < 0) return g;
          enableGrad(() => deep(x).backward());
          return g;
        },
      );
      const x = leaf(100);
      deep(x).backward();
      return x.grad;
    },
    `
    def forward(ctx, x):
        ctx.x = (x.detach() - 1).requires_grad_()
        return x - 1
    def backward(ctx, g):
        if ctx.x.item() < 0: return g
        with enable_grad(): deep(ctx.x).backward()
        return g
    deep = define(forward, backward)
    x = leaf(100)
    deep(x).backward()
    return x.grad`,
  ),
  row(
    "passes inside of passes, two thousand deep",
    () => {
      const deep: (...args: unknown[]) => Tensor = define(
        (ctx, x) => {
          ctx.x = x.detach().sub(1).requiresGrad_();
          return x.sub(1);
        },
        (ctx, g) => {
          const x = ctx.x as Tensor;
          if (x.item() >= 0) enableGrad(() => deep(x).backward());
          return g;
        },
      );
      const x = leaf(2000);
      deep(x).backward();
      return x.grad;
    },
    `
    def forward(ctx, x):
        ctx.x = (x.detach() - 1).requires_grad_()
        return x - 1
    def backward(ctx, g):
        if ctx.x.item() >= 0:
            with enable_grad(): deep(ctx.x).backward()
        return g
    deep = define(forward, backward)
    x = leaf(2000)
    deep(x).backward()
    return x.grad`,
  ),
];
