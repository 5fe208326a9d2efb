"""Writes products.json: PyTorch's error in matrix products and convolutions, on numbers that any language can make."""

import json

import torch

from shared.place import tests_of


def numbers(seed, *shape):
    """A linear congruential stream in [-1, 1), rounded to float32."""
    count = torch.Size(shape).numel()
    values = []
    for _ in range(count):
        seed = (seed * 1664525 + 1013904223) % 2**32
        values.append(seed / 2**31 - 1)
    return torch.tensor(values, dtype=torch.float64).float().reshape(shape)


def measured(compute, *operands):
    """The largest error of float32, and eight exact values spread over the result."""
    exact = compute(*[x.double() for x in operands])
    error = (compute(*operands).double() - exact).abs().max().item()
    picks = torch.linspace(0, exact.numel() - 1, 8).long()
    return {"error": error, "picks": picks.tolist(), "exact": exact.flatten()[picks].tolist()}


def product(n, k, m):
    a, b, bias = numbers(1, n, k), numbers(2, k, m), numbers(3, m)
    plain, biased = measured(torch.mm, a, b), measured(torch.addmm, bias, a, b)
    return {"shape": [n, k, m], "product": plain, "biased": biased}


def convolution(n, c, h, w, o, kernel, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
    x, weight, bias = numbers(1, n, c, h, w), numbers(2, o, c // groups, *kernel), numbers(3, o)

    def forward(x, weight, bias):
        return torch.nn.functional.conv2d(x, weight, bias, stride, padding, dilation, groups)

    grad = numbers(4, *forward(x, weight, bias).shape)

    def backward(mask):
        def run(grad, x, weight):
            options = [[o], stride, padding, dilation, False, [0, 0], groups, mask]
            return next(g for g in torch.ops.aten.convolution_backward(grad, x, weight, *options) if g is not None)

        return run

    return {
        "x": list(x.shape),
        "weight": list(weight.shape),
        "out": list(grad.shape),
        "options": {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups},
        "forward": measured(forward, x, weight, bias),
        "input": measured(backward([True, False, False]), grad, x, weight),
        "weights": measured(backward([False, True, False]), grad, x, weight),
    }


products = [(64, 64, 64), (33, 1000, 65), (16, 4608, 4), (1, 3000, 7), (130, 300, 1), (8, 784, 96), (48, 2500, 48)]
goldens = {
    "products": [product(*shape) for shape in products],
    "convolutions": [
        convolution(1, 3, 20, 20, 8, (7, 7), (2, 2), (3, 3)),
        convolution(2, 16, 16, 16, 24, (3, 3), padding=(1, 1)),
        convolution(5, 32, 4, 4, 40, (3, 3), padding=(1, 1)),
        convolution(1, 128, 2, 2, 64, (3, 3), padding=(1, 1)),
        convolution(3, 24, 9, 7, 36, (3, 3), (2, 2), (1, 1)),
        convolution(3, 24, 9, 7, 36, (1, 1), (2, 2)),
        convolution(2, 40, 12, 11, 20, (1, 1)),
        convolution(2, 8, 13, 12, 6, (3, 2), (1, 2), (2, 1), (2, 3)),
        convolution(2, 12, 10, 10, 18, (3, 3), padding=(1, 1), groups=3),
        convolution(2, 9, 11, 10, 9, (3, 3), padding=(1, 1), groups=9),
        convolution(1, 2, 40, 41, 3, (5, 5), padding=(2, 2)),
        convolution(1, 256, 7, 7, 9, (3, 3), padding=(1, 1)),
        convolution(2, 300, 5, 5, 12, (3, 3), padding=(1, 1)),
    ],
    "winograd": [
        convolution(16, 64, 16, 16, 64, (3, 3), padding=(1, 1)),
        convolution(16, 128, 8, 8, 128, (3, 3), padding=(1, 1)),
        convolution(16, 256, 4, 4, 256, (3, 3), padding=(1, 1)),
        convolution(1, 64, 56, 56, 64, (3, 3), padding=(1, 1)),
        convolution(1, 128, 28, 28, 128, (3, 3), padding=(1, 1)),
        convolution(1, 256, 14, 14, 256, (3, 3), padding=(1, 1)),
        convolution(4, 512, 7, 7, 512, (3, 3), padding=(1, 1)),
        convolution(3, 40, 13, 23, 24, (3, 3), padding=(1, 2)),
        convolution(5, 32, 11, 9, 40, (3, 3), padding=(0, 1)),
        convolution(2, 24, 30, 31, 32, (3, 3), padding=(2, 0)),
    ],
}
file = tests_of("kernels") / "goldens" / "products.json"


def keep_larger(new, old):
    """PyTorch errs differently with AVX2 and with AVX-512: of all machines that this ran on, the largest error counts."""
    if isinstance(new, list) and isinstance(old, list):
        for x, y in zip(new, old):
            keep_larger(x, y)
    elif isinstance(new, dict) and isinstance(old, dict):
        if "error" in new and new["picks"] == old.get("picks") and new["exact"] == old["exact"]:
            new["error"] = max(new["error"], old["error"])
        for key in new.keys() & old.keys():
            keep_larger(new[key], old[key])


if file.exists():
    keep_larger(goldens, json.loads(file.read_text()))
file.write_text(json.dumps(goldens) + "\n")
