/** What `backward` and `grad` take and give. */
import { type Tensor, zeros } from "@ag/tensor";
import { backward, grad } from "./api.ts";
import { type Behaviour, leaf, leaf64, plain, refused, row } from "./table.ts";

export const apiCalls: readonly Behaviour[] = [
  row(
    "grad takes one tensor where it takes a list",
    () => {
      const x = leaf([2]);
      const y = x.mul(x);
      return [
        grad(y, x, { retainGraph: true }).length,
        grad(y, [x], { retainGraph: true }),
        grad([y], x, { gradOutputs: plain([5]), retainGraph: true }),
        grad([y], [x], { gradOutputs: [plain([7])] }),
      ];
    },
    `
    x = leaf([2])
    y = x * x
    return [len(grad(y, x, retain_graph=True)), grad(y, [x], retain_graph=True),
        grad([y], x, grad_outputs=plain([5]), retain_graph=True), grad([y], [x], grad_outputs=[plain([7])])]`,
  ),
  row(
    "grad touches no gradient",
    () => {
      const [x, z] = [leaf([2]), leaf([3])];
      grad(x.mul(z), x);
      return [x.grad, z.grad];
    },
    `
    x, z = leaf([2]), leaf([3])
    grad(x * z, x)
    return [x.grad, z.grad]`,
  ),
  row(
    "an input that was not used is refused, or null, or zeros",
    () => {
      const [x, z] = [leaf([2]), leaf([3, 4])];
      const y = x.mul(2);
      return [
        refused("appears to not have been used in the graph", () => grad(y, [x, z], { retainGraph: true })),
        grad(y, [x, z], { allowUnused: true, retainGraph: true }),
        grad(y, [x, z], { materializeGrads: true }),
      ];
    },
    `
    x, z = leaf([2]), leaf([3, 4])
    y = x * 2
    return [refused("appears to not have been used in the graph", lambda: grad(y, [x, z], retain_graph=True)),
        grad(y, [x, z], allow_unused=True, retain_graph=True), grad(y, [x, z], materialize_grads=True)]`,
  ),
  row(
    "zeros that were wanted and nothing allowed are refused together",
    () => {
      const x = leaf([2]);
      return refused("", () => grad(x.mul(2), x, { allowUnused: false, materializeGrads: true }));
    },
    `
    x = leaf([2])
    return refused("", lambda: grad(x * 2, x, allow_unused=False, materialize_grads=True))`,
  ),
  row(
    "materialized zeros of a recorded pass require grad",
    () => {
      const [x, z] = [leaf64([2]), leaf64([3])];
      const grads = grad(x.mul(x), [x, z], { materializeGrads: true, createGraph: true });
      return grads.map((g) => [g, g.requiresGrad]);
    },
    `
    x, z = leaf64([2]), leaf64([3])
    grads = grad(x * x, [x, z], materialize_grads=True, create_graph=True)
    return [[g, g.requires_grad] for g in grads]`,
  ),
  row(
    "an input of grad that requires none is refused",
    () => {
      const [x, z] = [leaf([2]), plain([3])];
      return [true, false].map((allowUnused) =>
        refused("does not require grad", () => grad(x.mul(z), [z], { allowUnused })),
      );
    },
    `
    x, z = leaf([2]), plain([3])
    return [refused("does not require grad", lambda: grad(x * z, [z], allow_unused=on)) for on in [True, False]]`,
  ),
  row(
    "an output that requires none is refused",
    () => {
      const text = "does not require grad and does not have a grad_fn";
      return [
        refused(text, () => backward(plain([1]))),
        refused(text, () => grad(plain([1]), leaf([1]))),
        refused(text, () => plain([1]).backward()),
      ];
    },
    `
    text = "does not require grad and does not have a grad_fn"
    return [refused(text, lambda: backward(plain([1]))), refused(text, lambda: grad(plain([1]), leaf([1]))),
        refused(text, lambda: plain([1]).backward())]`,
  ),
  row(
    "no inputs are refused",
    () => {
      const x = leaf([1]);
      return [
        refused("empty", () => grad(x.mul(2), [])),
        refused("empty", () => backward(x.mul(2), null, { inputs: [] })),
      ];
    },
    `
    x = leaf([1])
    return [refused("empty", lambda: grad(x * 2, [])), refused("empty", lambda: backward(x * 2, inputs=[]))]`,
  ),
  row(
    "an input that stands twice: with grad",
    () => {
      const x = leaf([3]);
      return grad(x.mul(x), [x, x]);
    },
    `
    x = leaf([3])
    return grad(x * x, [x, x])`,
  ),
  row(
    "an input that stands twice: with backward",
    () => {
      const x = leaf([3]);
      const y = x.mul(2);
      backward(y.mul(x), null, { inputs: [x, y, x, y] });
      return [x.grad, y.grad];
    },
    `
    x = leaf([3])
    y = x * 2
    backward(y * x, inputs=[x, y, x, y])
    return [x.grad, y.grad]`,
  ),
  row(
    "an input of another input",
    () => {
      const x = leaf([3]);
      const y = x.mul(x);
      return grad(y.mul(5), [y, x]);
    },
    `
    x = leaf([3])
    y = x * x
    return grad(y * 5, [y, x])`,
  ),
  row(
    "the output itself as input",
    () => {
      const y = leaf([3]).mul(2);
      const x = leaf([1]);
      return [grad(y, y, { gradOutputs: plain([4]) }), grad(x, x)];
    },
    `
    y = leaf([3]) * 2
    x = leaf([1])
    return [grad(y, y, grad_outputs=plain([4])), grad(x, x)]`,
  ),
  row(
    "backward with inputs fills those alone",
    () => {
      const [x, w] = [leaf([3]), leaf([4])];
      x.mul(w).backward(undefined, { inputs: [w] });
      return [x.grad, w.grad];
    },
    `
    x, w = leaf([3]), leaf([4])
    (x * w).backward(inputs=[w])
    return [x.grad, w.grad]`,
  ),
  row(
    "backward with inputs adds to what is there; one that was not reached stays",
    () => {
      const [x, w] = [leaf([3]), leaf([4])];
      x.grad = plain([100]);
      backward(x.mul(2), null, { inputs: [x, w] });
      return [x.grad, w.grad];
    },
    `
    x, w = leaf([3]), leaf([4])
    x.grad = plain([100])
    backward(x * 2, inputs=[x, w])
    return [x.grad, w.grad]`,
  ),
  row(
    "backward takes one input without a list",
    () => {
      const x = leaf([3]);
      backward(x.mul(2), null, { inputs: x });
      return x.grad;
    },
    `
    x = leaf([3])
    backward(x * 2, inputs=x)
    return x.grad`,
  ),
  row(
    "only one element needs no gradient, of any rank",
    () => {
      const text = "grad can be implicitly created only for scalar outputs";
      const x = leaf([[2]]);
      x.mul(x).backward();
      return [
        x.grad,
        refused(text, () => leaf([1, 2]).mul(1).backward()),
        refused(text, () => grad(leaf([1, 2]).mul(1), leaf(1))),
        refused(text, () => zeros([0]).requiresGrad_().mul(1).backward()),
      ];
    },
    `
    text = "grad can be implicitly created only for scalar outputs"
    x = leaf([[2]])
    (x * x).backward()
    return [x.grad, refused(text, lambda: (leaf([1, 2]) * 1).backward()),
        refused(text, lambda: grad(leaf([1, 2]) * 1, leaf(1))),
        refused(text, lambda: (torch.zeros(0).requires_grad_() * 1).backward())]`,
  ),
  row(
    "a gradient has the shape of its root, and any dtype",
    () => {
      const x = leaf([1, 2]);
      const text = "Mismatch in shape: grad_output[0]";
      return [
        refused(text, () => x.mul(1).backward(plain([1]))),
        refused(text, () => grad(x.mul(1), x, { gradOutputs: plain([[1, 2]]) })),
        grad(x.mul(1), x, { gradOutputs: plain([3, 4]).double() }),
        grad(x.mul(1), x, { gradOutputs: plain([3, 4]).long() }),
      ];
    },
    `
    x = leaf([1, 2])
    text = "Mismatch in shape: grad_output[0]"
    return [refused(text, lambda: (x * 1).backward(plain([1]))),
        refused(text, lambda: grad(x * 1, x, grad_outputs=plain([[1, 2]]))),
        grad(x * 1, x, grad_outputs=plain([3, 4]).double()), grad(x * 1, x, grad_outputs=plain([3, 4]).long())]`,
  ),
  row(
    "as many gradients as roots",
    () => {
      const x = leaf([1]);
      return refused("got 2 tensors and 1 gradients", () => backward([x.mul(1), x.mul(2)], [plain([1])]));
    },
    `
    x = leaf([1])
    return refused("got 2 tensors and 1 gradients", lambda: backward([x * 1, x * 2], [plain([1])]))`,
  ),
  row(
    "gradients that require grad themselves",
    () => {
      const [x, v] = [leaf64([3]), leaf64([5])];
      const [g] = grad(x.mul(x), x, { gradOutputs: v, createGraph: true });
      return [g, grad(g!, [x, v])];
    },
    `
    x, v = leaf64([3]), leaf64([5])
    g, = grad(x * x, x, grad_outputs=v, create_graph=True)
    return [g, grad(g, [x, v])]`,
  ),
  row(
    "things that are no tensors are refused",
    () => {
      const x = leaf([1]);
      return [
        refused("", () => backward(3 as never)),
        refused("", () => x.mul(1).backward(3 as never)),
        refused("", () => grad(x.mul(1), [3 as never])),
        refused("", () => grad(3 as never, x)),
        refused("", () => grad(x.mul(1), null as never)),
      ];
    },
    `
    x = leaf([1])
    return [refused("", lambda: backward(3)), refused("", lambda: (x * 1).backward(3)),
        refused("", lambda: grad(x * 1, [3])), refused("", lambda: grad(3, x)), refused("", lambda: grad(x * 1, None))]`,
  ),
  row(
    "of no roots at all nothing is asked",
    () => refused("", () => backward([] as Tensor[])),
    `return refused("", lambda: backward([]))`,
  ),
  row(
    "a gradient of a grad that is not recorded has no history",
    () => {
      const x = leaf64([2]);
      const [g] = grad(x.pow(3), x);
      return [g!.requiresGrad, g!.isLeaf, refused("does not require grad", () => grad(g!, x))];
    },
    `
    x = leaf64([2])
    g, = grad(x.pow(3), x)
    return [g.requires_grad, g.is_leaf, refused("does not require grad", lambda: grad(g, x))]`,
  ),
];
