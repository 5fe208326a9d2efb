/** What refusals say, and what they leave as it was. */
import { GradError, ones } from "@ag/tensor";
import { backward, define, grad } from "./api.ts";
import { type Behaviour, leaf, onlyHere, plain, refused, row } from "./table.ts";

export const errors: readonly Behaviour[] = [
  row(
    "which of several roots requires no grad",
    () => refused("element 1 of tensors does not require grad", () => backward([leaf([1]).mul(2), plain([1])])),
    `return refused("element 1 of tensors does not require grad", lambda: backward([leaf([1]) * 2, plain([1])]))`,
  ),
  row(
    "a refused pass leaves gradients as they were",
    () => {
      const x = leaf([1, 2]);
      refused("", () => backward([x.mul(2).sum(), x.mul(3)]));
      refused("", () => backward([x.mul(2).sum(), plain([1])]));
      return x.grad;
    },
    `
    x = leaf([1, 2])
    refused("", lambda: backward([(x * 2).sum(), x * 3]))
    refused("", lambda: backward([(x * 2).sum(), plain([1])]))
    return x.grad`,
  ),
  row(
    "a refused pass frees nothing",
    () => {
      const x = leaf([1, 2]);
      const y = x.exp();
      refused("", () => y.backward());
      refused("", () => y.backward(plain([1])));
      y.sum().backward();
      return x.grad;
    },
    `
    x = leaf([1, 2])
    y = x.exp()
    refused("", lambda: y.backward())
    refused("", lambda: y.backward(plain([1])))
    y.sum().backward()
    return x.grad`,
  ),
  row(
    "an unused input is found after the pass: the graph is freed by then",
    () => {
      const [x, z] = [leaf([1]), leaf([2])];
      const y = x.exp();
      const first = refused("appears to not have been used in the graph", () => grad(y, [x, z]));
      return [first, refused("Trying to backward through the graph a second time", () => grad(y, [x]))];
    },
    `
    x, z = leaf([1]), leaf([2])
    y = x.exp()
    first = refused("appears to not have been used in the graph", lambda: grad(y, [x, z]))
    return [first, refused("Trying to backward through the graph a second time", lambda: grad(y, [x]))]`,
  ),
  row(
    "which argument of a custom function got a gradient of another shape",
    () => {
      const f = define(
        (_, a, b) => a.mul(b),
        (_, g) => [g, ones(3)],
      );
      const y = f(leaf([1, 2]), leaf([1, 2])).sum();
      return refused(
        "FBackward returned an invalid gradient at index 1 - got [3] but expected shape compatible with [2]",
        () => y.backward(),
      );
    },
    `
    f = define(lambda ctx, a, b: a * b, lambda ctx, g: (g, torch.ones(3)))
    y = f(leaf([1, 2]), leaf([1, 2])).sum()
    return refused("FBackward returned an invalid gradient at index 1 - got [3] but expected shape compatible with [2]",
        lambda: y.backward())`,
  ),
  row(
    "how many gradients a custom function gave, and how many were wanted",
    () => {
      const f = define(
        (_, a, b) => a.mul(b),
        (_, g) => g,
      );
      return refused("FBackward returned an incorrect number of gradients (expected 2, got 1)", () =>
        f(leaf([1]), leaf([1])).backward(),
      );
    },
    `
    f = define(lambda ctx, a, b: a * b, lambda ctx, g: g)
    return refused("FBackward returned an incorrect number of gradients (expected 2, got 1)",
        lambda: f(leaf([1]), leaf([1])).backward())`,
  ),
  row(
    "what was overwritten is told with its shape, and that of a plain tensor without a node",
    () => {
      const [x, c] = [leaf([1, 2]), plain([3, 4])];
      const y = x.mul(c).sum();
      c.add_(1).mul_(2);
      return ["[2]]", "is at version 2; expected version 0"].map((text) =>
        refused(text, () => y.backward(undefined, { retainGraph: true })),
      );
    },
    `
    x, c = leaf([1, 2]), plain([3, 4])
    y = (x * c).sum()
    c.add_(1).mul_(2)
    return [refused(text, lambda: y.backward(retain_graph=True)) for text in ["[2]]", "is at version 2; expected version 0"]]`,
  ),
  row(
    "a saved view is overwritten by way of its detached base",
    () => {
      const h = leaf([1, 2]).mul(1);
      const v = h.at(0);
      const y = v.mul(v);
      h.detach().zero_();
      return refused("is at version 1; expected version 0", () => y.backward());
    },
    `
    h = leaf([1, 2]) * 1
    v = h[0]
    y = v * v
    h.detach().zero_()
    return refused("is at version 1; expected version 0", lambda: y.backward())`,
  ),
  row(
    "a result that is overwritten by itself names the version before",
    () => {
      const p = leaf([3]).mul(1);
      p.mul_(p);
      return refused("is output 0 of Mul, is at version 1; expected version 0", () => p.backward());
    },
    `
    p = leaf([3]) * 1
    p.mul_(p)
    return refused("is output 0 of Mul, is at version 1; expected version 0", lambda: p.backward())`,
  ),
  row(
    "which of several views at once is not written, and by which operation it came",
    () => {
      const part = leaf([1, 2]).mul(1).split(1)[1]!;
      return ["Output 1 of Split ", "multiple views"].map((text) => refused(text, () => part.mul_(2)));
    },
    `
    part = (leaf([1, 2]) * 1).split(1)[1]
    return [refused(text, lambda: part.mul_(2)) for text in ["Output 1 of Split ", "multiple views"]]`,
  ),
  row(
    "refusals of the tape are of one class",
    () => {
      const x = leaf([1, 2]);
      const tries = [
        () => x.mul_(2),
        () => x.mul(2).backward(),
        () => backward(plain([1])),
        () => grad(x.sum(), [leaf([1])]),
        () => x.mul(2).requiresGrad_(false),
        () => x.data(),
        () => ones(1).retainGrad(),
      ];
      return tries.map((run) => {
        try {
          run();
          return false;
        } catch (error) {
          return error instanceof GradError;
        }
      });
    },
    onlyHere([true, true, true, true, true, true, true]),
  ),
];
