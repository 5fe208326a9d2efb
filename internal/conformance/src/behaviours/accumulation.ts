/** What arrives in `grad` of leaves. */
import { ones, slice, tensor, zeros } from "@ag/tensor";
import { backward, grad, noGrad } from "./api.ts";
import { type Behaviour, leaf, leaf64, plain, refused, row } from "./table.ts";

export const accumulation: readonly Behaviour[] = [
  row(
    "gradients of several backwards add up",
    () => {
      const x = leaf([1, 2]);
      x.mul(2).sum().backward();
      x.mul(x).sum().backward();
      return x.grad;
    },
    `
    x = leaf([1, 2])
    (x * 2).sum().backward()
    (x * x).sum().backward()
    return x.grad`,
  ),
  row(
    "a recorded accumulation makes another tensor",
    () => {
      const x = leaf64([2]);
      x.pow(3).backward(undefined, { createGraph: true });
      const first = x.grad!;
      x.pow(2).backward(undefined, { createGraph: true });
      const result = [first === x.grad, first, x.grad, x.grad!.requiresGrad];
      x.grad = null;
      return result;
    },
    `
    x = leaf64([2])
    x.pow(3).backward(create_graph=True)
    first = x.grad
    x.pow(2).backward(create_graph=True)
    result = [first is x.grad, first, x.grad, x.grad.requires_grad]
    x.grad = None
    return result`,
  ),
  row(
    "a gradient is null before, and after it was cleared",
    () => {
      const x = leaf([1]);
      const before = x.grad;
      x.mul(2).backward();
      x.grad = null;
      const cleared = x.grad;
      x.mul(3).backward();
      return [before, cleared, x.grad];
    },
    `
    x = leaf([1])
    before = x.grad
    (x * 2).backward()
    x.grad = None
    cleared = x.grad
    (x * 3).backward()
    return [before, cleared, x.grad]`,
  ),
  row(
    "a leaf that was not reached has none",
    () => {
      const [x, unused] = [leaf([1]), leaf([1])];
      x.mul(2).backward();
      return unused.grad;
    },
    `
    x, unused = leaf([1]), leaf([1])
    (x * 2).backward()
    return unused.grad`,
  ),
  row(
    "an operand that was stretched sums its gradient",
    () => {
      const [a, b, c] = [leaf([[1], [2]]), leaf([1, 2, 3]), leaf(2)];
      a.mul(b).mul(c).sum().backward();
      return [a.grad, b.grad, c.grad];
    },
    `
    a, b, c = leaf([[1], [2]]), leaf([1, 2, 3]), leaf(2)
    (a * b * c).sum().backward()
    return [a.grad, b.grad, c.grad]`,
  ),
  row(
    "expand and repeated indices accumulate",
    () => {
      const x = leaf([1, 2]);
      x.expand([3, 2]).sum().backward();
      x.indexSelect(0, tensor([0n, 0n, 1n])).sum().backward();
      x.at(tensor([1n, 1n])).sum().backward();
      return x.grad;
    },
    `
    x = leaf([1, 2])
    x.expand(3, 2).sum().backward()
    x.index_select(0, torch.tensor([0, 0, 1])).sum().backward()
    x[torch.tensor([1, 1])].sum().backward()
    return x.grad`,
  ),
  row(
    "a gradient has the dtype of its leaf",
    () => {
      const [x, y] = [leaf([1]), leaf64([2])];
      x.double().mul(y).backward();
      return [x.grad!.dtype === "float32", y.grad!.dtype === "float64"];
    },
    `
    x, y = leaf([1]), leaf64([2])
    (x.double() * y).backward()
    return [x.grad.dtype == torch.float32, y.grad.dtype == torch.float64]`,
  ),
  row(
    "the first gradient takes the strides of its leaf",
    () => {
      const x = zeros(2, 3).requiresGrad_();
      x.t().mul(ones(3, 2)).sum().backward();
      const y = noGrad(() => zeros(2, 3).t().requiresGrad_());
      y.mul(ones(3, 2)).sum().backward();
      return [x.grad!.stride(), y.grad!.stride()];
    },
    `
    x = torch.zeros(2, 3).requires_grad_()
    (x.t() * torch.ones(3, 2)).sum().backward()
    with no_grad(): y = torch.zeros(2, 3).t().requires_grad_()
    (y * torch.ones(3, 2)).sum().backward()
    return [x.grad.stride(), y.grad.stride()]`,
  ),
  row(
    "a gradient does not share the elements of the given one",
    () => {
      const x = leaf([1, 2]);
      const given = plain([1, 1]);
      x.mul(1).backward(given);
      x.grad!.add_(5);
      return given;
    },
    `
    x = leaf([1, 2])
    given = plain([1, 1])
    (x * 1).backward(given)
    x.grad.add_(5)
    return given`,
  ),
  row(
    "a given gradient that goes straight into a leaf is not shared either",
    () => {
      const x = leaf([1, 2]);
      const given = plain([1, 1]);
      x.backward(given);
      given.add_(5);
      return x.grad;
    },
    `
    x = leaf([1, 2])
    given = plain([1, 1])
    x.backward(given)
    given.add_(5)
    return x.grad`,
  ),
  row(
    "two leaves of one sum do not share their gradient",
    () => {
      const [a, b] = [leaf([1, 2]), leaf([3, 4])];
      a.add(b).sum().backward();
      a.grad!.mul_(10);
      return [a.grad, b.grad];
    },
    `
    a, b = leaf([1, 2]), leaf([3, 4])
    (a + b).sum().backward()
    a.grad.mul_(10)
    return [a.grad, b.grad]`,
  ),
  row(
    "an assigned gradient is the one that grows",
    () => {
      const x = leaf([1, 2]);
      const mine = plain([10, 20]);
      x.grad = mine;
      x.mul(2).sum().backward();
      return [x.grad === mine, mine];
    },
    `
    x = leaf([1, 2])
    mine = plain([10, 20])
    x.grad = mine
    (x * 2).sum().backward()
    return [x.grad is mine, mine]`,
  ),
  row(
    "an assigned gradient has size and dtype of its tensor",
    () => {
      const x = leaf([1, 2]);
      return [
        refused("attempting to assign a gradient of size", () => {
          x.grad = plain([1]);
        }),
        refused("attempting to assign a gradient with dtype", () => {
          x.grad = tensor([1, 2], { dtype: "float64" });
        }),
        x.grad,
      ];
    },
    `
    x = leaf([1, 2])
    return [refused("attempting to assign a gradient of size", lambda: setattr(x, "grad", plain([1]))),
        refused("attempting to assign a gradient with dtype", lambda: setattr(x, "grad", plain([1, 2]).double())), x.grad]`,
  ),
  row(
    "a tensor is not its own gradient, and a number is none",
    () => {
      const x = leaf([1, 2]);
      return [
        refused("can't assign Variable as its own grad", () => {
          x.grad = x;
        }),
        refused("", () => {
          x.grad = 3 as never;
        }),
      ];
    },
    `
    x = leaf([1, 2])
    return [refused("can't assign Variable as its own grad", lambda: setattr(x, "grad", x)),
        refused("", lambda: setattr(x, "grad", 3))]`,
  ),
  row(
    "a gradient of no elements, and of none that are summed",
    () => {
      const [x, y] = [zeros([0, 3]).requiresGrad_(), leaf([[1, 2]])];
      x.sum().backward();
      y.at(slice(1)).sum().backward();
      return [x.grad!.shape, y.grad];
    },
    `
    x, y = torch.zeros(0, 3).requires_grad_(), leaf([[1, 2]])
    x.sum().backward()
    y[1:].sum().backward()
    return [list(x.grad.shape), y.grad]`,
  ),
  row(
    "a diamond adds before it goes on",
    () => {
      const x = leaf([2]);
      const y = x.mul(x);
      y.mul(3).add(y.mul(y)).backward();
      return x.grad;
    },
    `
    x = leaf([2])
    y = x * x
    (y * 3 + y * y).backward()
    return x.grad`,
  ),
  row(
    "several roots at once, with and without gradients",
    () => {
      const x = leaf([2]);
      const y = x.mul(x);
      backward([y, y.mul(3)], undefined, { retainGraph: true });
      const first = x.grad!.clone();
      backward([y, x.mul(plain([1, 1]))], [null, plain([5, 7])]);
      return [first, x.grad];
    },
    `
    x = leaf([2])
    y = x * x
    backward([y, y * 3], retain_graph=True)
    first = x.grad.clone()
    backward([y, x * plain([1, 1])], [None, plain([5, 7])])
    return [first, x.grad]`,
  ),
  row(
    "the same root twice counts twice",
    () => {
      const x = leaf([2]);
      const y = x.mul(3);
      backward([y, y]);
      return [x.grad, grad([x, x], [x])];
    },
    `
    x = leaf([2])
    y = x * 3
    backward([y, y])
    return [x.grad, grad([x, x], [x])]`,
  ),
  row(
    "a leaf may be a root",
    () => {
      const x = leaf(2);
      x.backward();
      x.backward(plain(3));
      return x.grad;
    },
    `
    x = leaf(2)
    x.backward()
    x.backward(plain(3))
    return x.grad`,
  ),
  row(
    "NaN and infinity travel, also through zeros",
    () => {
      const x = leaf([0, 1]);
      x.mul(plain([0, 2])).backward(plain([Number.POSITIVE_INFINITY, Number.NaN]));
      return x.grad;
    },
    `
    x = leaf([0, 1])
    (x * plain([0, 2])).backward(plain([math.inf, math.nan]))
    return x.grad`,
  ),
];
