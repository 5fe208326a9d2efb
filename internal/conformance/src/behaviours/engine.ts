/** Order of execution, and passes inside of passes. */
import type { Tensor } from "@ag/tensor";
import { backward, define, enableGrad, grad, isGradEnabled } from "./api.ts";
import { type Behaviour, leaf, plain, refused, row } from "./table.ts";

/** A copy whose backward says its name. */
const tell = (log: unknown[], name: string): ((...args: unknown[]) => Tensor) =>
  define(
    (_, x) => x.mul(1),
    (_, g) => {
      log.push(name);
      return g;
    },
  );

const pythonTell = `
def tell(log, name):
    return define(lambda ctx, x: x * 1, lambda ctx, g: log.append(name) or g)
`;

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

export const engine: readonly Behaviour[] = [
  row(
    "the youngest node runs first among those that are ready",
    () => {
      const log: unknown[] = [];
      const x = leaf([1]);
      const [a, b, c] = [tell(log, "a")(x), tell(log, "b")(x), tell(log, "c")(x)];
      c.add(a).add(b).backward();
      return log;
    },
    `${pythonTell}
log, x = [], leaf([1])
a, b, c = tell(log, "a")(x), tell(log, "b")(x), tell(log, "c")(x)
(c + a + b).backward()
return log`,
  ),
  row(
    "a node waits for all that it gets",
    () => {
      const log: unknown[] = [];
      const x = leaf([1]);
      const h = tell(log, "h")(x);
      const long = tell(log, "2")(tell(log, "1")(h));
      tell(log, "short")(h).add(long).backward();
      return [log, x.grad];
    },
    `${pythonTell}
log, x = [], leaf([1])
h = tell(log, "h")(x)
long = tell(log, "2")(tell(log, "1")(h))
(tell(log, "short")(h) + long).backward()
return [log, x.grad]`,
  ),
  row(
    "leaves are filled as soon as their gradient is whole",
    () => {
      const log: unknown[] = [];
      const [x, y] = [leaf([1]), leaf([2])];
      const see = define(
        (_, a, b) => a.add(b),
        (_, g) => {
          log.push([x.grad !== null, y.grad !== null]);
          return [g, g];
        },
      );
      see(see(x, plain([1])), see(y, y)).backward();
      return [log, y.grad];
    },
    `
    log = []
    x, y = leaf([1]), leaf([2])
    def backward(ctx, g):
        log.append([x.grad is not None, y.grad is not None])
        return g, g
    see = define(lambda ctx, a, b: a + b, backward)
    see(see(x, plain([1])), see(y, y)).backward()
    return [log, y.grad]`,
  ),
  row(
    "nodes on no way to the wanted inputs do not run",
    () => {
      const log: unknown[] = [];
      const [x, y] = [leaf([1]), leaf([2])];
      const z = tell(log, "x")(x).mul(tell(log, "y")(y));
      grad(z, x);
      return log;
    },
    `${pythonTell}
log, x, y = [], leaf([1]), leaf([2])
z = tell(log, "x")(x) * tell(log, "y")(y)
grad(z, x)
return log`,
  ),
  row(
    "a wanted result's own node does not run",
    () => {
      const log: unknown[] = [];
      const h = tell(log, "h")(leaf([1]));
      const [g] = grad(tell(log, "z")(h).mul(3), h);
      return [log, g];
    },
    `${pythonTell}
log = []
h = tell(log, "h")(leaf([1]))
g, = grad(tell(log, "z")(h) * 3, h)
return [log, g]`,
  ),
  row(
    "a node whose results got no gradient does run when it is asked with zeros",
    () => {
      const seen: unknown[] = [];
      const two = define(
        (_, x) => [x.mul(1), x.mul(2)],
        (_, a, b) => {
          seen.push([a!, b!]);
          return a!.add(b!);
        },
      );
      const x = leaf([1, 2]);
      two(x)[1]!.sum().backward();
      return [seen, x.grad];
    },
    `
    seen = []
    two = define(lambda ctx, x: (x * 1, x * 2), lambda ctx, a, b: seen.append([a, b]) or a + b)
    x = leaf([1, 2])
    two(x)[1].sum().backward()
    return [seen, x.grad]`,
  ),
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
          ctx["x"] = x.detach().sub(1).requiresGrad_();
          return x.sub(1);
        },
        (ctx, g) => {
          const x = ctx["x"] as Tensor;
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
          ctx["x"] = x.detach().sub(1).requiresGrad_();
          return x.sub(1);
        },
        (ctx, g) => {
          const x = ctx["x"] as Tensor;
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
  row(
    "a backward records only when it is asked to",
    () => {
      const seen: unknown[] = [];
      const f = define(
        (_, x) => x.mul(1),
        (_, g) => {
          seen.push([isGradEnabled(), g.mul(2).requiresGrad]);
          return g;
        },
      );
      const x = leaf([1]);
      grad(f(x), x);
      grad(f(x), x, { createGraph: true });
      return seen;
    },
    `
    seen = []
    f = define(lambda ctx, x: x * 1, lambda ctx, g: seen.append([torch.is_grad_enabled(), (g * 2).requires_grad]) or g)
    x = leaf([1])
    grad(f(x), x)
    grad(f(x), x, create_graph=True)
    return seen`,
  ),
  row(
    "an error in a backward goes through as it was thrown",
    () => {
      const f = define(
        (_, x) => x.mul(1),
        () => {
          throw new RangeError("my own words");
        },
      );
      const y = f(leaf([1]));
      return [refused("my own words", () => y.backward()), isGradEnabled()];
    },
    `
    def fail(ctx, g): raise ValueError("my own words")
    y = define(lambda ctx, x: x * 1, fail)(leaf([1]))
    return [refused("my own words", lambda: y.backward()), torch.is_grad_enabled()]`,
  ),
];
