/** Hooks of what is saved. */
import type { Tensor } from "@ag/tensor";
import { define, grad, noGrad, savedTensorsHooks } from "./api.ts";
import { type Behaviour, leaf, leaf64, plain, row } from "./table.ts";

const same = (x: Tensor): Tensor => x;

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
