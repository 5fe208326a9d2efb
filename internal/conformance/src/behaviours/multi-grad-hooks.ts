/** Hooks of several tensors. */
import type { Tensor } from "@ag/tensor";
import { grad, registerMultiGradHook } from "./api.ts";
import { type Behaviour, leaf, plain, refused, row } from "./table.ts";

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
