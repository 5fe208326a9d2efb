/** Derivatives of derivatives. */
import { leakyRelu, slice } from "@ag/tensor";
import { backward, define, grad } from "./api.ts";
import { type Behaviour, leaf64, plain, refused, row } from "./table.ts";

export const doubleBackward: readonly Behaviour[] = [
  row(
    "four derivatives of a power",
    () => {
      const x = leaf64([2]);
      const found = [];
      let y = x.pow(4);
      for (let i = 0; i < 4; i++) {
        [y] = grad(y, [x], { createGraph: true }) as [typeof y];
        found.push(y);
      }
      return found;
    },
    `
    x, found = leaf64([2]), []
    y = x.pow(4)
    for i in range(4):
        y, = grad(y, [x], create_graph=True)
        found.append(y)
    return found`,
  ),
  row(
    "a product of the Hessian and a vector",
    () => {
      const [x, v] = [leaf64([1, 2]), plain([3, 4]).double()];
      const [g] = grad(x.pow(3).sum().mul(x.prod()), [x], { createGraph: true });
      return grad(g!, [x], { gradOutputs: v });
    },
    `
    x, v = leaf64([1, 2]), plain([3, 4]).double()
    g, = grad(x.pow(3).sum() * x.prod(), [x], create_graph=True)
    return grad(g, [x], grad_outputs=v)`,
  ),
  row(
    "a penalty on gradients",
    () => {
      const [x, w] = [leaf64([1, 2]), leaf64([3, 4])];
      const loss = x.mul(w).sum().pow(2);
      const [g] = grad(loss, [x], { createGraph: true });
      loss.add(g!.pow(2).sum()).backward();
      return [x.grad, w.grad];
    },
    `
    x, w = leaf64([1, 2]), leaf64([3, 4])
    loss = (x * w).sum().pow(2)
    g, = grad(loss, [x], create_graph=True)
    (loss + g.pow(2).sum()).backward()
    return [x.grad, w.grad]`,
  ),
  row(
    "backward with createGraph, and once more",
    () => {
      const x = leaf64([3]);
      x.pow(3).backward(undefined, { createGraph: true });
      const first = x.grad!;
      x.grad = null;
      first.backward();
      return [first, x.grad];
    },
    `
    x = leaf64([3])
    x.pow(3).backward(create_graph=True)
    first = x.grad
    x.grad = None
    first.backward()
    return [first, x.grad]`,
  ),
  row(
    "an index that takes everything passes second derivatives on",
    () => {
      const x = leaf64([[1, 2]]);
      const y = x.at(slice(), slice()).pow(3).sum();
      const [s] = grad(y, [x], { createGraph: true });
      y.add(s!.square().sum()).backward();
      return x.grad;
    },
    `
    x = leaf64([[1, 2]])
    y = x[:, :].pow(3).sum()
    s, = grad(y, [x], create_graph=True)
    (y + s.square().sum()).backward()
    return x.grad`,
  ),
  row(
    "a gradient that does not depend on anything has no graph",
    () => {
      const x = leaf64([2]);
      const [g] = grad(x.mul(3), [x], { createGraph: true });
      return [g!.requiresGrad, refused("does not require grad", () => grad(g!, [x]))];
    },
    `
    x = leaf64([2])
    g, = grad(x * 3, [x], create_graph=True)
    return [g.requires_grad, refused("does not require grad", lambda: grad(g, [x]))]`,
  ),
  row(
    "second derivatives of what has corners are zeros",
    () => {
      const x = leaf64([2, -1]);
      const kinds = [
        (t: typeof x) => t.relu(),
        (t: typeof x) => leakyRelu(t, { negativeSlope: 0.1 }),
        (t: typeof x) => t.abs(),
      ];
      return kinds.map((kind) => {
        const [g] = grad(kind(x).sum(), [x], { createGraph: true });
        return [g!.requiresGrad, g!.requiresGrad ? grad(g!.sum(), [x], { allowUnused: true }) : "no graph"];
      });
    },
    `
    x, found = leaf64([2, -1]), []
    for kind in [torch.relu, lambda t: torch.nn.functional.leaky_relu(t, 0.1), torch.abs]:
        g, = grad(kind(x).sum(), [x], create_graph=True)
        found.append([g.requires_grad, grad(g.sum(), [x], allow_unused=True) if g.requires_grad else "no graph"])
    return found`,
  ),
  row(
    "a recorded gradient of one part of a graph, then of the whole",
    () => {
      const x = leaf64([2]);
      const y = x.mul(x);
      const z = y.mul(y);
      const [gy] = grad(z, [y], { createGraph: true });
      return [gy, grad(gy!, [x], { retainGraph: true }), grad(z.add(gy!), [x])];
    },
    `
    x = leaf64([2])
    y = x * x
    z = y * y
    gy, = grad(z, [y], create_graph=True)
    return [gy, grad(gy, [x], retain_graph=True), grad(z + gy, [x])]`,
  ),
  row(
    "gradients of gradients with respect to what they started with",
    () => {
      const [x, v] = [leaf64([1, 2]), leaf64([3, 4])];
      const [g] = grad(x.exp(), [x], { gradOutputs: v, createGraph: true });
      return grad(g!.sum(), [v, x]);
    },
    `
    x, v = leaf64([1, 2]), leaf64([3, 4])
    g, = grad(x.exp(), [x], grad_outputs=v, create_graph=True)
    return grad(g.sum(), [v, x])`,
  ),
  row(
    "a forward derivative from two backwards",
    () => {
      const [x, v] = [leaf64([1, 2]), leaf64([0, 0])];
      const [g] = grad(x.pow(2).mul(x.sum()), [x], { gradOutputs: v, createGraph: true });
      return grad(g!, [v], { gradOutputs: plain([1, 10]).double() });
    },
    `
    x, v = leaf64([1, 2]), leaf64([0, 0])
    g, = grad(x.pow(2) * x.sum(), [x], grad_outputs=v, create_graph=True)
    return grad(g, [v], grad_outputs=plain([1, 10]).double())`,
  ),
  row(
    "second derivatives through products of matrices, softmax and reductions",
    () => {
      const x = leaf64([
        [0.1, 0.2],
        [0.3, 0.4],
      ]);
      const y = x.matmul(x).softmax(1).mul(x).sum(0).pow(2).mean();
      const [g] = grad(y, [x], { createGraph: true });
      return [g, grad(g!.pow(2).sum(), [x])];
    },
    `
    x = leaf64([[0.1, 0.2], [0.3, 0.4]])
    y = ((x @ x).softmax(1) * x).sum(0).pow(2).mean()
    g, = grad(y, [x], create_graph=True)
    return [g, grad(g.pow(2).sum(), [x])]`,
  ),
  row(
    "a recorded pass may be freed afterwards",
    () => {
      const x = leaf64([3]);
      const [g] = grad(x.exp().pow(2), [x], { createGraph: true });
      g!.backward();
      return [x.grad, refused("Trying to backward through the graph a second time", () => g!.backward())];
    },
    `
    x = leaf64([3])
    g, = grad(x.exp().pow(2), [x], create_graph=True)
    g.backward()
    return [x.grad, refused("Trying to backward through the graph a second time", lambda: g.backward())]`,
  ),
  row(
    "a function whose backward is another function",
    () => {
      const cosine = define(
        (ctx, x) => {
          ctx.saveForBackward(x);
          return x.cos();
        },
        (ctx, g) => g.mul(ctx.savedTensors[0]!.sin()).neg(),
      );
      const sine = define(
        (ctx, x) => {
          ctx.saveForBackward(x);
          return x.sin();
        },
        (ctx, g) => g.mul(cosine(ctx.savedTensors[0]!)),
      );
      const x = leaf64([0.5]);
      const [g] = grad(sine(x), [x], { createGraph: true });
      backward(g!);
      return [g, x.grad];
    },
    `
    def sine_forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sin()
    def cosine_forward(ctx, x):
        ctx.save_for_backward(x)
        return x.cos()
    cosine = define(cosine_forward, lambda ctx, g: -(g * ctx.saved_tensors[0].sin()))
    sine = define(sine_forward, lambda ctx, g: g * cosine(ctx.saved_tensors[0]))
    x = leaf64([0.5])
    g, = grad(sine(x), [x], create_graph=True)
    backward(g)
    return [g, x.grad]`,
  ),
];
