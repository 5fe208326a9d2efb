"""Writes gradcheck.json: what PyTorch's gradcheck says of functions, right and wrong, by the names that gradcheck.test.ts gives them."""

import json
import warnings

import torch
from torch.autograd import gradcheck, gradgradcheck

from shared.place import tests_of

warnings.simplefilter("ignore")


def doubles(*values):
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def custom(forward, backward, materialize=True):
    """A function that saves its inputs; its backward gets these and the gradients."""

    class Custom(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *inputs):
            ctx.save_for_backward(*inputs)
            ctx.set_materialize_grads(materialize)
            return forward(*inputs)

        @staticmethod
        def backward(ctx, *grads):
            return backward(ctx.saved_tensors, *grads)

    return Custom.apply


square = lambda x: x * x
double = lambda x: x * 2
jitter = iter(range(1, 10**6))
pair = lambda x: (x * 2, x * 3)
matrix = lambda: torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64, requires_grad=True)
ones = lambda x: torch.ones_like(x)
x = lambda: doubles(1.0, 2.0)
y = lambda: doubles(3.0, 5.0)
spread = lambda x: doubles(1.0).detach().expand(3).requires_grad_()
closed = x()


def first_off(g):
    g = g.clone()
    g[0] = 0
    return g


def with_bit(g):
    return g * 2 + next(jitter) * 1e-12 * g


# Backwards that are wrong.
planted = {
    "another factor": lambda: (custom(double, lambda s, g: g * 3), x()),
    "another sign": lambda: (custom(square, lambda s, g: -2 * s[0] * g), x()),
    "the gradient is not used": lambda: (custom(double, lambda s, g: ones(g) * 2), x()),
    "a constant is added": lambda: (custom(double, lambda s, g: g * 2 + 1e-3), x()),
    "a constant below the tolerance is added": lambda: (custom(double, lambda s, g: g * 2 + 1e-9), x()),
    "no gradient": lambda: (custom(double, lambda s, g: None), x()),
    "transposed": lambda: (custom(square, lambda s, g: (2 * s[0] * g).t()), matrix()),
    "the mean instead of the sum": lambda: (custom(lambda a, b: a * b, lambda s, g: (g * s[1], (g * s[0]).mean(0, keepdim=True))), (x(), doubles(3.0))),
    "swapped": lambda: (custom(lambda a, b: a * b, lambda s, g: (g * s[0], g * s[1])), (x(), y())),
    "one element forgotten": lambda: (custom(double, lambda s, g: first_off(g * 2)), x()),
    "a gradient that jitters": lambda: (custom(double, lambda s, g: with_bit(g)), x()),
    "a gradient squared": lambda: (custom(double, lambda s, g: 2 * g * g.abs()), x()),
    "twice a gradient squared": lambda: (custom(double, lambda s, g: 2 * g * g * 1.5), x()),
    "a result that is forgotten": lambda: (custom(pair, lambda s, a, b: a * 2), x()),
    "straight through a step": lambda: (custom(lambda x: x.floor(), lambda s, g: g), doubles(1.5, 2.25)),
    "bounded": lambda: (custom(lambda x: x * 30, lambda s, g: (g * 30).clamp(-1, 1)), x()),
    "1 for what is missing": lambda: (custom(double, lambda s, g: ones(s[0]) if g is None else g * 2, False), x()),
    "1 for what is missing, further down": lambda: (lambda x: custom(double, lambda s, g: ones(s[0]) if g is None else g * 2, False)(x) * 3, x()),
    "1 for one that is missing": lambda: (custom(pair, lambda s, a, b: ones(s[0]) if a is None or b is None else a * 2 + b * 3, False), x()),
    "null for one that is missing": lambda: (custom(pair, lambda s, a, b: None if a is None or b is None else a * 2 + b * 3, False), x()),
    "refuses what is missing": lambda: (custom(double, lambda s, g: g.mul(2), False), x()),
    "zeros for what is missing": lambda: (custom(double, lambda s, g: g.mul(2)), x()),
}

