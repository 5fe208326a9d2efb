"""Writes random.json: SHA-256 of what PyTorch's CPU generator draws, one sequence of fills for each entry.

Needs the official wheel for CPUs, on x86-64 with AVX2.
"""

import hashlib
import json
import math

import torch

from shared.place import tests_of

SEEDS = [0, -1, 123456789012]
LENGTHS = [1, 5, 15, 16, 17, 31, 100, 100003]
DTYPES = {"float32": torch.float32, "float64": torch.float64, "int64": torch.int64, "int32": torch.int32,
          "int16": torch.int16, "int8": torch.int8, "uint8": torch.uint8, "bool": torch.bool}


def fill(call, generator):
    kind, shape, dtype, *rest = call
    dtype = DTYPES[dtype]
    if kind == "permutation":
        return torch.randperm(shape[0], generator=generator)
    x = torch.zeros(shape, dtype=dtype)
    if kind == "transposed normal":
        x.t().normal_(rest[0], rest[1], generator=generator)
    elif kind == "uniform":
        x.uniform_(rest[0], rest[1], generator=generator)
    elif kind == "normal":
        x.normal_(rest[0], rest[1], generator=generator)
    elif kind == "integers":
        x.random_(rest[0], rest[1], generator=generator)
    elif kind == "bernoulli":
        x.bernoulli_(rest[0], generator=generator)
    elif kind == "columns uniform":
        x[:, 1:3].uniform_(rest[0], rest[1], generator=generator)
    elif kind == "columns normal":
        x[:, 1:3].normal_(rest[0], rest[1], generator=generator)
    return x


def sequences():
    for n in LENGTHS:
        yield [["uniform", [n], "float32", 0, 1], ["uniform", [n], "float32", -0.1, 0.1],
               ["uniform", [n], "float32", -0.75, 0.75], ["uniform", [n], "float32", 0, 3.3]]
        yield [["uniform", [n], "float32", 1e-40, 3e-40], ["uniform", [n], "float32", -2, 1000.1]]
        yield [["uniform", [n], "float64", 0, 1], ["uniform", [n], "float64", -0.1, 0.1],
               ["uniform", [n], "float64", 3, 8.7]]
        yield [["normal", [n], "float32", 0, 1], ["normal", [n], "float32", 0, math.sqrt(2 / 576)],
               ["normal", [n], "float32", 1.5, 0.3], ["normal", [n], "float32", -1e-30, 1e-3]]
        yield [["integers", [n], dtype, 0, 10] for dtype in DTYPES if dtype != "bool"]
        yield [["integers", [n], "int64", -5, 2**31], ["integers", [n], "int64", -(2**40), 2**40 + 7],
               ["integers", [n], "int64", 0, 2**32 - 1], ["integers", [n], "int64", 0, 2**32],
               ["integers", [n], "int32", -(2**31), 2**31 - 1], ["integers", [n], "float32", -7, 1000]]
        yield [["bernoulli", [n], dtype, 0.3] for dtype in DTYPES]
        yield [["permutation", [n], "int64"], ["permutation", [n], "int64"]]
    yield [["normal", [5], "float32", 0, 1], ["normal", [16], "float32", 0, 1], ["normal", [3], "float32", 2, 3],
           ["uniform", [7], "float32", 0, 1], ["normal", [1], "float32", 0, 1], ["normal", [40], "float32", 0, 1],
           ["normal", [2], "float32", 0, 1], ["permutation", [10], "int64"], ["normal", [15], "float32", 0, 0.02]]
    yield [["transposed normal", [7, 9], "float32", 0, 1], ["columns uniform", [5, 4], "float32", -1, 1],
           ["columns normal", [9, 4], "float32", 0.5, 2], ["uniform", [3], "float32", 0, 1]]
    yield [["uniform", [700], "float32", 0, 1] for _ in range(20)]


def halfway(values):
    """Pairs c, f with values[i] * f + c so near to half-way between two float32 that rounding to float64 first is wrong."""
    c = torch.tensor(2.0**-32 * (1 + 2.0**-23))
    for x in values.tolist():
        k = int(x * 2**24)
        if not 2**23 < k < 2**24 or k % 2 == 0:
            continue
        f = (2**22 - 2**15) * pow(k, -1, 2**24) % 2**24 / 2**23
        if f < 1 or x * f >= 1:
            continue
        twice_rounded = torch.tensor(x * f + c.item(), dtype=torch.float64).float().item()
        assert twice_rounded < math.ldexp(round(x * f * 2**25) // 2 + 1, -24)
        yield c.item(), f


def hard_sequences(seed):
    draw = lambda name: getattr(torch, name)(48, generator=torch.Generator().manual_seed(seed))
    for n in (48, 4800):
        yield from ([["uniform", [n], "float32", c, f]] for c, f in halfway(draw("rand")))
        yield from ([["normal", [n], "float32", c, f]] for c, f in halfway(draw("randn")))


def digest(calls, seed):
    generator = torch.Generator().manual_seed(seed)
    parts = [fill(call, generator).contiguous().numpy().tobytes() for call in calls]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def normals_float64(seed):
    """Too few to be hashed: they depend on the mathematics library in the last bit."""
    generator = torch.Generator().manual_seed(seed)
    sizes = [[5, 0, 1], [40, 0, 1], [37, 1.5, 0.3], [4, -2, 0.7]]
    return {"sizes": sizes, "values": [torch.empty(n, dtype=torch.float64).normal_(mean, std, generator=generator)
                                       .tolist() for n, mean, std in sizes]}


def words(seed):
    generator = torch.Generator().manual_seed(seed)
    x = torch.empty(4, dtype=torch.int64).random_(-(2**63), None, generator=generator)
    return [str(value % 2**64) for value in x.tolist()]


golden = {
    "random64": [{"seed": seed, "values": words(seed)} for seed in SEEDS],
    "hashes": [{"seed": seed, "calls": calls, "sha256": digest(calls, seed)} for seed in SEEDS
               for calls in [*sequences(), *hard_sequences(seed)]],
    "float64": [{"seed": seed, **normals_float64(seed)} for seed in SEEDS],
}
text = json.dumps(golden).replace('{"seed"', '\n{"seed"') + "\n"
(tests_of("kernels") / "goldens" / "random.json").write_text(text)
