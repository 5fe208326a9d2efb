/** Custom functions: what they get. */
import { AutogradFunction, type Context } from "@ag/autograd";
import { type Tensor, tensor } from "@ag/tensor";
import { backward, define, grad, isGradEnabled, onceDifferentiable } from "./api.ts";
import { type Behaviour, leaf, leaf64, nodeName, plain, refused, row } from "./table.ts";

export const functions: readonly Behaviour[] = [
  row(
    "a function of its own, with its own node",
    () => {
      class Cube extends AutogradFunction {
        static forward(ctx: Context, x: Tensor): Tensor {
          ctx.saveForBackward(x);
          return x.mul(x).mul(x);
        }
        static backward(ctx: Context, g: Tensor): Tensor {
          return g.mul(ctx.savedTensors[0]!.pow(2)).mul(3);
        }
      }
      const x = leaf([2]);
      const y = Cube.apply(x);
      y.backward();
      return [y, nodeName(y), x.grad];
    },
    `
    class Cube(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x * x
        @staticmethod
        def backward(ctx, g): return g * ctx.saved_tensors[0].pow(2) * 3
    x = leaf([2])
    y = Cube.apply(x)
    y.backward()
    return [y, node_name(y), x.grad]`,
  ),
  row(
    "its forward is not recorded",
    () => {
      const seen: unknown[] = [];
      const f = define(
        (_, x) => {
          seen.push(isGradEnabled(), x.mul(2).requiresGrad, x.requiresGrad);
          return x.mul(2);
        },
        (_, g) => g,
      );
      f(leaf([1]));
      return seen;
    },
    `
    seen = []
    def forward(ctx, x):
        seen.extend([torch.is_grad_enabled(), (x * 2).requires_grad, x.requires_grad])
        return x * 2
    define(forward, lambda ctx, g: g)(leaf([1]))
    return seen`,
  ),
  row(
    "it knows which arguments want a gradient",
    () => {
      const seen: unknown[] = [];
      const f = define(
        (ctx, a, b) => {
          seen.push([...ctx.needsInputGrad]);
          return a.mul(b);
        },
        (ctx, g) => {
          seen.push([...ctx.needsInputGrad]);
          return [g, null, null];
        },
      );
      f(leaf([1]), plain([2]), 3).backward();
      f(plain([1]), leaf([2]), "x").backward();
      return seen;
    },
    `
    seen = []
    def forward(ctx, a, b, c):
        seen.append(list(ctx.needs_input_grad))
        return a * b
    f = define(forward, lambda ctx, g: seen.append(list(ctx.needs_input_grad)) or (g, None, None))
    f(leaf([1]), plain([2]), 3).backward()
    f(plain([1]), leaf([2]), "x").backward()
    return seen`,
  ),
  row(
    "which arguments want one is of the forward, whatever a pass wants",
    () => {
      const seen: unknown[] = [];
      const f = define(
        (_, a, b) => a.mul(b),
        (ctx, g) => {
          seen.push([...ctx.needsInputGrad]);
          return [g, g];
        },
      );
      const [a, b] = [leaf([1]), leaf([2])];
      grad(f(a, b), a);
      backward(f(a, b), null, { inputs: [b] });
      return seen;
    },
    `
    seen = []
    f = define(lambda ctx, a, b: a * b, lambda ctx, g: seen.append(list(ctx.needs_input_grad)) or (g, g))
    a, b = leaf([1]), leaf([2])
    grad(f(a, b), a)
    backward(f(a, b), inputs=[b])
    return seen`,
  ),
  row(
    "null may be saved, and comes back as such",
    () => {
      const seen: unknown[] = [];
      const f = define(
        (ctx, x) => {
          ctx.saveForBackward(x, null);
          return x.mul(2);
        },
        (ctx, g) => {
          seen.push([...ctx.savedTensors]);
          return g;
        },
      );
      f(leaf([1])).backward();
      return seen;
    },
    `
    seen = []
    f = define(lambda ctx, x: ctx.save_for_backward(x, None) or x * 2,
        lambda ctx, g: seen.append(list(ctx.saved_tensors)) or g)
    f(leaf([1])).backward()
    return seen`,
  ),
  row(
    "a saved input comes back with its history, a saved result too",
    () => {
      const seen: unknown[] = [];
      const f = define(
        (ctx, x) => {
          const out = x.exp();
          ctx.saveForBackward(x, out);
          return out;
        },
        (ctx, g) => {
          const [x, out] = ctx.savedTensors as [Tensor, Tensor];
          seen.push([nodeName(x), nodeName(out), x.requiresGrad]);
          return g.mul(out);
        },
      );
      f(leaf([0]).mul(2)).backward();
      return seen;
    },
    `
    seen = []
    def forward(ctx, x):
        out = x.exp()
        ctx.save_for_backward(x, out)
        return out
    def backward(ctx, g):
        x, out = ctx.saved_tensors
        seen.append([node_name(x), node_name(out), x.requires_grad])
        return g * out
    define(forward, backward)(leaf([0]) * 2).backward()
    return seen`,
  ),
  row(
    "a function of nothing tracked has no node",
    () => {
      const f = define(
        (_, x) => x.mul(2),
        (_, g) => g,
      );
      const y = f(plain([1]));
      return [nodeName(y), y.requiresGrad];
    },
    `
    y = define(lambda ctx, x: x * 2, lambda ctx, g: g)(plain([1]))
    return [node_name(y), y.requires_grad]`,
  ),
  row(
    "a backward of operations is differentiated again",
    () => {
      const f = define(
        (ctx, x) => {
          ctx.saveForBackward(x);
          return x.pow(3);
        },
        (ctx, g) => g.mul(ctx.savedTensors[0]!.pow(2)).mul(3),
      );
      const x = leaf64([2]);
      const [g] = grad(f(x), x, { createGraph: true });
      return [g, grad(g!, x)];
    },
    `
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.pow(3)
    x = leaf64([2])
    g, = grad(define(forward, lambda ctx, g: g * ctx.saved_tensors[0].pow(2) * 3)(x), x, create_graph=True)
    return [g, grad(g, x)]`,
  ),
  row(
    "onceDifferentiable: the backward runs unrecorded, and a second derivative is refused",
    () => {
      const seen: unknown[] = [];
      const f = define(
        (ctx, x) => {
          ctx.saveForBackward(x);
          return x.pow(3);
        },
        onceDifferentiable((ctx, g) => {
          seen.push(isGradEnabled());
          return g.mul(ctx.savedTensors[0]!.pow(2)).mul(3);
        }),
      );
      const [x, v] = [leaf64([2]), leaf64([1])];
      const [g] = grad(f(x), x, { gradOutputs: v, createGraph: true });
      const text = "trying to differentiate twice a function that was marked with @once_differentiable";
      return [seen, g, g!.requiresGrad, refused(text, () => g!.backward())];
    },
    `
    seen = []
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.pow(3)
    def back(ctx, g):
        seen.append(torch.is_grad_enabled())
        return g * ctx.saved_tensors[0].pow(2) * 3
    x, v = leaf64([2]), leaf64([1])
    g, = grad(define(forward, once_differentiable(back))(x), x, grad_outputs=v, create_graph=True)
    return [seen, g, g.requires_grad,
        refused("trying to differentiate twice a function that was marked with @once_differentiable", lambda: g.backward())]`,
  ),
  row(
    "onceDifferentiable without a recorded pass is as any other",
    () => {
      const f = define(
        (_, x) => x.mul(2),
        onceDifferentiable((_, g) => g.mul(2)),
      );
      const x = leaf([1]);
      f(x).backward();
      return [x.grad, x.grad!.requiresGrad];
    },
    `
    x = leaf([1])
    define(lambda ctx, x: x * 2, once_differentiable(lambda ctx, g: g * 2))(x).backward()
    return [x.grad, x.grad.requires_grad]`,
  ),
  row(
    "whole numbers that require nothing pass through",
    () => {
      const f = define(
        (_, x, index) => x.indexSelect(0, index),
        (_, g) => [g.mul(10), null],
      );
      const x = leaf([1, 2]);
      f(x, tensor([1n, 0n]))
        .sum()
        .backward();
      return x.grad;
    },
    `
    f = define(lambda ctx, x, index: x.index_select(0, index), lambda ctx, g: (g * 10, None))
    x = leaf([1, 2])
    f(x, torch.tensor([1, 0])).sum().backward()
    return x.grad`,
  ),
];
