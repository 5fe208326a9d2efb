/** Hooks on nodes, and the order of hooks. */
import { ones } from "@ag/tensor";
import { define, grad } from "./api.ts";
import { type Behaviour, leaf, plain, refused, row } from "./table.ts";

export const nodeHooks: readonly Behaviour[] = [
  row(
    "a node's hook sees what went in and what came out",
    () => {
      const seen: unknown[] = [];
      const [a, b] = [leaf([2]), leaf([3])];
      const y = a.mul(b);
      y.gradFn!.registerHook((gradInputs, gradOutputs) => void seen.push([[...gradInputs], [...gradOutputs]]));
      y.mul(5).backward();
      return seen;
    },
    `
    seen, a, b = [], leaf([2]), leaf([3])
    y = a * b
    y.grad_fn.register_hook(lambda gi, go: seen.append([list(gi), list(go)]))
    (y * 5).backward()
    return seen`,
  ),
  row(
    "it sees null where nothing is tracked",
    () => {
      const seen: unknown[] = [];
      const y = leaf([2]).mul(plain([3]));
      y.gradFn!.registerHook((gradInputs) => void seen.push([...gradInputs]));
      y.backward();
      return seen;
    },
    `
    seen = []
    y = leaf([2]) * plain([3])
    y.grad_fn.register_hook(lambda gi, go: seen.append(list(gi)))
    y.backward()
    return seen`,
  ),
  row(
    "what a node's hook returns takes the place of what it gives",
    () => {
      const [a, b] = [leaf([2]), leaf([3])];
      const y = a.mul(b);
      y.gradFn!.registerHook(([x, z]) => [x!.mul(10), z!.mul(100)]);
      y.backward();
      return [a.grad, b.grad];
    },
    `
    a, b = leaf([2]), leaf([3])
    y = a * b
    y.grad_fn.register_hook(lambda gi, go: (gi[0] * 10, gi[1] * 100))
    y.backward()
    return [a.grad, b.grad]`,
  ),
  row(
    "a node's pre-hook changes what the node gets",
    () => {
      const x = leaf([2]);
      const y = x.mul(x);
      y.gradFn!.registerPrehook(([g]) => [g!.mul(10)]);
      y.backward();
      return x.grad;
    },
    `
    x = leaf([2])
    y = x * x
    y.grad_fn.register_prehook(lambda go: (go[0] * 10,))
    y.backward()
    return x.grad`,
  ),
  row(
    "hooks of nodes that return the wrong number are refused",
    () => {
      const y = leaf([2]).mul(leaf([3]));
      const handle = y.gradFn!.registerHook(() => [ones(1)]);
      const first = refused("", () => y.backward(undefined, { retainGraph: true }));
      handle.remove();
      y.gradFn!.registerPrehook(() => [ones(1), ones(1)]);
      return [first, refused("", () => y.backward())];
    },
    `
    y = leaf([2]) * leaf([3])
    handle = y.grad_fn.register_hook(lambda gi, go: (torch.ones(1),))
    first = refused("", lambda: y.backward(retain_graph=True))
    handle.remove()
    y.grad_fn.register_prehook(lambda go: (torch.ones(1), torch.ones(1)))
    return [first, refused("", lambda: y.backward())]`,
  ),
  row(
    "removed hooks of a node do not run",
    () => {
      const log: unknown[] = [];
      const y = leaf([2]).mul(3);
      const [before, after] = [
        y.gradFn!.registerPrehook(() => void log.push("pre")),
        y.gradFn!.registerHook(() => void log.push("post")),
      ];
      y.backward(undefined, { retainGraph: true });
      before.remove();
      y.backward(undefined, { retainGraph: true });
      after.remove();
      y.backward();
      return log;
    },
    `
    log = []
    y = leaf([2]) * 3
    before = y.grad_fn.register_prehook(lambda go: log.append("pre"))
    after = y.grad_fn.register_hook(lambda gi, go: log.append("post"))
    y.backward(retain_graph=True)
    before.remove()
    y.backward(retain_graph=True)
    after.remove()
    y.backward()
    return log`,
  ),
  row(
    "the order at a result: tensor hooks, pre-hooks, the retained gradient, the node, its hooks",
    () => {
      const log: unknown[] = [];
      const f = define(
        (_, x) => x.mul(1),
        (_, g) => {
          log.push("node");
          return g;
        },
      );
      const y = f(leaf([1]));
      y.retainGrad();
      const filled = (): boolean => y.grad !== null;
      y.gradFn!.registerHook(() => void log.push(["post", filled()]));
      y.gradFn!.registerPrehook(() => void log.push(["pre", filled()]));
      y.registerHook(() => void log.push(["tensor", filled()]));
      y.backward();
      return [log, y.grad];
    },
    `
    log = []
    y = define(lambda ctx, x: x * 1, lambda ctx, g: log.append("node") or g)(leaf([1]))
    y.retain_grad()
    filled = lambda: y.grad is not None
    y.grad_fn.register_hook(lambda gi, go: log.append(["post", filled()]))
    y.grad_fn.register_prehook(lambda go: log.append(["pre", filled()]))
    y.register_hook(lambda g: log.append(["tensor", filled()]))
    y.backward()
    return [log, y.grad]`,
  ),
  row(
    "the retained gradient is the one that all tensor hooks have seen, whenever they came",
    () => {
      const x = leaf([1]);
      const y = x.mul(2);
      y.registerHook((g) => g.mul(10));
      y.retainGrad();
      y.registerHook((g) => g.mul(7));
      y.gradFn!.registerPrehook(([g]) => [g!.mul(3)]);
      y.backward();
      return [y.grad, x.grad];
    },
    `
    x = leaf([1])
    y = x * 2
    y.register_hook(lambda g: g * 10)
    y.retain_grad()
    y.register_hook(lambda g: g * 7)
    y.grad_fn.register_prehook(lambda go: (go[0] * 3,))
    y.backward()
    return [y.grad, x.grad]`,
  ),
  row(
    "the order at a leaf: tensor hooks, pre-hooks, accumulation, post-accumulate hooks, hooks of its node",
    () => {
      const log: unknown[] = [];
      const x = leaf([1]);
      const y = x.mul(2);
      const node = y.gradFn!.nextFunctions[0]![0]!;
      const has = (): boolean => x.grad !== null;
      node.registerHook(() => void log.push(["post", has()]));
      node.registerPrehook(() => void log.push(["pre", has()]));
      x.registerPostAccumulateGradHook(() => void log.push(["accumulated", has()]));
      x.registerHook(() => void log.push(["tensor", has()]));
      y.backward();
      return log;
    },
    `
    log, x = [], leaf([1])
    y = x * 2
    node = y.grad_fn.next_functions[0][0]
    has = lambda: x.grad is not None
    node.register_hook(lambda gi, go: log.append(["post", has()]))
    node.register_prehook(lambda go: log.append(["pre", has()]))
    x.register_post_accumulate_grad_hook(lambda x: log.append(["accumulated", has()]))
    x.register_hook(lambda g: log.append(["tensor", has()]))
    y.backward()
    return log`,
  ),
  row(
    "of the hooks of a wanted input only those of the tensor run with grad",
    () => {
      const log: unknown[] = [];
      const x = leaf([1]);
      const h = x.mul(2);
      h.registerHook(() => void log.push("tensor"));
      h.gradFn!.registerPrehook(() => void log.push("pre"));
      h.gradFn!.registerHook(() => void log.push("post"));
      grad(h.mul(3), h);
      return log;
    },
    `
    log, x = [], leaf([1])
    h = x * 2
    h.register_hook(lambda g: log.append("tensor"))
    h.grad_fn.register_prehook(lambda go: log.append("pre"))
    h.grad_fn.register_hook(lambda gi, go: log.append("post"))
    grad(h * 3, h)
    return log`,
  ),
  row(
    "a pre-hook of a wanted input's node does not change what grad gives",
    () => {
      const h = leaf([1]).mul(2);
      h.gradFn!.registerPrehook(([g]) => [g!.mul(100)]);
      return grad(h.mul(3), h);
    },
    `
    h = leaf([1]) * 2
    h.grad_fn.register_prehook(lambda go: (go[0] * 100,))
    return grad(h * 3, h)`,
  ),
];
