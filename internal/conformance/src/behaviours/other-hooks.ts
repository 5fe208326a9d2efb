/** Hooks of several tensors, and hooks of what is saved. */
import type { Tensor } from "@ag/tensor";
import { define, grad, noGrad, registerMultiGradHook, savedTensorsHooks } from "./api.ts";
import { type Behaviour, leaf, leaf64, plain, refused, row } from "./table.ts";

const same = (x: Tensor): Tensor => x;

export const multiGradHooks: readonly Behaviour[] = [
  row(
    "a hook of several tensors runs once, when all gradients are there",
    () => {
      const seen: unknown[] = [];
      const [a, b] = [leaf([1]), leaf([2])];
      registerMultiGradHook([a, b], (grads: Tensor[]) => void seen.push([...grads]));
      a.mul(b).backward();
      return seen;
    },
    `
    seen, a, b = [], leaf([1]), leaf([2])
    register_multi_grad_hook([a, b], lambda grads: seen.append(list(grads)))
    (a * b).backward()
    return seen`,
  ),
  row(
    "it gets null for a tensor that this pass does not reach",
    () => {
      const seen: unknown[] = [];
      const [a, b] = [leaf([1]), leaf([2])];
      registerMultiGradHook([a, b], (grads: (Tensor | null)[]) => void seen.push([...grads]));
      a.mul(2).backward();
      b.mul(3).backward();
      a.mul(b).backward();
      return seen;
    },
    `
    seen, a, b = [], leaf([1]), leaf([2])
    register_multi_grad_hook([a, b], lambda grads: seen.append(list(grads)))
    (a * 2).backward()
    (b * 3).backward()
    (a * b).backward()
    return seen`,
  ),
  row(
    "with any it runs once a pass, for the first that comes",
    () => {
      const seen: unknown[] = [];
      const [a, b] = [leaf([1]), leaf([2])];
      registerMultiGradHook([a, b], (g: Tensor) => void seen.push(g.clone()), { mode: "any" });
      const y = b.mul(a.mul(5));
      y.backward(undefined, { retainGraph: true });
      y.backward();
      return seen;
    },
    `
    seen, a, b = [], leaf([1]), leaf([2])
    register_multi_grad_hook([a, b], lambda g: seen.append(g.clone()), mode="any")
    y = b * (a * 5)
    y.backward(retain_graph=True)
    y.backward()
    return seen`,
  ),
  row(
    "a removed hook of several tensors does not run",
    () => {
      let count = 0;
      const [a, b] = [leaf([1]), leaf([2])];
      const handle = registerMultiGradHook([a, b], () => void count++);
      a.mul(b).backward();
      handle.remove();
      a.mul(b).backward();
      return count;
    },
    `
    count, a, b = [], leaf([1]), leaf([2])
    handle = register_multi_grad_hook([a, b], lambda grads: count.append(1))
    (a * b).backward()
    handle.remove()
    (a * b).backward()
    return len(count)`,
  ),
  row(
    "its tensors require grad, and its mode is one of two",
    () => {
      const x = leaf([1]);
      return [
        refused("", () => registerMultiGradHook([x, plain([1])], () => {})),
        refused("", () => registerMultiGradHook([x], () => {}, { mode: "some" as never })),
      ];
    },
    `
    x = leaf([1])
    return [refused("", lambda: register_multi_grad_hook([x, plain([1])], lambda g: None)),
        refused("", lambda: register_multi_grad_hook([x], lambda g: None, mode="some"))]`,
  ),
  row(
    "a hook of several results, in a pass that wants one of them",
    () => {
      const seen: unknown[] = [];
      const x = leaf([1]);
      const [a, b] = [x.mul(2), x.mul(3)];
      registerMultiGradHook([a, b], (grads: (Tensor | null)[]) => void seen.push([...grads]));
      grad(a.mul(b), a);
      return seen;
    },
    `
    seen, x = [], leaf([1])
    a, b = x * 2, x * 3
    register_multi_grad_hook([a, b], lambda grads: seen.append(list(grads)))
    grad(a * b, a)
    return seen`,
  ),
];

