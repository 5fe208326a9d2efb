/** Gradients that results keep. */
import { ones, slice } from "@ag/tensor";
import { backward, grad } from "./api.ts";
import { type Behaviour, leaf, leaf64, plain, refused, row } from "./table.ts";

export const retainGrad: readonly Behaviour[] = [
  row(
    "a result keeps its gradient when it is asked to",
    () => {
      const x = leaf([1, 2]);
      const [y, z] = [x.mul(2), x.mul(3)];
      y.retainGrad();
      y.mul(z).sum().backward();
      return [y.grad, z.grad, y.retainsGrad, z.retainsGrad, x.retainsGrad];
    },
    `
    x = leaf([1, 2])
    y, z = x * 2, x * 3
    y.retain_grad()
    (y * z).sum().backward()
    return [y.grad, z.grad, y.retains_grad, z.retains_grad, x.retains_grad]`,
  ),
  row(
    "asking twice keeps it once; on a leaf it changes nothing",
    () => {
      const x = leaf([1]);
      const y = x.mul(2);
      y.retainGrad();
      y.retainGrad();
      x.retainGrad();
      y.mul(3).backward();
      return [y.grad, x.grad, x.retainsGrad];
    },
    `
    x = leaf([1])
    y = x * 2
    y.retain_grad()
    y.retain_grad()
    x.retain_grad()
    (y * 3).backward()
    return [y.grad, x.grad, x.retains_grad]`,
  ),
  row(
    "what requires no grad keeps none",
    () => refused("can't retain_grad on Tensor that has requires_grad=False", () => ones(1).retainGrad()),
    `return refused("can't retain_grad on Tensor that has requires_grad=False", lambda: torch.ones(1).retain_grad())`,
  ),
  row(
    "a kept gradient adds up over passes",
    () => {
      const x = leaf([1]);
      const y = x.mul(2);
      y.retainGrad();
      y.mul(3).backward(undefined, { retainGraph: true });
      const first = y.grad!.clone();
      y.mul(5).backward();
      return [first, y.grad];
    },
    `
    x = leaf([1])
    y = x * 2
    y.retain_grad()
    (y * 3).backward(retain_graph=True)
    first = y.grad.clone()
    (y * 5).backward()
    return [first, y.grad]`,
  ),
  row(
    "the gradient of a written result is that after the write",
    () => {
      const x = leaf([2]);
      const y = x.mul(2);
      y.retainGrad();
      y.mul_(3);
      y.backward();
      return [y.grad, y.retainsGrad, x.grad];
    },
    `
    x = leaf([2])
    y = x * 2
    y.retain_grad()
    y.mul_(3)
    y.backward()
    return [y.grad, y.retains_grad, x.grad]`,
  ),
  row(
    "of one that is asked before and after two writes too",
    () => {
      const x = leaf([2]);
      const y = x.mul(2);
      y.retainGrad();
      y.mul_(3);
      y.retainGrad();
      y.mul_(5);
      y.mul(7).backward();
      return [y.grad, x.grad];
    },
    `
    x = leaf([2])
    y = x * 2
    y.retain_grad()
    y.mul_(3)
    y.retain_grad()
    y.mul_(5)
    (y * 7).backward()
    return [y.grad, x.grad]`,
  ),
  row(
    "of a base whose view is written",
    () => {
      const x = leaf([1, 2]);
      const y = x.mul(2);
      y.retainGrad();
      const v = y.at(slice(0, 1));
      v.retainGrad();
      v.mul_(5);
      y.mul(plain([3, 4]))
        .sum()
        .backward();
      return [y.grad, v.grad, x.grad];
    },
    `
    x = leaf([1, 2])
    y = x * 2
    y.retain_grad()
    v = y[0:1]
    v.retain_grad()
    v.mul_(5)
    (y * plain([3, 4])).sum().backward()
    return [y.grad, v.grad, x.grad]`,
  ),
  row(
    "a detached tensor does not keep it",
    () => {
      const y = leaf([1]).mul(2);
      y.retainGrad();
      const d = y.detach();
      y.backward();
      return [d.retainsGrad, d.grad];
    },
    `
    y = leaf([1]) * 2
    y.retain_grad()
    d = y.detach()
    y.backward()
    return [d.retains_grad, d.grad]`,
  ),
  row(
    "a root keeps the gradient that it starts with, as another tensor",
    () => {
      const y = leaf([1, 2]).mul(2);
      const given = plain([3, 4]);
      y.retainGrad();
      y.backward(given);
      y.grad!.add_(1);
      return [y.grad, given];
    },
    `
    y = leaf([1, 2]) * 2
    given = plain([3, 4])
    y.retain_grad()
    y.backward(given)
    y.grad.add_(1)
    return [y.grad, given]`,
  ),
  row(
    "grad fills it on the way, and not at its inputs",
    () => {
      const x = leaf([1]);
      const [y, z] = [x.mul(2), x.mul(3)];
      y.retainGrad();
      z.retainGrad();
      const w = y.mul(z);
      w.retainGrad();
      grad(w, [y, x], { allowUnused: true });
      return [y.grad, z.grad, w.grad];
    },
    `
    x = leaf([1])
    y, z = x * 2, x * 3
    y.retain_grad()
    z.retain_grad()
    w = y * z
    w.retain_grad()
    grad(w, [y, x], allow_unused=True)
    return [y.grad, z.grad, w.grad]`,
  ),
  row(
    "a kept gradient is recorded with the pass",
    () => {
      const x = leaf64([2]);
      const y = x.mul(x);
      y.retainGrad();
      grad(y.mul(y), x, { createGraph: true });
      return [y.grad, y.grad!.requiresGrad];
    },
    `
    x = leaf64([2])
    y = x * x
    y.retain_grad()
    grad(y * y, x, create_graph=True)
    return [y.grad, y.grad.requires_grad]`,
  ),
  row(
    "inputs of backward that are results keep theirs, and go on keeping it",
    () => {
      const x = leaf([2]);
      const y = x.mul(3);
      const z = y.mul(y);
      backward(z, null, { inputs: [y], retainGraph: true });
      const first = [y.grad!.clone(), x.grad, y.retainsGrad];
      backward(z);
      return [first, y.grad, x.grad];
    },
    `
    x = leaf([2])
    y = x * 3
    z = y * y
    backward(z, inputs=[y], retain_graph=True)
    first = [y.grad.clone(), x.grad, y.retains_grad]
    backward(z)
    return [first, y.grad, x.grad]`,
  ),
];
