/** What is let go, and when. */
import { ones, type Tensor } from "@ag/tensor";
import { collected } from "../held.ts";
import { expectNoLeak } from "../no-leak.ts";
import { define, grad, registerMultiGradHook, savedTensorsHooks } from "./api.ts";
import { type Behaviour, leaf, onlyHere, refused, row } from "./table.ts";

/** Whether nothing is left of a call once what it gives is given back. */
function leavesNothing(body: () => readonly Tensor[]): boolean {
  expectNoLeak(body);
  return true;
}

// Not written where they are used: closures of one function hold what any of them uses.
const toList = (x: Tensor): unknown => x.tolist();
const ofList = ([number]: readonly number[]): Tensor => ones(1).mul(number!);

export const memory: readonly Behaviour[] = [
  row(
    "a graph that nobody holds is collected, without a backward",
    () => collected(() => leaf([1]).mul(2).exp().gradFn!),
    "return collected(lambda: (leaf([1]) * 2).exp().grad_fn)",
  ),
  row(
    "so is one with hooks that hold its tensors",
    () =>
      collected(() => {
        const y = leaf([1]).mul(2);
        y.registerHook((g) => g.mul(y.detach()));
        y.gradFn!.registerHook(() => void y.detach());
        return y.gradFn!;
      }),
    onlyHere(true),
  ),
  row(
    "so is a leaf whose gradient holds its graph",
    () =>
      collected(() => {
        const x = leaf([2]);
        const [g] = grad(x.mul(x), [x], { createGraph: true });
        x.grad = g!;
        return x;
      }),
    onlyHere(true),
  ),
  row(
    "so is a result that keeps its gradient",
    () =>
      collected(() => {
        const y = leaf([2]).mul(2);
        y.retainGrad();
        y.mul(y).backward();
        return y;
      }),
    `
    def make():
        y = leaf([2]) * 2
        y.retain_grad()
        (y * y).backward()
        return y
    return collected(make)`,
  ),
  row(
    "so is what a custom function keeps in its context, itself too",
    () =>
      collected(() => {
        const f = define(
          (ctx, x) => {
            const out = x.mul(2);
            ctx.out = out;
            ctx.self = ctx;
            return out;
          },
          (_, g) => g,
        );
        return f(leaf([1])).gradFn!;
      }),
    `
    def forward(ctx, x):
        out = x * 2
        ctx.out = out
        ctx.itself = ctx
        return out
    return collected(lambda: define(forward, lambda ctx, g: g)(leaf([1])).grad_fn)`,
  ),
  row(
    "so is a written base with its views",
    () =>
      collected(() => {
        const y = leaf([1, 2]).mul(2);
        const v = y.at(0);
        v.mul_(3);
        return y;
      }),
    `
    def make():
        y = leaf([1, 2]) * 2
        v = y[0]
        v.mul_(3)
        return y
    return collected(make)`,
  ),
  row(
    "so are tensors with a hook of several",
    () =>
      collected(() => {
        const [a, b] = [leaf([1]), leaf([2])];
        registerMultiGradHook([a, b], () => void a.detach());
        a.mul(b).backward();
        return a;
      }),
    onlyHere(true),
  ),
  row(
    "saved tensors are let go by a backward, though the graph is held",
    async () => {
      let y: Tensor | null = null;
      const isGone = await collected(() => {
        const h = leaf([1]).mul(2);
        y = h.mul(h).sum();
        y.backward();
        return h;
      });
      return [isGone, y !== null];
    },
    `
    held = []
    def make():
        h = leaf([1]) * 2
        held.append((h * h).sum())
        held[0].backward()
        return h
    return [collected(make), len(held) == 1]`,
  ),
  row(
    "a result that saves itself does not hold itself",
    () => collected(() => leaf([1]).exp()),
    "return collected(lambda: leaf([1]).exp())",
  ),
  row(
    "what is packed is held in place of the tensor",
    async () => {
      let y: Tensor | null = null;
      const isGone = await collected(() => {
        const h = leaf([1]).mul(2);
        y = savedTensorsHooks(toList, ofList, () => h.exp().pow(2).sum());
        return h;
      });
      return [isGone, y !== null];
    },
    `
    held = []
    def make():
        h = leaf([1]) * 2
        with saved_tensors_hooks(lambda t: t.tolist(), lambda n: torch.tensor(n)): held.append(h.exp().pow(2).sum())
        return h
    return [collected(make), len(held) == 1]`,
  ),
  row(
    "a detached tensor does not hold the graph",
    async () => {
      let d: Tensor | null = null;
      const isGone = await collected(() => {
        const y = leaf([1]).exp();
        d = y.detach();
        return y.gradFn!;
      });
      return [isGone, d !== null];
    },
    `
    held = []
    def make():
        y = leaf([1]).exp()
        held.append(y.detach())
        return y.grad_fn
    return [collected(make), len(held) == 1]`,
  ),
  row(
    "a collected gradient does not hold the graph",
    async () => {
      const x = leaf([1]);
      const isGone = await collected(() => {
        const y = x.exp();
        y.backward();
        return y.gradFn!;
      });
      return [isGone, x.grad];
    },
    `
    x = leaf([1])
    def make():
        y = x.exp()
        y.backward()
        return y.grad_fn
    return [collected(make), x.grad]`,
  ),
  row(
    "a backward leaves no block but gradients",
    () =>
      leavesNothing(() => {
        const x = leaf([1, 2]);
        const [a, b] = [x.mul(2), x.exp()];
        const c = a.mul(b);
        const y = c.sum();
        y.backward();
        return [x, a, b, c, y, x.grad!];
      }),
    onlyHere(true),
  ),
  row(
    "nor does one that failed half way",
    () => {
      const f = define(
        (_, x) => x.mul(1),
        () => {
          throw new Error("mine");
        },
      );
      const x = leaf([1, 2]);
      const y = f(x).add(x.add(1)).sum();
      return refused("mine", () => y.backward());
    },
    onlyHere("mine"),
  ),
  row(
    "a removed hook is let go",
    async () => {
      const x = leaf([1]);
      return collected(() => {
        const held = { n: 1 };
        x.registerHook(() => void held.n++).remove();
        return held;
      });
    },
    `
    x = leaf([1])
    class Held: pass
    def make():
        held = Held()
        x.register_hook(lambda g: held and None).remove()
        return held
    return collected(make)`,
  ),
];
