/** How long a graph lives. */
import { define, grad } from "./api.ts";
import { type Behaviour, leaf, leaf64, plain, refused, row } from "./table.ts";

const twice = "Trying to backward through the graph a second time";

export const graphLife: readonly Behaviour[] = [
  row(
    "a second backward through saved values is refused",
    () => {
      const y = leaf([1, 2]).exp().sum();
      y.backward();
      return refused(twice, () => y.backward());
    },
    `
    y = leaf([1, 2]).exp().sum()
    y.backward()
    return refused("Trying to backward through the graph a second time", lambda: y.backward())`,
  ),
  row(
    "a second backward through what saved nothing is fine",
    () => {
      const x = leaf([1, 2]);
      const y = x.add(1).neg().sum();
      y.backward();
      y.backward();
      return x.grad;
    },
    `
    x = leaf([1, 2])
    y = (x + 1).neg().sum()
    y.backward()
    y.backward()
    return x.grad`,
  ),
  row(
    "retainGraph keeps it, as often as it is said",
    () => {
      const x = leaf([3]);
      const y = x.mul(x);
      y.backward(undefined, { retainGraph: true });
      y.backward(undefined, { retainGraph: true });
      y.backward();
      return [x.grad, refused(twice, () => y.backward())];
    },
    `
    x = leaf([3])
    y = x * x
    y.backward(retain_graph=True)
    y.backward(retain_graph=True)
    y.backward()
    return [x.grad, refused("Trying to backward through the graph a second time", lambda: y.backward())]`,
  ),
  row(
    "createGraph keeps it unless it is told otherwise",
    () => {
      const x = leaf64([3]);
      const y = x.mul(x);
      grad(y, x, { createGraph: true });
      grad(y, x, { createGraph: true, retainGraph: false });
      return refused(twice, () => grad(y, x));
    },
    `
    x = leaf64([3])
    y = x * x
    grad(y, x, create_graph=True)
    grad(y, x, create_graph=True, retain_graph=False)
    return refused("Trying to backward through the graph a second time", lambda: grad(y, x))`,
  ),
  row(
    "a multiplication by a number, run twice",
    () => {
      const y = leaf([1, 2]).mul(3).sum();
      y.backward();
      return refused(twice, () => y.backward());
    },
    `
    y = (leaf([1, 2]) * 3).sum()
    y.backward()
    return refused("Trying to backward through the graph a second time", lambda: y.backward())`,
  ),
  row(
    "a division by a number, run twice",
    () => {
      const y = leaf([1, 2]).div(4).sum();
      y.backward();
      return refused(twice, () => y.backward());
    },
    `
    y = (leaf([1, 2]) / 4).sum()
    y.backward()
    return refused("Trying to backward through the graph a second time", lambda: y.backward())`,
  ),
  row(
    "a recurrent state that is not detached is refused at the second step, a detached one is not",
    () => {
      const w = leaf([2]);
      const run = (cut: boolean): string | null => {
        let h = plain([1]);
        return refused(twice, () => {
          for (let i = 0; i < 3; i++) {
            h = (cut ? h.detach() : h).mul(w).tanh();
            h.sum().backward();
          }
        });
      };
      return [run(false), run(true)];
    },
    `
    w = leaf([2])
    def run(cut):
        def steps():
            h = plain([1])
            for i in range(3):
                h = ((h.detach() if cut else h) * w).tanh()
                h.sum().backward()
        return refused("Trying to backward through the graph a second time", steps)
    return [run(False), run(True)]`,
  ),
  row(
    "a custom function's saved tensors are freed, its fields are not",
    () => {
      const f = define(
        (ctx, x) => {
          ctx.n = 3;
          return x.mul(3);
        },
        (ctx, g) => g.mul(ctx.n as number),
      );
      const x = leaf([1]);
      const y = f(x);
      y.backward();
      y.backward();
      const s = define(
        (ctx, x) => {
          ctx.saveForBackward(x);
          return x.mul(x);
        },
        (ctx, g) => g.mul(ctx.savedTensors[0]!).mul(2),
      );
      const z = s(leaf([1]));
      z.backward();
      return [x.grad, refused(twice, () => z.backward())];
    },
    `
    def forward(ctx, x):
        ctx.n = 3
        return x * 3
    f = define(forward, lambda ctx, g: g * ctx.n)
    x = leaf([1])
    y = f(x)
    y.backward()
    y.backward()
    def saving(ctx, x):
        ctx.save_for_backward(x)
        return x * x
    z = define(saving, lambda ctx, g: g * ctx.saved_tensors[0] * 2)(leaf([1]))
    z.backward()
    return [x.grad, refused("Trying to backward through the graph a second time", lambda: z.backward())]`,
  ),
  row(
    "grad frees as backward does",
    () => {
      const x = leaf([1]);
      const y = x.exp();
      grad(y, x);
      return refused(twice, () => grad(y, x));
    },
    `
    x = leaf([1])
    y = x.exp()
    grad(y, x)
    return refused("Trying to backward through the graph a second time", lambda: grad(y, x))`,
  ),
];
