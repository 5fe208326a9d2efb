/** Writes in place to what is no view. */
import { ones, slice, tensor } from "@ag/tensor";
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
    "zero_ forgets what was there",
    () => {
      const x = leaf([1, 2]);
      const y = x.mul(2).zero_();
      y.sum().backward();
      return [nodeName(y), x.grad];
    },
    `
    x = leaf([1, 2])
    y = (x * 2).zero_()
    y.sum().backward()
    return [node_name(y), x.grad]`,
  ),
  row(
    "fill_ forgets what was there",
    () => {
      const x = leaf([1, 2]);
      const y = x.mul(2).fill_(3);
      y.sum().backward();
      return [nodeName(y), y, x.grad];
    },
    `
    x = leaf([1, 2])
    y = (x * 2).fill_(3)
    y.sum().backward()
    return [node_name(y), y, x.grad]`,
  ),
  row(
    "fill_ by a tracked number sums its gradient",
    () => {
      const v = leaf(3);
      const y = ones(2).fill_(v);
      y.mul(plain([1, 10])).sum().backward();
      return [y, v.grad];
    },
    `
    v = leaf(3)
    y = torch.ones(2).fill_(v)
    (y * plain([1, 10])).sum().backward()
    return [y, v.grad]`,
  ),
  row(
    "copy_ sends the gradient to its source only",
    () => {
      const [x, source] = [leaf([1, 2]), leaf([3, 4])];
      const y = x.mul(2);
      y.copy_(source);
      y.mul(5).sum().backward();
      return [nodeName(y), x.grad, source.grad];
    },
    `
    x, source = leaf([1, 2]), leaf([3, 4])
    y = x * 2
    y.copy_(source)
    (y * 5).sum().backward()
    return [node_name(y), x.grad, source.grad]`,
  ),
  row(
    "copy_ of a narrower source sums, of another dtype casts the gradient",
    () => {
      const source = tensor([3], { dtype: "float64", requiresGrad: true });
      const y = ones(2, 2);
      y.copy_(source);
      y.sum().backward();
      return [source.grad, source.grad!.dtype === "float64"];
    },
    `
    source = torch.tensor([3.], dtype=torch.float64, requires_grad=True)
    y = torch.ones(2, 2)
    y.copy_(source)
    y.sum().backward()
    return [source.grad, source.grad.dtype == torch.float64]`,
  ),
  row(
    "maskedFill_ blocks the gradient where it writes",
    () => {
      const x = leaf([1, 2, 3]);
      const y = x.mul(2).maskedFill_(plain([0, 1, 0]).gt(0), 9);
      y.sum().backward();
      return [nodeName(y), y, x.grad];
    },
    `
    x = leaf([1, 2, 3])
    y = (x * 2).masked_fill_(plain([0, 1, 0]) > 0, 9)
    y.sum().backward()
    return [node_name(y), y, x.grad]`,
  ),
  row(
    "an element that is written makes CopySlices, and blocks its gradient",
    () => {
      const x = leaf([1, 2, 3]);
      const y = x.mul(2);
      y.setAt_(7, 1);
      y.sum().backward();
      return [nodeName(y), y, x.grad];
    },
    `
    x = leaf([1, 2, 3])
    y = x * 2
    y[1] = 7
    y.sum().backward()
    return [node_name(y), y, x.grad]`,
  ),
  row(
    "a written slice sends its gradient to the value",
    () => {
      const [x, v] = [leaf([1, 2, 3]), leaf([4, 5])];
      const y = x.mul(2);
      y.setAt_(v, slice(1));
      y.mul(plain([1, 10, 100])).sum().backward();
      return [y, x.grad, v.grad];
    },
    `
    x, v = leaf([1, 2, 3]), leaf([4, 5])
    y = x * 2
    y[1:] = v
    (y * plain([1, 10, 100])).sum().backward()
    return [y, x.grad, v.grad]`,
  ),
  row(
    "a slice of a plain tensor that takes a tracked value makes it tracked",
    () => {
      const v = leaf(4);
      const y = plain([0, 0, 0]);
      y.setAt_(v, slice(0, 2));
      const node = nodeName(y);
      y.sum().backward();
      return [node, y.isLeaf, v.grad];
    },
    `
    v = leaf(4)
    y = plain([0, 0, 0])
    y[0:2] = v
    node = node_name(y)
    y.sum().backward()
    return [node, y.is_leaf, v.grad]`,
  ),
  row(
    "a masked assignment blocks the gradient where it writes",
    () => {
      const x = leaf([1, 2, 3]);
      const y = x.mul(2);
      y.setAt_(0, y.detach().gt(3));
      y.sum().backward();
      return [y, x.grad];
    },
    `
    x = leaf([1, 2, 3])
    y = x * 2
    y[y.detach() > 3] = 0
    y.sum().backward()
    return [y, x.grad]`,
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
