"""Writes softmax.json: PyTorch's softmax and log-softmax with their gradients, computed in float64."""

import torch
from shared.noise import noise, numbers, write


def case(shape, scale, is_log):
    x = (noise(shape, 1) * scale).double().requires_grad_()
    out = torch.log_softmax(x, 1) if is_log else torch.softmax(x, 1)
    out.backward(noise(shape, 2).double())
    return {"shape": shape, "scale": scale, "isLog": is_log, "out": numbers(out), "grad": numbers(x.grad)}


inf, nan = float("inf"), float("nan")
edges = [[0, -inf, 0], [5, -inf], [-inf, -inf], [1, inf], [1, nan, 2], [1000, 1000], [-3e38, 3e38]]


def edge(values, is_log):
    x = torch.tensor([values], dtype=torch.float32)
    out = torch.log_softmax(x, 1) if is_log else torch.softmax(x, 1)
    return {"x": numbers(x), "isLog": is_log, "out": numbers(out)}


write("softmax.json", {
    "cases": [
        case(shape, scale, is_log)
        for shape, scale in [([3, 10], 3), ([5, 1], 3), ([4, 7], 80), ([2, 67], 10), ([7, 33], 1)]
        for is_log in [False, True]
    ],
    "edges": [edge(values, is_log) for values in edges for is_log in [False, True]],
})