export const savedHooks: readonly Behaviour[] = [
  row(
    "what is saved inside is packed when it is saved, and unpacked when it is read",
    () => {
      const log: unknown[] = [];
      const x = leaf([3]);
      const y = savedTensorsHooks(
        (t) => {
          log.push(["pack", t.detach().clone()]);
          return t.detach().mul(2);
        },
        (t: Tensor) => {
          log.push("unpack");
          return t.mul(5);
        },
        () => x.mul(x),
      );
      y.backward();
      return [log, x.grad];
    },
    `
    log, x = [], leaf([3])
    def pack(t):
        log.append(["pack", t.detach().clone()])
        return t.detach() * 2
    def unpack(t):
        log.append("unpack")
        return t * 5
    with saved_tensors_hooks(pack, unpack): y = x * x
    y.backward()
    return [log, x.grad]`,
  ),
  row(
    "packed once, unpacked as often as it is read",
    () => {
      const count = { pack: 0, unpack: 0 };
      const x = leaf([3]);
      const y = savedTensorsHooks(
        (t) => {
          count.pack++;
          return t.detach();
        },
        (t: Tensor) => {
          count.unpack++;
          return t;
        },
        () => x.exp(),
      );
      y.backward(undefined, { retainGraph: true });
      y.backward();
      return count;
    },
    `
    count = {"pack": 0, "unpack": 0}
    def pack(t):
        count["pack"] += 1
        return t.detach()
    def unpack(t):
        count["unpack"] += 1
        return t
    x = leaf([3])
    with saved_tensors_hooks(pack, unpack): y = x.exp()
    y.backward(retain_graph=True)
    y.backward()
    return count`,
  ),
  row(
    "what is packed may be anything",
    () => {
      const x = leaf([3]);
      const y = savedTensorsHooks(
        (t) => ({ numbers: t.tolist() }),
        ({ numbers }: { numbers: number[] }) => plain(numbers),
        () => x.mul(x).exp().sum(),
      );
      y.backward();
      return x.grad;
    },
    `
    x = leaf([3])
    with saved_tensors_hooks(lambda t: {"numbers": t.tolist()}, lambda p: plain(p["numbers"])): y = (x * x).exp().sum()
    y.backward()
    return x.grad`,
  ),
  row(
    "the innermost hooks count",
    () => {
      const log: unknown[] = [];
      const x = leaf([3]);
      const hooks = (name: string): [(t: Tensor) => Tensor, (t: Tensor) => Tensor] => [
        (t) => {
          log.push(name);
          return t.detach();
        },
        same,
      ];
      savedTensorsHooks(...hooks("outer"), () => {
        x.exp();
        savedTensorsHooks(...hooks("inner"), () => x.exp());
        x.exp();
      });
      x.exp();
      return log;
    },
    `
    log, x = [], leaf([3])
    def hooks(name): return (lambda t: log.append(name) or t.detach()), (lambda t: t)
    with saved_tensors_hooks(*hooks("outer")):
        x.exp()
        with saved_tensors_hooks(*hooks("inner")): x.exp()
        x.exp()
    x.exp()
    return log`,
  ),
  row(
    "nothing is packed where nothing is saved, or recorded",
    () => {
      let count = 0;
      const x = leaf([3]);
      savedTensorsHooks(
        (t) => {
          count++;
          return t.detach();
        },
        same,
        () => {
          x.add(1).neg().sum();
          noGrad(() => x.exp());
          plain([1]).exp();
        },
      );
      return count;
    },
    `
    count, x = [], leaf([3])
    with saved_tensors_hooks(lambda t: count.append(1) or t.detach(), lambda t: t):
        (x + 1).neg().sum()
        with no_grad(): x.exp()
        plain([1]).exp()
    return len(count)`,
  ),
  row(
    "a custom function's saved tensors are packed too",
    () => {
      const f = define(
        (ctx, x) => {
          ctx.saveForBackward(x);
          return x.mul(x);
        },
        (ctx, g) => g.mul(ctx.savedTensors[0]!).mul(2),
      );
      const x = leaf([3]);
      const y = savedTensorsHooks(
        (t) => t.detach().mul(10),
        same,
        () => f(x),
      );
      y.backward();
      return x.grad;
    },
    `
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x
    f = define(forward, lambda ctx, g: g * ctx.saved_tensors[0] * 2)
    x = leaf([3])
    with saved_tensors_hooks(lambda t: t.detach() * 10, lambda t: t): y = f(x)
    y.backward()
    return x.grad`,
  ),
  row(
    "an unpack that gives no tensor is refused",
    () => {
      const x = leaf([3]);
      const y = savedTensorsHooks(
        (t) => t.detach(),
        () => 3 as never,
        () => x.exp(),
      );
      return refused("", () => y.backward());
    },
    `
    x = leaf([3])
    with saved_tensors_hooks(lambda t: t.detach(), lambda t: 3): y = x.exp()
    return refused("", lambda: y.backward())`,
  ),
  row(
    "a pack that writes its input is refused",
    () => {
      const y = leaf([3]).mul(1);
      return refused("A saved tensor pack hook is modifying its input in place", () =>
        savedTensorsHooks(
          (t) => t.mul_(2),
          same,
          () => y.exp(),
        ),
      );
    },
    `
    y = leaf([3]) * 1
    def run():
        with saved_tensors_hooks(lambda t: t.mul_(2), lambda t: t): y.exp()
    return refused("A saved tensor pack hook is modifying its input in place", run)`,
  ),
  row(
    "an error in a pack comes out, and the hooks end",
    () => {
      const x = leaf([3]);
      const first = refused("mine", () =>
        savedTensorsHooks(
          () => {
            throw new Error("mine");
          },
          same,
          () => x.exp(),
        ),
      );
      x.exp().backward();
      return [first, x.grad];
    },
    `
    x = leaf([3])
    def fail(t): raise ValueError("mine")
    def run():
        with saved_tensors_hooks(fail, lambda t: t): x.exp()
    first = refused("mine", run)
    x.exp().backward()
    return [first, x.grad]`,
  ),
  row(
    "hooks on one saved tensor of a node",
    () => {
      const [a, b] = [leaf([2]), leaf([3])];
      const y = a.mul(b);
      y.gradFn!.saved("a").registerHooks(
        (t) => t.detach().mul(100),
        (t: Tensor) => t,
      );
      y.backward();
      return [a.grad, b.grad];
    },
    `
    a, b = leaf([2]), leaf([3])
    y = a * b
    y.grad_fn._raw_saved_self.register_hooks(lambda t: t.detach() * 100, lambda t: t)
    y.backward()
    return [a.grad, b.grad]`,
  ),
  row(
    "hooks on a saved result",
    () => {
      const x = leaf([0]);
      const y = x.exp();
      y.gradFn!.saved("out").registerHooks(
        (t) => t.tolist(),
        (numbers: number[]) => plain(numbers).add(6),
      );
      y.backward();
      return x.grad;
    },
    `
    x = leaf([0])
    y = x.exp()
    y.grad_fn._raw_saved_result.register_hooks(lambda t: t.tolist(), lambda n: plain(n) + 6)
    y.backward()
    return x.grad`,
  ),
  row(
    "a saved tensor takes hooks once",
    () => {
      const y = leaf([0]).exp();
      const saved = y.gradFn!.saved("out");
      saved.registerHooks((t) => t.detach(), same);
      return refused("SavedTensor hooks have already been set", () => saved.registerHooks((t) => t.detach(), same));
    },
    `
    y = leaf([0]).exp()
    saved = y.grad_fn._raw_saved_result
    saved.register_hooks(lambda t: t.detach(), lambda t: t)
    return refused("SavedTensor hooks have already been set", lambda: saved.register_hooks(lambda t: t.detach(), lambda t: t))`,
  ),
  row(
    "a freed one takes none",
    () => {
      const y = leaf([0]).exp();
      const saved = y.gradFn!.saved("out");
      y.backward();
      return refused("", () => saved.registerHooks((t) => t.detach(), same));
    },
    `
    y = leaf([0]).exp()
    saved = y.grad_fn._raw_saved_result
    y.backward()
    return refused("", lambda: saved.register_hooks(lambda t: t.detach(), lambda t: t))`,
  ),
  row(
    "second derivatives go through hooks that keep the tensor",
    () => {
      const x = leaf64([3]);
      const y = savedTensorsHooks(same, same, () => x.pow(3));
      const [g] = grad(y, x, { createGraph: true });
      return [g, grad(g!, x)];
    },
    `
    x = leaf64([3])
    with saved_tensors_hooks(lambda t: t, lambda t: t): y = x.pow(3)
    g, = grad(y, x, create_graph=True)
    return [g, grad(g, x)]`,
  ),
  row(
    "a saved tensor that is packed may be overwritten",
    () => {
      const x = leaf([3]);
      const y = x.mul(1);
      const z = savedTensorsHooks(
        (t) => t.detach().clone(),
        same,
        () => y.mul(y),
      );
      y.add_(1);
      z.backward();
      return x.grad;
    },
    `
    x = leaf([3])
    y = x * 1
    with saved_tensors_hooks(lambda t: t.detach().clone(), lambda t: t): z = y * y
    y.add_(1)
    z.backward()
    return x.grad`,
  ),
];
