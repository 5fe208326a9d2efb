/** Hooks of what one node saved, and what goes wrong. */
import type { Tensor } from "@ag/tensor";
import { savedTensorsHooks } from "./api.ts";
import { type Behaviour, leaf, plain, refused, row } from "./table.ts";

const same = (x: Tensor): Tensor => x;

export const savedHooksOfNodes: readonly Behaviour[] = [
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
      return refused("whose hooks have already been set", () => saved.registerHooks((t) => t.detach(), same));
    },
    `
    y = leaf([0]).exp()
    saved = y.grad_fn._raw_saved_result
    saved.register_hooks(lambda t: t.detach(), lambda t: t)
    return refused("whose hooks have already been set", lambda: saved.register_hooks(lambda t: t.detach(), lambda t: t))`,
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
];
