"""Writes pool.json: PyTorch's pooling and its gradients, computed in float64 from float32 inputs."""

import torch
from shared.noise import noise, numbers, write

F = torch.nn.functional


def largest(shape, kernel, stride, padding, dilation, ceil):
    x = noise(shape, 1).double().requires_grad_()
    out, indices = F.max_pool2d(x, kernel, stride, padding, dilation, ceil, return_indices=True)
    out.backward(noise(list(out.shape), 2).double())
    options = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    return {"shape": shape, "options": options, "out": list(out.shape), "values": numbers(out), "indices": numbers(indices), "grad": numbers(x.grad)}


def average(shape, kernel, stride, padding, ceil, include, divisor):
    x = noise(shape, 1).double().requires_grad_()
    out = F.avg_pool2d(x, kernel, stride, padding, ceil, include, divisor)
    out.backward(noise(list(out.shape), 2).double())
    options = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": [1, 1], "countIncludePad": include, "divisor": divisor}
    return {"shape": shape, "options": options, "out": list(out.shape), "values": numbers(out), "grad": numbers(x.grad)}


def adaptive(shape, size):
    x = noise(shape, 1).double().requires_grad_()
    out = F.adaptive_avg_pool2d(x, size)
    out.backward(noise(list(out.shape), 2).double())
    return {"shape": shape, "out": list(out.shape), "values": numbers(out), "grad": numbers(x.grad)}


write("pool.json", {
    "largest": [
        largest([2, 3, 8, 8], [3, 3], [2, 2], [1, 1], [1, 1], False),
        largest([1, 2, 9, 7], [3, 3], [2, 2], [1, 1], [1, 1], True),
        largest([1, 2, 9, 21], [3, 3], [2, 2], [1, 1], [1, 1], False),
        largest([1, 2, 6, 8], [2, 2], [2, 2], [0, 0], [1, 1], False),
        largest([1, 1, 7, 9], [2, 3], [2, 1], [1, 0], [1, 2], False),
        largest([1, 2, 10, 9], [3, 2], [3, 3], [1, 1], [2, 3], True),
        largest([1, 1, 6, 6], [5, 5], [1, 1], [2, 2], [1, 1], False),
        largest([1, 2, 7, 13], [3, 3], [1, 1], [1, 1], [1, 1], False),
        largest([2, 1, 5, 31], [2, 3], [2, 2], [1, 1], [1, 3], True),
        largest([1, 1, 3, 40], [1, 2], [1, 3], [0, 0], [1, 1], False),
    ],
    "average": [
        average([2, 2, 8, 8], [2, 2], [2, 2], [0, 0], False, True, None),
        average([1, 2, 7, 9], [3, 3], [2, 2], [1, 1], False, True, None),
        average([1, 2, 7, 9], [3, 3], [2, 2], [1, 1], True, False, None),
        average([1, 2, 8, 8], [3, 2], [2, 2], [1, 1], True, True, None),
        average([1, 1, 6, 8], [3, 3], [2, 3], [1, 0], True, True, 5),
    ],
    "adaptive": [
        adaptive([2, 3, 5, 5], [2, 2]),
        adaptive([2, 3, 7, 7], [1, 1]),
        adaptive([1, 2, 5, 8], [3, 3]),
        adaptive([1, 2, 2, 3], [4, 5]),
        adaptive([2, 3, 2, 2], [1, 1]),
    ],
})
