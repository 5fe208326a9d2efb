/** How long a graph lives. */
import { slice } from "@ag/tensor";
import { backward, define, grad, noGrad } from "./api.ts";
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
    "two losses that share a part",
    () => {
      const x = leaf([1, 2]);
      const h = x.exp();
      const [a, b] = [h.sum(), h.mul(2).sum()];
      a.backward();
      return refused(twice, () => b.backward());
    },
    `
    x = leaf([1, 2])
    h = x.exp()
    a, b = h.sum(), (h * 2).sum()
    a.backward()
    return refused("Trying to backward through the graph a second time", lambda: b.backward())`,
  ),
  row(
    "what was not visited keeps what it saved",
    () => {
      const [x, z] = [leaf([2]), leaf([3])];
      const [a, b] = [x.exp(), z.mul(z)];
      const y = a.mul(b);
      grad(y, x, { retainGraph: false });
      b.backward();
      return z.grad;
    },
    `
    x, z = leaf([2]), leaf([3])
    a, b = x.exp(), z * z
    y = a * b
    grad(y, x, retain_graph=False)
    b.backward()
    return z.grad`,
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
    "a backward that throws in the middle has freed what it visited",
    () => {
      let fails = true;
      const f = define(
        (_, x) => x.mul(1),
        (_, g) => {
          if (fails) throw new Error("mine");
          return g;
        },
      );
      const x = leaf([1, 2]);
      const y = f(x.mul(2)).exp().sum();
      const first = refused("mine", () => y.backward());
      fails = false;
      return [first, refused(twice, () => y.backward()), x.grad];
    },
    `
    fails = True
    def backward(ctx, g):
        if fails: raise ValueError("mine")
        return g
    f = define(lambda ctx, x: x * 1, backward)
    x = leaf([1, 2])
    y = f(x * 2).exp().sum()
    first = refused("mine", lambda: y.backward())
    fails = False
    return [first, refused("Trying to backward through the graph a second time", lambda: y.backward()), x.grad]`,
  ),
  row(
    "a custom function's saved tensors are freed, its fields are not",
    () => {
      const f = define(
        (ctx, x) => {
          ctx["n"] = 3;
          return x.mul(3);
        },
        (ctx, g) => g.mul(ctx["n"] as number),
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
  row(
    "nothing below the wanted inputs is freed",
    () => {
      const x = leaf([1]);
      const h = x.exp();
      const y = h.mul(h);
      grad(y, h);
      h.backward();
      return x.grad;
    },
    `
    x = leaf([1])
    h = x.exp()
    y = h * h
    grad(y, h)
    h.backward()
    return x.grad`,
  ),
  row(
    "several results of one node: each may be run while it is kept",
    () => {
      const x = leaf([
        [3, 1],
        [2, 5],
      ]);
      const { values } = x.sort(1) as { values: typeof x };
      values.at(slice(), 0).sum().backward(undefined, { retainGraph: true });
      values.at(slice(), 1).mul(10).sum().backward();
      return x.grad;
    },
    `
    x = leaf([[3, 1], [2, 5]])
    values, _ = x.sort(1)
    values[:, 0].sum().backward(retain_graph=True)
    (values[:, 1] * 10).sum().backward()
    return x.grad`,
  ),
  row(
    "a graph outlives the tensors on its way",
    () => {
      const x = leaf([2]);
      let y = x.mul(x);
      for (let i = 0; i < 3; i++) y = y.mul(y).detach().mul(x);
      y.backward();
      return x.grad;
    },
    `
    x = leaf([2])
    y = x * x
    for i in range(3): y = (y * y).detach() * x
    y.backward()
    return x.grad`,
  ),
  row(
    "a backward under noGrad runs as any other",
    () => {
      const x = leaf([2]);
      const y = x.mul(x);
      noGrad(() => y.backward());
      return x.grad;
    },
    `
    x = leaf([2])
    y = x * x
    with no_grad(): y.backward()
    return x.grad`,
  ),
  row(
    "a deep graph is run, and dropped, without recursion",
    () => {
      const x = leaf([1]);
      let y = x.add(0);
      for (let i = 0; i < 20_000; i++) y = y.add(1);
      y.backward();
      return [x.grad, y];
    },
    `
    x = leaf([1])
    y = x + 0
    for i in range(20_000): y = y + 1
    y.backward()
    return [x.grad, y]`,
  ),
  row(
    "a deep chain of custom functions",
    () => {
      const f = define(
        (_, x) => x.mul(1),
        (_, g) => g,
      );
      const x = leaf([1]);
      let y = x;
      for (let i = 0; i < 3000; i++) y = f(y);
      y.backward();
      return x.grad;
    },
    `
    f = define(lambda ctx, x: x * 1, lambda ctx, g: g)
    x = leaf([1])
    y = x
    for i in range(3000): y = f(y)
    y.backward()
    return x.grad`,
  ),
  row(
    "a root among the others' inputs",
    () => {
      const x = leaf([2]);
      const y = x.mul(x);
      const z = y.mul(5);
      backward([y, z], [plain([1]), plain([10])]);
      return x.grad;
    },
    `
    x = leaf([2])
    y = x * x
    z = y * 5
    backward([y, z], [plain([1]), plain([10])])
    return x.grad`,
  ),
];
