/** Assigned gradients, and several roots. */
import { tensor } from "@ag/tensor";
import { backward, grad } from "./api.ts";
import { type Behaviour, leaf, plain, refused, row } from "./table.ts";

export const roots: readonly Behaviour[] = [
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
