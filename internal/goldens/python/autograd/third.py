"""Writes third.json: the first three derivatives of functions, by the names that third.test.ts gives them."""

import json

import torch
import torch.nn.functional as F

from shared.place import tests_of

b = torch.tensor([0.5, 1.25, 2.0, 0.75], dtype=torch.float64)
m = torch.tensor([[1.0, -2.0, 0.5, 1.5], [0.25, 1.0, -1.0, 2.0], [2.0, 0.5, 1.0, -0.5], [1.0, 1.0, -2.0, 0.25]], dtype=torch.float64)
image = lambda x: x.view(1, 1, 2, 2)
classes = torch.tensor([2])
functions = {
    "exp": torch.exp, "expm1": torch.expm1, "log": torch.log, "log1p": torch.log1p, "log2": torch.log2,
    "sqrt": torch.sqrt, "rsqrt": torch.rsqrt, "sin": torch.sin, "cos": torch.cos, "tan": torch.tan,
    "tanh": torch.tanh, "sigmoid": torch.sigmoid, "atan": torch.atan, "erf": torch.erf, "reciprocal": torch.reciprocal,
    "pow 3": lambda x: x**3, "pow 2.5": lambda x: x**2.5, "pow -1.5": lambda x: x**-1.5,
    "pow of tensors": lambda x: torch.pow(x, b), "tensor as power": lambda x: torch.pow(b, x),
    "number to powers": lambda x: 2.5**x, "its own power": lambda x: x**x,
    "mul": lambda x: x * x * x, "div": lambda x: b / x, "div by itself": lambda x: x / (x + b),
    "silu": F.silu, "gelu": F.gelu, "gelu, approximate": lambda x: F.gelu(x, approximate="tanh"),
    "elu": lambda x: F.elu(x - 1), "elu, alpha": lambda x: F.elu(x - 1, alpha=0.5), "softplus": lambda x: F.softplus(x, beta=2, threshold=2),
    "leaky_relu": lambda x: F.leaky_relu(x - 1, 0.3) ** 3, "relu": lambda x: F.relu(x - 1) ** 3, "hardtanh": lambda x: F.hardtanh(x) ** 3,
    "softmax": lambda x: x.softmax(0), "log_softmax": lambda x: x.log_softmax(0), "logsumexp": lambda x: x.logsumexp(0),
    "prod": lambda x: x.prod(), "prod, along": lambda x: x.view(2, 2).prod(0), "prod with a zero": lambda x: (x - 0.75).prod(),
    "cumsum": lambda x: x.cumsum(0) ** 3, "norm": lambda x: x.norm(), "norm, 3": lambda x: x.norm(3), "var": lambda x: x.var() ** 2, "std": lambda x: x.std(),
    "mm": lambda x: x.view(2, 2).mm(x.view(2, 2)).mm(x.view(2, 2)), "mv": lambda x: m.mv(x) ** 3, "dot": lambda x: x.dot(m.mv(x)) ** 2,
    "bmm": lambda x: x.view(1, 2, 2).bmm(x.view(1, 2, 2)) ** 2, "linear": lambda x: F.linear(x, x.view(1, 4)) ** 2,
    "conv2d": lambda x: F.conv2d(image(x), image(x), padding=1) ** 2, "avg_pool2d": lambda x: F.avg_pool2d(image(x), 2) ** 3,
    "max_pool2d": lambda x: F.max_pool2d(image(x), 2) ** 3,
    "batch_norm": lambda x: F.batch_norm(x.view(4, 1), None, None, training=True) ** 2, "layer_norm": lambda x: F.layer_norm(x, [4]) ** 2,
    "mse_loss": lambda x: F.mse_loss(x * x, b), "smooth_l1_loss": lambda x: F.smooth_l1_loss(x * x, b), "huber_loss": lambda x: F.huber_loss(x * x, b),
    "binary_cross_entropy": lambda x: F.binary_cross_entropy(x / 3, b / 3), "binary_cross_entropy_with_logits": lambda x: F.binary_cross_entropy_with_logits(x * x, b),
    "cross_entropy": lambda x: F.cross_entropy(x.view(1, 4), classes), "lerp": lambda x: torch.lerp(x * x, b, x), "addcdiv": lambda x: torch.addcdiv(b, x, x + b),
    "maximum": lambda x: torch.maximum(x, b) ** 3, "amax": lambda x: (x * x * x).amax(), "gather": lambda x: x.gather(0, torch.tensor([0, 0, 3])) ** 3,
    "index_select": lambda x: x.index_select(0, torch.tensor([1, 1, 2])) ** 3, "embedding": lambda x: F.embedding(torch.tensor([0, 0, 1]), x.view(2, 2)) ** 3,
    "remainder": lambda x: torch.remainder(b * 3, x) ** 3, "fmod": lambda x: torch.fmod(b * 3, x) ** 3,
}


def derivatives(f):
    """Of the sum, weighted by place, three times; None where nothing is left to derive."""
    x = torch.tensor([0.5, 1.5, 2.25, 0.875], dtype=torch.float64, requires_grad=True)
    out, found = f(x), []
    for _ in range(3):
        weights = torch.arange(1, out.numel() + 1, dtype=torch.float64).reshape(out.shape)
        (out,) = torch.autograd.grad(out, x, weights, create_graph=True)
        found.append(out.tolist())
        if not out.requires_grad:
            break
    return found


goldens = {name: derivatives(f) for name, f in functions.items()}
(tests_of("autograd") / "goldens" / "third.json").write_text(json.dumps(goldens, indent=1) + "\n")
