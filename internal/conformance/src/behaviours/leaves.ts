/** Leaves and flags. */
import { arange, ones, tensor, zeros } from "@ag/tensor";
import { enableGrad, grad, noGrad } from "./api.ts";
import { type Behaviour, leaf, nodeName, onlyHere, plain, refused, row } from "./table.ts";

export const leaves: readonly Behaviour[] = [
  row(
    "which tensors are leaves",
    () => {
      const x = leaf([1, 2]);
      return [x, plain([1]), x.mul(2), x.detach(), plain([1]).mul(2), noGrad(() => x.mul(2))].map((y) => y.isLeaf);
    },
    `
    x = leaf([1, 2])
    with no_grad(): quiet = x * 2
    return [y.is_leaf for y in [x, plain([1]), x * 2, x.detach(), plain([1]) * 2, quiet]]`,
  ),
  row(
    "which results require grad",
    () => {
      const x = leaf([1, 2]);
      return [x.mul(2), x.gt(1), x.argmax(), x.long(), x.double(), x.sign(), x.detach()].map((y) => y.requiresGrad);
    },
    `
    x = leaf([1, 2])
    return [y.requires_grad for y in [x * 2, x > 1, x.argmax(), x.long(), x.double(), x.sign(), x.detach()]]`,
  ),
  row(
    "the flag on a result: true changes nothing, false throws",
    () => {
      const y = leaf([1, 2]).mul(2);
      const text = "you can only change requires_grad flags of leaf variables";
      return [y.requiresGrad_().requiresGrad, refused(text, () => y.requiresGrad_(false)), y.requiresGrad];
    },
    `
    y = leaf([1, 2]) * 2
    return [y.requires_grad_().requires_grad,
        refused("you can only change requires_grad flags of leaf variables", lambda: y.requires_grad_(False)), y.requires_grad]`,
  ),
  row(
    "assigning the flag of a result throws for both values",
    () => {
      const y = leaf([1, 2]).mul(2);
      const text = "you can only change requires_grad flags of leaf variables";
      return [true, false].map((on) =>
        refused(text, () => {
          y.requiresGrad = on;
        }),
      );
    },
    `
    y = leaf([1, 2]) * 2
    return [refused("you can only change requires_grad flags of leaf variables", lambda: setattr(y, "requires_grad", on))
        for on in [True, False]]`,
  ),
  row(
    "the flag is no number and no word",
    () =>
      ["yes", 1].map((value) =>
        refused("requires_grad", () => {
          ones(1).requiresGrad = value as never;
        }),
      ),
    `
    return [refused("requires_grad", lambda: setattr(torch.ones(1), "requires_grad", value)) for value in ["yes", 1]]`,
  ),
  row(
    "whole numbers do not require grad",
    () => [
      refused("nly Tensors of floating point", () => tensor([1n], { requiresGrad: true })),
      refused("nly Tensors of floating point", () => tensor([1n]).requiresGrad_()),
      arange(3).requiresGrad_(false).requiresGrad,
    ],
    `
    text = "nly Tensors of floating point"
    return [refused(text, lambda: torch.tensor([1], requires_grad=True)),
        refused(text, lambda: torch.tensor([1]).requires_grad_()), torch.arange(3).requires_grad_(False).requires_grad]`,
  ),
  row(
    "factories obey their flag under noGrad",
    () =>
      noGrad(() => [zeros([2], { requiresGrad: true }), ones(2), zeros([2]).requiresGrad_()]).map(
        (x) => x.requiresGrad,
      ),
    `
    with no_grad(): made = [torch.zeros(2, requires_grad=True), torch.ones(2), torch.zeros(2).requires_grad_()]
    return [x.requires_grad for x in made]`,
  ),
  row(
    "a flag that is taken away stops what is recorded later",
    () => {
      const x = leaf([1, 2]);
      const before = x.mul(2);
      x.requiresGrad_(false);
      return [before.requiresGrad, x.mul(2).requiresGrad, x.requiresGrad];
    },
    `
    x = leaf([1, 2])
    before = x * 2
    x.requires_grad_(False)
    return [before.requires_grad, (x * 2).requires_grad, x.requires_grad]`,
  ),
  row(
    "a flag that is taken away before backward: nothing arrives",
    () => {
      const x = leaf([1, 2]);
      const y = x.mul(2).sum();
      x.requiresGrad_(false);
      y.backward();
      return x.grad;
    },
    `
    x = leaf([1, 2])
    y = (x * 2).sum()
    x.requires_grad_(False)
    y.backward()
    return x.grad`,
  ),
  row(
    "a flag that is taken away and given back",
    () => {
      const x = leaf([1, 2]);
      const y = x.mul(2).sum();
      x.requiresGrad_(false).requiresGrad_();
      y.backward();
      return [x.grad, x.isLeaf];
    },
    `
    x = leaf([1, 2])
    y = (x * 2).sum()
    x.requires_grad_(False).requires_grad_()
    y.backward()
    return [x.grad, x.is_leaf]`,
  ),
  row(
    "a flag that comes later does not reach what was computed before",
    () => {
      const x = ones(2);
      const y = x.mul(2);
      x.requiresGrad_();
      return [y.requiresGrad, x.mul(2).requiresGrad];
    },
    `
    x = torch.ones(2)
    y = x * 2
    x.requires_grad_()
    return [y.requires_grad, (x * 2).requires_grad]`,
  ),
  row(
    "a gradient survives when the flag is taken away",
    () => {
      const x = leaf([1, 2]);
      x.sum().backward();
      x.requiresGrad_(false);
      return x.grad;
    },
    `
    x = leaf([1, 2])
    x.sum().backward()
    x.requires_grad_(False)
    return x.grad`,
  ),
  row(
    "casts: to the same dtype the same tensor, to another a result",
    () => {
      const x = leaf([1]);
      return [x.float() === x, x.double().isLeaf, nodeName(x.double()), x.long().isLeaf];
    },
    `
    x = leaf([1])
    return [x.float() is x, x.double().is_leaf, node_name(x.double()), x.long().is_leaf]`,
  ),
  row(
    "the elements of what requires grad are not handed out",
    () => refused("Can't call numpy() on Tensor that requires grad", () => leaf([1]).data()),
    `return refused("Can't call numpy() on Tensor that requires grad", lambda: leaf([1]).numpy())`,
  ),
  row(
    "item and tolist read what requires grad",
    () => [leaf(3).item(), leaf([1, 2]).tolist()],
    "return [leaf(3).item(), leaf([1, 2]).tolist()]",
  ),
  row(
    "enableGrad inside of noGrad records",
    () => {
      const x = leaf([3]);
      return grad(
        noGrad(() => enableGrad(() => x.mul(x))),
        x,
      );
    },
    `
    x = leaf([3])
    with no_grad():
        with enable_grad(): y = x * x
    return grad(y, x)`,
  ),
  row(
    "assigning data is refused, with what to write instead",
    () => {
      const x = leaf([1]);
      return refused("copy_", () => {
        (x as unknown as { data: unknown }).data = plain([2]);
      });
    },
    onlyHere("copy_"),
  ),
  row(
    "an option out is refused, with what to write instead",
    () => {
      const [x, out] = [leaf([1]), plain([0])];
      return refused("out", () => (x.add as (...args: unknown[]) => unknown)(x, { out }));
    },
    onlyHere("out"),
  ),
];
