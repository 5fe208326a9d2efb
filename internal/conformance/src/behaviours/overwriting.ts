/** Writes that forget, fill and select. */
import { ones, slice, tensor } from "@ag/tensor";
import { type Behaviour, leaf, nodeName, plain, row } from "./table.ts";

export const overwriting: readonly Behaviour[] = [
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
      y.mul(plain([1, 10]))
        .sum()
        .backward();
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
      y.mul(plain([1, 10, 100]))
        .sum()
        .backward();
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
];
