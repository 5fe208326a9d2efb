/** Custom functions: what they give. */
import { ones, type Tensor } from "@ag/tensor";
import { define, grad } from "./api.ts";
import { type Behaviour, leaf, nodeName, refused, row } from "./table.ts";

export const givenFunctions: readonly Behaviour[] = [
  row(
    "a backward that gives null leaves nothing",
    () => {
      const f = define(
        (_, x) => x.mul(2),
        () => null,
      );
      const x = leaf([1]);
      f(x).backward();
      return [x.grad, grad(f(x), x, { allowUnused: true })];
    },
    `
    f = define(lambda ctx, x: x * 2, lambda ctx, g: None)
    x = leaf([1])
    f(x).backward()
    return [x.grad, grad(f(x), x, allow_unused=True)]`,
  ),
  row(
    "null goes on as null, or as zeros",
    () => {
      const f = define(
        (_, x) => x.mul(2),
        () => null,
      );
      const [x, z] = [leaf([1]), leaf([2])];
      f(x.exp()).backward();
      f(z.mul(3)).add(z).backward();
      return [x.grad, z.grad];
    },
    `
    f = define(lambda ctx, x: x * 2, lambda ctx, g: None)
    x, z = leaf([1]), leaf([2])
    f(x.exp()).backward()
    (f(z * 3) + z).backward()
    return [x.grad, z.grad]`,
  ),
  row(
    "too few gradients, or too many, are refused",
    () => {
      const text = "returned an incorrect number of gradients";
      const two = define(
        (_, a, b) => a.mul(b),
        (_, g) => g,
      );
      const one = define(
        (_, x) => x.mul(2),
        (_, g) => [g, g],
      );
      return [
        refused(text, () => two(leaf([1]), leaf([2])).backward()),
        refused(text, () => one(leaf([1])).backward()),
      ];
    },
    `
    text = "returned an incorrect number of gradients"
    two = define(lambda ctx, a, b: a * b, lambda ctx, g: g)
    one = define(lambda ctx, x: x * 2, lambda ctx, g: (g, g))
    return [refused(text, lambda: two(leaf([1]), leaf([2])).backward()), refused(text, lambda: one(leaf([1])).backward())]`,
  ),
  row(
    "more gradients that are null are not counted",
    () => {
      const f = define(
        (_, x) => x.mul(2),
        (_, g) => [g, null, null],
      );
      const x = leaf([1]);
      f(x).backward();
      return x.grad;
    },
    `
    f = define(lambda ctx, x: x * 2, lambda ctx, g: (g, None, None))
    x = leaf([1])
    f(x).backward()
    return x.grad`,
  ),
  row(
    "a gradient for what is no tensor is refused",
    () => {
      const f = define(
        (_, x) => x.mul(2),
        (_, g) => [g, g],
      );
      return refused("but the corresponding forward input was not a", () => f(leaf([1]), 3).backward());
    },
    `
    f = define(lambda ctx, x, n: x * 2, lambda ctx, g: (g, g))
    return refused("but the corresponding forward input was not a", lambda: f(leaf([1]), 3).backward())`,
  ),
  row(
    "a gradient of another shape is refused, unless it can be summed to it",
    () => {
      const f = define(
        (_, x) => x.mul(2),
        () => ones(3, 2),
      );
      const x = leaf([1, 2]);
      f(x).sum().backward();
      return [
        x.grad,
        refused("returned an invalid gradient at index 0", () =>
          f(leaf([1, 2, 3]))
            .sum()
            .backward(),
        ),
      ];
    },
    `
    f = define(lambda ctx, x: x * 2, lambda ctx, g: torch.ones(3, 2))
    x = leaf([1, 2])
    f(x).sum().backward()
    return [x.grad, refused("returned an invalid gradient at index 0", lambda: f(leaf([1, 2, 3])).sum().backward())]`,
  ),
  row(
    "a gradient that its input would have to be stretched to is refused",
    () => {
      const f = define(
        (_, x) => x.mul(2),
        () => ones(1),
      );
      return refused("returned an invalid gradient at index 0", () =>
        f(leaf([1, 2]))
          .sum()
          .backward(),
      );
    },
    `
    f = define(lambda ctx, x: x * 2, lambda ctx, g: torch.ones(1))
    return refused("returned an invalid gradient at index 0", lambda: f(leaf([1, 2])).sum().backward())`,
  ),
  row(
    "a gradient of another dtype is cast",
    () => {
      const f = define(
        (_, x) => x.mul(2),
        (_, g) => g.double(),
      );
      const x = leaf([1, 2]);
      f(x).sum().backward();
      return [x.grad!.dtype === "float32", grad(f(x.mul(1)).sum(), x)[0]!.dtype === "float32"];
    },
    `
    f = define(lambda ctx, x: x * 2, lambda ctx, g: g.double())
    x = leaf([1, 2])
    f(x).sum().backward()
    return [x.grad.dtype == torch.float32, grad(f(x * 1).sum(), x)[0].dtype == torch.float32]`,
  ),
  row(
    "what is no tensor is refused: of a forward, of a backward, to be saved",
    () => {
      const back = define(
        (_, x) => x.mul(2),
        () => 3 as never,
      );
      const saving = define(
        (ctx, x) => {
          ctx.saveForBackward(3 as never);
          return x.mul(2);
        },
        (_, g) => g,
      );
      return [
        refused("", () => back(leaf([1])).backward()),
        refused("save_for_backward can only save variables", () => saving(leaf([1]))),
      ];
    },
    `
    back = define(lambda ctx, x: x * 2, lambda ctx, g: 3)
    saving = define(lambda ctx, x: ctx.save_for_backward(3) or x * 2, lambda ctx, g: g)
    return [refused("", lambda: back(leaf([1])).backward()),
        refused("save_for_backward can only save variables", lambda: saving(leaf([1])))]`,
  ),
  row(
    "several results, of which one is no floating number",
    () => {
      const f = define(
        (_, x) => [x.mul(2), x.argmax(), x.mul(3)],
        (_, a, _b, c) => a!.mul(2).add(c!.mul(3)),
      );
      const x = leaf([1, 2]);
      const [a, b, c] = f(x) as [Tensor, Tensor, Tensor];
      a.sum().add(c.sum()).backward();
      return [a.requiresGrad, b.requiresGrad, nodeName(b), x.grad];
    },
    `
    f = define(lambda ctx, x: (x * 2, x.argmax(), x * 3), lambda ctx, a, b, c: a * 2 + c * 3)
    x = leaf([1, 2])
    a, b, c = f(x)
    (a.sum() + c.sum()).backward()
    return [a.requires_grad, b.requires_grad, node_name(b), x.grad]`,
  ),
];
