"""Numbers in [-1, 1) without structure; noise.ts of the kernels' tests draws the same."""

import json
import math

import torch

from shared.place import tests_of


def noise(shape, seed=1, dtype=torch.float32):
    state, values = seed, []
    for _ in range(math.prod(shape)):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append((state - 2**32 if state >= 2**31 else state) / 2**31)
    return torch.tensor(values, dtype=torch.float64).to(dtype).reshape(shape)


def numbers(x):
    """JSON knows no infinity and no NaN: they become words that JavaScript reads as such."""
    words = {math.inf: "Infinity", -math.inf: "-Infinity"}
    return ["NaN" if v != v else words.get(v, v) for v in x.detach().flatten().tolist()]


def write(name, goldens):
    (tests_of("kernels") / "goldens" / name).write_text(json.dumps(goldens, separators=(",", ":")) + "\n")
