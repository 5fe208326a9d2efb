/** Hooks on tensors that are written, that others run, or that go wrong. */
import { ones, slice } from "@ag/tensor";
import { enableGrad, grad, noGrad } from "./api.ts";
import { type Behaviour, leaf, leaf64, refused, row } from "./table.ts";

export const tensorHooksHistory: readonly Behaviour[] = [
  row(
    "a hook that gives another shape is refused",
    () => {
      const x = leaf([1, 2]);
      x.registerHook(() => ones(3));
      return refused("", () => x.sum().backward());
    },
    `
    x = leaf([1, 2])
    x.register_hook(lambda g: torch.ones(3))
    return refused("", lambda: x.sum().backward())`,
  ),
  row(
    "a hook that gives no tensor is refused",
    () => {
      const x = leaf([1, 2]);
      x.registerHook(() => 3);
      return refused("", () => x.sum().backward());
    },
    `
    x = leaf([1, 2])
    x.register_hook(lambda g: 3)
    return refused("", lambda: x.sum().backward())`,
  ),
  row(
    "an error in a hook ends the pass",
    () => {
      const x = leaf([1, 2]);
      const handle = x.registerHook(() => {
        throw new Error("mine");
      });
      const first = refused("mine", () => x.sum().backward());
      handle.remove();
      x.sum().backward();
      return [first, x.grad];
    },
    `
    x = leaf([1, 2])
    def fail(g): raise ValueError("mine")
    handle = x.register_hook(fail)
    first = refused("mine", lambda: x.sum().backward())
    handle.remove()
    x.sum().backward()
    return [first, x.grad]`,
  ),
  row(
    "a hook is of the history that was there: a later write has its own",
    () => {
      const log: unknown[] = [];
      const x = leaf([1]);
      const y = x.mul(2);
      y.registerHook((g) => void log.push(["before", g.clone()]));
      y.mul_(5);
      y.registerHook((g) => void log.push(["after", g.clone()]));
      y.backward();
      return [log, x.grad];
    },
    `
    log, x = [], leaf([1])
    y = x * 2
    y.register_hook(lambda g: log.append(["before", g.clone()]))
    y.mul_(5)
    y.register_hook(lambda g: log.append(["after", g.clone()]))
    y.backward()
    return [log, x.grad]`,
  ),
  row(
    "a hook of a base before a view of it is written",
    () => {
      const log: unknown[] = [];
      const x = leaf([1, 2]);
      const y = x.mul(2);
      y.registerHook((g) => void log.push(["before", g.clone()]));
      y.at(slice(0, 1)).mul_(5);
      y.registerHook((g) => void log.push(["after", g.clone()]));
      y.sum().backward();
      return [log, x.grad];
    },
    `
    log, x = [], leaf([1, 2])
    y = x * 2
    y.register_hook(lambda g: log.append(["before", g.clone()]))
    y[0:1].mul_(5)
    y.register_hook(lambda g: log.append(["after", g.clone()]))
    y.sum().backward()
    return [log, x.grad]`,
  ),
  row(
    "a hook of a view that is written afterwards",
    () => {
      const log: unknown[] = [];
      const x = leaf([1, 2]);
      const y = x.mul(2);
      const v = y.at(slice(0, 1));
      v.registerHook((g) => void log.push(["before", g.clone()]));
      v.mul_(5);
      v.registerHook((g) => void log.push(["after", g.clone()]));
      v.mul(3).sum().backward();
      return [log, x.grad];
    },
    `
    log, x = [], leaf([1, 2])
    y = x * 2
    v = y[0:1]
    v.register_hook(lambda g: log.append(["before", g.clone()]))
    v.mul_(5)
    v.register_hook(lambda g: log.append(["after", g.clone()]))
    (v * 3).sum().backward()
    return [log, x.grad]`,
  ),
  row(
    "hooks of a result run before those of its leaves",
    () => {
      const log: unknown[] = [];
      const x = leaf([2]);
      const y = noGrad(() => leaf([1]).mul(1)).requiresGrad_();
      y.registerHook(() => void log.push("leaf"));
      const z = y.mul(x);
      z.registerHook(() => void log.push("result"));
      z.backward();
      return log;
    },
    `
    log, x = [], leaf([2])
    with no_grad(): y = leaf([1]) * 1
    y.requires_grad_()
    y.register_hook(lambda g: log.append("leaf"))
    z = y * x
    z.register_hook(lambda g: log.append("result"))
    z.backward()
    return log`,
  ),
  row(
    "hooks see recorded gradients when the pass is recorded",
    () => {
      const seen: unknown[] = [];
      const x = leaf64([2]);
      const y = x.mul(x);
      y.registerHook((g) => {
        seen.push(g.requiresGrad);
        return g.mul(x);
      });
      const [g] = grad(y.mul(x), x, { createGraph: true });
      const [second] = grad(g!, x);
      return [seen, g, second];
    },
    `
    seen = []
    x = leaf64([2])
    y = x * x
    def hook(g):
        seen.append(g.requires_grad)
        return g * x
    y.register_hook(hook)
    g, = grad(y * x, x, create_graph=True)
    second, = grad(g, x)
    return [seen, g, second]`,
  ),
  row(
    "a hook is not called when nothing arrives",
    () => {
      const log: unknown[] = [];
      const [x, z] = [leaf([1]), leaf([1])];
      z.registerHook(() => void log.push("z"));
      const y = z.mul(2);
      y.registerHook(() => void log.push("y"));
      x.mul(2).backward();
      return log;
    },
    `
    log, x, z = [], leaf([1]), leaf([1])
    z.register_hook(lambda g: log.append("z"))
    y = z * 2
    y.register_hook(lambda g: log.append("y"))
    (x * 2).backward()
    return log`,
  ),
  row(
    "a hook on one of several results of a node",
    () => {
      const x = leaf([1, 2, 3]);
      const [a, b] = x.mul(1).split(2) as [typeof x, typeof x];
      a.registerHook((g) => g.mul(10));
      a.sum().add(b.sum()).backward();
      return x.grad;
    },
    `
    x = leaf([1, 2, 3])
    a, b = (x * 1).split(2)
    a.register_hook(lambda g: g * 10)
    (a.sum() + b.sum()).backward()
    return x.grad`,
  ),
  row(
    "a hook may run a pass of its own",
    () => {
      const [x, w] = [leaf([2]), leaf([3])];
      x.registerHook(() => enableGrad(() => w.mul(w).backward()));
      x.mul(5).backward();
      return [x.grad, w.grad];
    },
    `
    x, w = leaf([2]), leaf([3])
    def hook(g):
        with enable_grad(): (w * w).backward()
    x.register_hook(hook)
    (x * 5).backward()
    return [x.grad, w.grad]`,
  ),
];