# Everything else.
cases = {f"planted: {name}": (lambda make=make: gradcheck(*make())) for name, make in planted.items()}
cases |= {f"planted, fast: {name}": (lambda make=make: gradcheck(*make(), fast_mode=True)) for name, make in planted.items()}
cases |= {f"planted, without exception: {name}": (lambda make=make: gradcheck(*make(), raise_exception=False)) for name, make in planted.items() if "refuses" not in name}
cases |= {
    "right": lambda: gradcheck(square, (x(),)),
    "right, of one tensor": lambda: gradcheck(square, x()),
    "right, by hand": lambda: gradcheck(custom(square, lambda s, g: 2 * s[0] * g), x()),
    "right, fast": lambda: gradcheck(square, x(), fast_mode=True),
    "detached": lambda: gradcheck(lambda x: x.detach() * 2, (x(),)),
    "detached, fast": lambda: gradcheck(lambda x: x.detach() * 2, (x(),), fast_mode=True),
    "detached, without exception": lambda: gradcheck(lambda x: x.detach() * 2, (x(),), raise_exception=False),
    "one result detached": lambda: gradcheck(lambda x: (x * 2, x.detach() * 3), (x(),)),
    "the first result detached": lambda: gradcheck(lambda x: (x.detach() * 3, x * 2), (x(),)),
    "constant": lambda: gradcheck(lambda x: ones(x).detach(), (x(),)),
    "constant, fast": lambda: gradcheck(lambda x: ones(x).detach(), (x(),), fast_mode=True),
    "whole numbers of it": lambda: gradcheck(lambda x: (x * 1e7).long(), (x(),)),
    "no results": lambda: gradcheck(lambda x: (), (x(),)),
    "not derived by": lambda: gradcheck(lambda a, b: a * 2, (x(), y())),
    "the input": lambda: gradcheck(lambda x: x, (x(),)),
    "the input, fast": lambda: gradcheck(lambda x: x, (x(),), fast_mode=True),
    "the input, and its square": lambda: gradcheck(lambda x: (x, x * x), (x(),)),
    "the input twice": lambda: gradcheck(lambda a, b: a * b, (closed, closed)),
    "an input that is not passed": lambda: gradcheck(lambda _: closed * closed, (closed,)),
    "no inputs": lambda: gradcheck(lambda: torch.ones(2), ()),
    "inputs that need no gradient": lambda: gradcheck(square, (x().detach(),)),
    "empty": lambda: gradcheck(square, (doubles(),)),
    "empty, fast": lambda: gradcheck(square, (doubles(),), fast_mode=True),
    "overlapping": lambda: gradcheck(square, (spread(x),)),
    "overlapping, without exception": lambda: gradcheck(square, (spread(x),), raise_exception=False),
    "overlapping, without gradient": lambda: gradcheck(lambda a, b: a * b, (doubles(1.0, 2.0, 3.0), spread(x).detach())),
    "one element, stride 0": lambda: gradcheck(square, (doubles(1.0).detach().as_strided([1], [0]).requires_grad_(),)),
    "transposed input": lambda: gradcheck(square, (matrix().detach().t().requires_grad_(),)),
    "float32": lambda: gradcheck(square, (torch.tensor([1.0, 2.0], requires_grad=True),)),
    "float32, wide": lambda: gradcheck(square, (torch.tensor([1.0, 2.0], requires_grad=True),), eps=1e-2, atol=1e-2),
    "float32 beside float64": lambda: gradcheck(lambda a, b: a * b, (x(), torch.tensor([1.0, 2.0], requires_grad=True)), eps=1e-2, atol=1e-2),
    "a result in float32": lambda: gradcheck(lambda x: x.float(), (x(),)),
    "a result in float32, wide": lambda: gradcheck(lambda x: x.float(), (x(),), eps=1e-2, atol=1e-2),
    "dtypes of gradients": lambda: gradcheck(custom(double, lambda s, g: (g * 2).float()), x(), check_grad_dtypes=True),
    "positions last": lambda: gradcheck(lambda x: torch.max(x, 0), (x(),)),
    "a shape that changes": lambda: gradcheck(lambda x: x[x > 1] * 1.0, (x(),)),
    "at a bend": lambda: gradcheck(torch.relu, (doubles(0.0),)),
    "at a bend that is even": lambda: gradcheck(torch.abs, (doubles(0.0),)),
    "at a pole": lambda: gradcheck(torch.sqrt, (doubles(0.0),)),
    "not a number": lambda: gradcheck(torch.log, (doubles(-1.0),)),
    "another step": lambda: gradcheck(lambda x: x**3 * 1e4, (x(),), eps=1.0),
    "another step, far": lambda: gradcheck(lambda x: x**3, (x(),), eps=1e-1, atol=2e-2),
    "an absolute tolerance": lambda: gradcheck(planted["another factor"]()[0], x(), atol=2.0),
    "a relative tolerance": lambda: gradcheck(planted["another factor"]()[0], x(), rtol=0.6),
    "a relative tolerance that is small": lambda: gradcheck(planted["another factor"]()[0], x(), rtol=0.4),
    "jitter within the tolerance": lambda: gradcheck(custom(double, lambda s, g: with_bit(g)), x(), nondet_tol=1e-3),
    "missing gradients are not checked": lambda: gradcheck(*planted["1 for what is missing"](), check_undefined_grad=False),
    "twice: right": lambda: gradgradcheck(square, (x(),)),
    "twice: right, of one tensor": lambda: gradgradcheck(square, x()),
    "twice: right, fast": lambda: gradgradcheck(square, x(), fast_mode=True),
    "twice: linear": lambda: gradgradcheck(double, (x(),)),
    "twice: the input": lambda: gradgradcheck(lambda x: x, (x(),)),
    "twice: several results": lambda: gradgradcheck(lambda x: (x.exp(), x * x), (x(),)),
    "twice: scattered gradients": lambda: gradgradcheck(square, (matrix(),), gen_non_contig_grad_outputs=True),
    "twice: given gradients": lambda: gradgradcheck(square, (x(),), (y(),)),
    "twice: one given gradient": lambda: gradgradcheck(square, x(), y()),
    "twice: constant gradients": lambda: gradgradcheck(square, (x(),), (y().detach(),)),
    "twice: constant gradients of what is linear": lambda: gradgradcheck(double, (x(),), (y().detach(),)),
    "twice: nothing is recorded": lambda: gradgradcheck(custom(square, lambda s, g: (2 * s[0] * g).detach()), x()),
    "twice: nothing is recorded, without exception": lambda: gradgradcheck(custom(square, lambda s, g: (2 * s[0] * g).detach()), x(), raise_exception=False),
    "twice: the input is not recorded": lambda: gradgradcheck(custom(square, lambda s, g: 2 * s[0].detach() * g), x()),
    "twice: the input is not recorded, fast": lambda: gradgradcheck(custom(square, lambda s, g: 2 * s[0].detach() * g), x(), fast_mode=True),
    "twice: the gradient is not recorded": lambda: gradgradcheck(custom(square, lambda s, g: 2 * s[0] * g.detach()), x()),
    "twice: no result is recorded": lambda: gradgradcheck(lambda x: x.detach() * 2, x()),
    "twice: overlapping": lambda: gradgradcheck(square, (spread(x),)),
    "twice: overlapping gradient": lambda: gradgradcheck(square, (doubles(1.0, 2.0, 3.0),), (spread(x),)),
    "twice: too few gradients": lambda: gradgradcheck(pair, (x(),), (y(),)),
}


def verdict(case):
    try:
        return case()
    except Exception as error:
        return {"error": type(error).__name__, "says": str(error).splitlines()[0]}


goldens = {name: verdict(case) for name, case in cases.items()}
(tests_of("autograd") / "goldens" / "gradcheck.json").write_text(json.dumps(goldens, indent=1) + "\n")
