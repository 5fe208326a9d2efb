/** Hooks after accumulation. */
import { ones, type Tensor } from "@ag/tensor";
import { grad } from "./api.ts";
import { type Behaviour, leaf, refused, row } from "./table.ts";

export const accumulateHooks: readonly Behaviour[] = [
  row(
    "a hook after accumulation gets the leaf, with its gradient",
    () => {
      const seen: unknown[] = [];
      const x = leaf([1, 2]);
      x.registerPostAccumulateGradHook((leaf) => void seen.push([leaf === x, leaf.grad!.clone()]));
      x.sum().backward();
      x.sum().backward();
      return seen;
    },
    `
    seen, x = [], leaf([1, 2])
    x.register_post_accumulate_grad_hook(lambda leaf: seen.append([leaf is x, leaf.grad.clone()]))
    x.sum().backward()
    x.sum().backward()
    return seen`,
  ),
  row(
    "it may use the gradient up: an optimizer step in the backward",
    () => {
      const x = leaf([1, 2]);
      x.registerPostAccumulateGradHook((x) => {
        x.detach().sub_(x.grad!.mul(0.5));
        x.grad = null;
      });
      x.mul(x).sum().backward();
      return [x, x.grad];
    },
    `
    x = leaf([1, 2])
    def step(x):
        x.detach().sub_(x.grad * 0.5)
        x.grad = None
    x.register_post_accumulate_grad_hook(step)
    (x * x).sum().backward()
    return [x, x.grad]`,
  ),
  row(
    "several of them run in order, and end when removed",
    () => {
      const log: unknown[] = [];
      const x = leaf([1]);
      const first = x.registerPostAccumulateGradHook(() => void log.push("first"));
      x.registerPostAccumulateGradHook(() => void log.push("second"));
      x.mul(1).backward();
      first.remove();
      x.mul(1).backward();
      return log;
    },
    `
    log, x = [], leaf([1])
    first = x.register_post_accumulate_grad_hook(lambda x: log.append("first"))
    x.register_post_accumulate_grad_hook(lambda x: log.append("second"))
    (x * 1).backward()
    first.remove()
    (x * 1).backward()
    return log`,
  ),
  row(
    "they are for leaves",
    () => {
      const text = "post accumulate grad hooks cannot be registered on non-leaf tensors";
      const y = leaf([1]).mul(2);
      return [
        refused(text, () => y.registerPostAccumulateGradHook(() => {})),
        refused("doesn't require gradient", () => ones(1).registerPostAccumulateGradHook(() => {})),
      ];
    },
    `
    y = leaf([1]) * 2
    return [refused("post accumulate grad hooks cannot be registered on non-leaf tensors",
            lambda: y.register_post_accumulate_grad_hook(lambda x: None)),
        refused("doesn't require gradient", lambda: torch.ones(1).register_post_accumulate_grad_hook(lambda x: None))]`,
  ),
  row(
    "one that returns another than its leaf is refused",
    () =>
      [(x: Tensor) => x, (x: Tensor) => x.mul(7)].map((hook) => {
        const x = leaf([1]);
        x.registerPostAccumulateGradHook(hook);
        return refused("", () => x.mul(1).backward());
      }),
    `
    found = []
    for hook in [lambda x: x, lambda x: x * 7]:
        x = leaf([1])
        x.register_post_accumulate_grad_hook(hook)
        found.append(refused("", lambda: (x * 1).backward()))
    return found`,
  ),
  row(
    "they do not run with grad",
    () => {
      let count = 0;
      const x = leaf([1]);
      x.registerPostAccumulateGradHook(() => void count++);
      grad(x.mul(2), x);
      return count;
    },
    `
    count, x = [], leaf([1])
    x.register_post_accumulate_grad_hook(lambda x: count.append(1))
    grad(x * 2, x)
    return len(count)`,
  ),
];
