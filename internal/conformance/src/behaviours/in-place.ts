/** Writes in place to what is no view. */
import { ones, tensor } from "@ag/tensor";
import { grad, noGrad } from "./api.ts";
import { type Behaviour, leaf, nodeName, plain, refused, row } from "./table.ts";

export const inPlace: readonly Behaviour[] = [
  row(
    "a written result takes the node of the write",
    () => {
      const y = leaf([1, 2]).mul(2);
      y.add_(1);
      const first = nodeName(y);
      y.exp_();
      return [first, nodeName(y), y.gradFn!.nextFunctions[0]![0]];
    },
    `
    y = leaf([1, 2]) * 2
    y.add_(1)
    first = node_name(y)
    y.exp_()
    return [first, node_name(y), y.grad_fn.next_functions[0][0]]`,
  ),
  row(
    "a leaf that requires grad is not written",
    () => {
      const x = leaf([1, 2]);
      return [refused("a leaf Variable that requires grad", () => x.mul_(2)), x];
    },
    `
    x = leaf([1, 2])
    return [refused("a leaf Variable that requires grad", lambda: x.mul_(2)), x]`,
  ),
  row(
    "a leaf is written under noGrad, and stays one",
    () => {
      const x = leaf([1, 2]);
      noGrad(() => x.mul_(2));
      return [x, x.isLeaf, x.requiresGrad, x.version];
    },
    `
    x = leaf([1, 2])
    with no_grad(): x.mul_(2)
    return [x, x.is_leaf, x.requires_grad, x._version]`,
  ),
  row(
    "a plain leaf that takes a tracked operand is a leaf no more",
    () => {
      const [x, y] = [leaf([1, 2]), ones(2)];
      const before = y.isLeaf;
      y.mul_(x);
      y.sum().backward();
      return [before, y.isLeaf, y.requiresGrad, x.grad];
    },
    `
    x, y = leaf([1, 2]), torch.ones(2)
    before = y.is_leaf
    y.mul_(x)
    y.sum().backward()
    return [before, y.is_leaf, y.requires_grad, x.grad]`,
  ),
  row(
    "a written plain leaf with untracked operands stays a leaf without a flag",
    () => {
      const y = ones(2).add_(plain([1, 2]));
      return [y.isLeaf, y.requiresGrad, nodeName(y)];
    },
    `
    y = torch.ones(2).add_(plain([1, 2]))
    return [y.is_leaf, y.requires_grad, node_name(y)]`,
  ),
  row(
    "a write under noGrad with a tracked operand records nothing",
    () => {
      const [x, y] = [leaf([1, 2]), ones(2)];
      noGrad(() => y.mul_(x));
      return [y.requiresGrad, y, nodeName(y)];
    },
    `
    x, y = leaf([1, 2]), torch.ones(2)
    with no_grad(): y.mul_(x)
    return [y.requires_grad, y, node_name(y)]`,
  ),
  row(
    "a write under noGrad to a result keeps its node and its slope",
    () => {
      const x = leaf([1, 2]);
      const y = x.mul(3);
      noGrad(() => y.add_(10));
      y.sum().backward();
      return [nodeName(y), y, x.grad];
    },
    `
    x = leaf([1, 2])
    y = x * 3
    with no_grad(): y.add_(10)
    y.sum().backward()
    return [node_name(y), y, x.grad]`,
  ),
  row(
    "a write gives its own target",
    () => {
      const y = leaf([1, 2]).mul(1);
      return [y.add_(1) === y, y.copy_(plain([3, 4])) === y, y.zero_() === y];
    },
    `
    y = leaf([1, 2]) * 1
    return [y.add_(1) is y, y.copy_(plain([3, 4])) is y, y.zero_() is y]`,
  ),
  row(
    "the residual pattern: a sum and its positive part in place",
    () => {
      const [x, skip] = [leaf([1, -2]), leaf([3, 1])];
      const out = x.mul(2);
      out.add_(skip);
      out.relu_();
      out.sum().backward();
      return [x.grad, skip.grad];
    },
    `
    x, skip = leaf([1, -2]), leaf([3, 1])
    out = x * 2
    out += skip
    out.relu_()
    out.sum().backward()
    return [x.grad, skip.grad]`,
  ),
  row(
    "sigmoid_ after neg_ keeps its own result; after exp_ it overwrites that one's",
    () => {
      const x = leaf([0, 1]);
      const y = x.mul(1).neg_().sigmoid_();
      y.sum().backward();
      const z = leaf([0, 1]).mul(1).exp_().sigmoid_().sum();
      return [y, x.grad, refused("has been modified by an inplace operation", () => z.backward())];
    },
    `
    x = leaf([0, 1])
    y = (x * 1).neg_().sigmoid_()
    y.sum().backward()
    z = (leaf([0, 1]) * 1).exp_().sigmoid_().sum()
    return [y, x.grad, refused("has been modified by an inplace operation", lambda: z.backward())]`,
  ),
  row(
    "pow_ keeps what its slope reads of the value that it overwrites",
    () => {
      const x = leaf([3]);
      const y = x.mul(1);
      y.pow_(2);
      return [nodeName(y), grad(y, [x])];
    },
    `
    x = leaf([3])
    y = x * 1
    y.pow_(2)
    return [node_name(y), grad(y, [x])]`,
  ),
  row(
    "requiresGrad_ on a result of a write is a no-op",
    () => {
      const y = ones(2).mul_(leaf([1, 2]));
      return [y.requiresGrad_() === y, y.isLeaf];
    },
    `
    y = torch.ones(2).mul_(leaf([1, 2]))
    return [y.requires_grad_() is y, y.is_leaf]`,
  ),
  row(
    "a target of whole numbers refuses a floating operand and stays as it was",
    () => {
      const y = tensor([1n, 2n]);
      return [refused("can't be cast", () => y.add_(plain([0.5, 0.5]))), y.tolist(), y.version];
    },
    `
    y = torch.tensor([1, 2])
    return [refused("can't be cast", lambda: y.add_(plain([0.5, 0.5]))), y, y._version]`,
  ),
  row(
    "a target that is narrower than its operand refuses",
    () => {
      const y = leaf([1, 2]).mul(1);
      return refused("doesn't match the broadcast shape", () => y.add_(ones(3, 2)));
    },
    `
    y = leaf([1, 2]) * 1
    return refused("doesn't match the broadcast shape", lambda: y.add_(torch.ones(3, 2)))`,
  ),
];
