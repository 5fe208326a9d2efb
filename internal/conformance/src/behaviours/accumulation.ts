/** What arrives in `grad` of leaves. */
import { ones, slice, tensor, zeros } from "@ag/tensor";
import { noGrad } from "./api.ts";
import { type Behaviour, leaf, leaf64, plain, row } from "./table.ts";

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
      x.indexSelect(0, tensor([0n, 0n, 1n]))
        .sum()
        .backward();
      x.at(tensor([1n, 1n]))
        .sum()
        .backward();
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
];
