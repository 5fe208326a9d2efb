/** Hooks on tensors. */
import { ones } from "@ag/tensor";
import { backward, grad } from "./api.ts";
import { type Behaviour, leaf, plain, refused, row } from "./table.ts";

export const tensorHooks: readonly Behaviour[] = [
  row(
    "a hook sees the gradient of a result",
    () => {
      const seen: unknown[] = [];
      const x = leaf([1, 2]);
      const y = x.mul(2);
      y.registerHook((g) => void seen.push(g.clone()));
      y.mul(plain([3, 4]))
        .sum()
        .backward();
      return [seen, x.grad];
    },
    `
    seen = []
    x = leaf([1, 2])
    y = x * 2
    y.register_hook(lambda g: seen.append(g.clone()))
    (y * plain([3, 4])).sum().backward()
    return [seen, x.grad]`,
  ),
  row(
    "what a hook returns takes the gradient's place",
    () => {
      const x = leaf([1, 2]);
      const y = x.mul(2);
      y.registerHook((g) => g.mul(10));
      y.sum().backward();
      return x.grad;
    },
    `
    x = leaf([1, 2])
    y = x * 2
    y.register_hook(lambda g: g * 10)
    y.sum().backward()
    return x.grad`,
  ),
  row(
    "hooks of a leaf change what is collected",
    () => {
      const x = leaf([1, 2]);
      x.registerHook((g) => g.mul(2));
      x.registerHook((g) => g.add(1));
      x.sum().backward();
      return x.grad;
    },
    `
    x = leaf([1, 2])
    x.register_hook(lambda g: g * 2)
    x.register_hook(lambda g: g + 1)
    x.sum().backward()
    return x.grad`,
  ),
  row(
    "hooks run in the order in which they came, once for all uses",
    () => {
      const log: unknown[] = [];
      const x = leaf([1]);
      x.registerHook((g) => void log.push(["first", g.clone()]));
      x.registerHook((g) => {
        log.push(["second", g.clone()]);
        return g.mul(3);
      });
      x.registerHook((g) => void log.push(["third", g.clone()]));
      x.mul(2).add(x).add(x.mul(x)).backward();
      return [log, x.grad];
    },
    `
    log, x = [], leaf([1])
    x.register_hook(lambda g: log.append(["first", g.clone()]))
    def second(g):
        log.append(["second", g.clone()])
        return g * 3
    x.register_hook(second)
    x.register_hook(lambda g: log.append(["third", g.clone()]))
    (x * 2 + x + x * x).backward()
    return [log, x.grad]`,
  ),
  row(
    "a removed hook does not run; removing twice is no error",
    () => {
      let count = 0;
      const x = leaf([1]);
      const handle = x.registerHook(() => void count++);
      x.mul(1).backward();
      handle.remove();
      handle.remove();
      x.mul(1).backward();
      return count;
    },
    `
    count = []
    x = leaf([1])
    handle = x.register_hook(lambda g: count.append(1))
    (x * 1).backward()
    handle.remove()
    handle.remove()
    (x * 1).backward()
    return len(count)`,
  ),
  row(
    "a hook that removes itself, and one that is removed while hooks run",
    () => {
      const log: unknown[] = [];
      const x = leaf([1]);
      const first = x.registerHook(() => {
        log.push("first");
        first.remove();
      });
      x.registerHook(() => void log.push("second"));
      x.mul(1).backward();
      x.mul(1).backward();
      return log;
    },
    `
    log, x = [], leaf([1])
    def run(g):
        log.append("first")
        first.remove()
    first = x.register_hook(run)
    x.register_hook(lambda g: log.append("second"))
    (x * 1).backward()
    (x * 1).backward()
    return log`,
  ),
  row(
    "a hook of an input of grad runs, and changes the answer",
    () => {
      const x = leaf([2]);
      const h = x.mul(3);
      h.registerHook((g) => g.mul(10));
      x.registerHook((g) => g.add(1));
      return [grad(h.mul(h), [h, x])];
    },
    `
    x = leaf([2])
    h = x * 3
    h.register_hook(lambda g: g * 10)
    x.register_hook(lambda g: g + 1)
    return [grad(h * h, [h, x])]`,
  ),
  row(
    "a hook of an input of backward runs, and changes what is collected",
    () => {
      const x = leaf([2]);
      const h = x.mul(3);
      h.registerHook((g) => g.mul(10));
      backward(h.mul(h), null, { inputs: [h] });
      return [h.grad, x.grad];
    },
    `
    x = leaf([2])
    h = x * 3
    h.register_hook(lambda g: g * 10)
    backward(h * h, inputs=[h])
    return [h.grad, x.grad]`,
  ),
  row(
    "a hook of the root sees the gradient that it starts with",
    () => {
      const x = leaf([1, 2]);
      const y = x.mul(2);
      y.registerHook((g) => g.mul(7));
      y.backward(plain([1, 3]));
      return x.grad;
    },
    `
    x = leaf([1, 2])
    y = x * 2
    y.register_hook(lambda g: g * 7)
    y.backward(plain([1, 3]))
    return x.grad`,
  ),
  row(
    "a hook on what requires no grad is refused",
    () =>
      refused("cannot register a hook on a tensor that doesn't require gradient", () => ones(1).registerHook(() => {})),
    `return refused("cannot register a hook on a tensor that doesn't require gradient",
    lambda: torch.ones(1).register_hook(lambda g: None))`,
  ),
];
