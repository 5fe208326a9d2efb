"""Writes gather.json: what PyTorch reads and adds at positions from an index."""

import torch
from shared.noise import noise, numbers, write

names = ["float32", "float64", "int64", "int32"]


def index(shape, size, seed):
    return ((noise(shape, seed) + 1) / 2 * size).long().clamp(0, size - 1)


def lines(dim):
    shape = [5, 6, 7]
    chosen = [4, 5, 6]
    chosen[dim] = 9
    at = index(chosen, shape[dim], 3)
    x, source = noise(shape, 1), noise(chosen, 2)
    return {
        "dim": dim, "shape": shape, "chosen": chosen, "index": numbers(at),
        "gather": numbers(torch.gather(x, dim, at)), "scatter": numbers(x.clone().scatter_add_(dim, at, source)),
    }


def slices(shape, dim, k):
    at = index([k], shape[dim], 3)
    x = noise(shape, 1)
    chosen = [k if d == dim else n for d, n in enumerate(shape)]
    return {
        "dim": dim, "shape": shape, "chosen": chosen, "index": numbers(at),
        "select": numbers(x.index_select(dim, at)), "add": numbers(x.clone().index_add_(dim, at, noise(chosen, 2))),
    }


x = (noise([4, 5, 3], 7) * 2).long()
write("gather.json", {
    "lines": [lines(dim) for dim in range(3)],
    "slices": [slices([6, 5], 0, 9), slices([6, 5], 1, 4), slices([6, 21], 0, 9), slices([3, 4, 18], 1, 7)],
    "nonzero": {"x": numbers(x), "shape": [4, 5, 3], "positions": numbers(x.nonzero())},
})
