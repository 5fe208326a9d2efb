"""Writes reduce.json: PyTorch's sums along a dimension, largest elements, and orders; and products of rows, rounded once."""

import torch
from shared.noise import noise, numbers, write

names = ["float32", "float64", "int64", "int32", "int16", "int8", "uint8"]


def values(name, shape, seed):
    x = noise(shape, seed, torch.float64) * 4
    return (x.abs() if name == "uint8" else x).to(getattr(torch, name))


def with_nan(x, places):
    x = x.clone()
    for at in places:
        x.view(-1)[at] = float("nan")
    return x


def extreme(x, dim):
    return {
        "max": [numbers(y) for y in torch.max(x, dim, keepdim=True)],
        "min": [numbers(y) for y in torch.min(x, dim, keepdim=True)],
    }


def case(name, dim, nan=()):
    x = with_nan(values(name, [3, 7, 4], 5), nan)
    sorts = {
        str(descending).lower(): [numbers(y) for y in torch.sort(x, dim=dim, descending=descending, stable=True)] for descending in [False, True]
    }
    sizes = [1 if d == dim else n for d, n in enumerate(x.shape)]
    sums = numbers(torch.cumsum(x, dim, dtype=x.dtype))
    return {"dtype": name, "dim": dim, "nan": list(nan), "x": numbers(x), "out": sizes, **extreme(x, dim), "sort": sorts, "cumsum": sums}


def products(shape):
    x = (noise(shape, 9, torch.float64) * 0.02 + 1).float()
    return {"shape": shape, "x": numbers(x), "prod": numbers(torch.prod(x.double(), 1).float())}


write("reduce.json", {
    "along": [case(name, dim) for name in names for dim in range(3)] + [case("float32", dim, [0, 13, 17, 18]) for dim in range(3)],
    "products": products([8, 40]),
})
