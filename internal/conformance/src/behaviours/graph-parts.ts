/** Graphs of which a part is run, and deep ones. */
import { slice } from "@ag/tensor";
import { backward, define, grad, noGrad } from "./api.ts";
import { type Behaviour, leaf, plain, refused, row } from "./table.ts";

const twice = "Trying to backward through the graph a second time";

export const graphParts: readonly Behaviour[] = [
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
