"""Writes copies.json: PyTorch's conversions between all dtypes, and its sequences."""

import json
import math

import torch

from shared.place import tests_of

names = ["float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]
positive = [0.0, 1.0, 0.3, 0.99, 1.5, 2.5, 100.7, 127.0, 200.25, 255.0]
negative = [-0.0, -0.3, -1.0, -1.5, -2.5, -100.7, -32769.0]
large = [65504.0, 65519.0, 65520.0, 70000.0, 16777217.0, 2049.0, 2051.0, 4098.0, 1e9]
tiny = [6e-8, 2.98e-8, 2.99e-8, 8.9e-8, 6.1e-5, 6.097e-5, 1e-40, 1.00390625, 1.01171875, 1.0058]
extreme = [1e30, 3.3895e38, 3.4e38, math.inf, -math.inf, math.nan]
beyond = [-129.0, 32768.0, -70000.0, 2147483647.0, -2147483648.0, 2147483648.0, 3e9, -3e9, 4294967301.0, 1e13, 9.2e18, 9.3e18, -1e19]
short = ["int16", "int8", "uint8"]


def floating(name):
    return "float" in name


def values(source, target):
    """Where C leaves a conversion open, short whole dtypes answer as x86 does; of int32 and int64 nothing is asked."""
    if not floating(source):
        return [0, 1, 2, 100, 255] + ([] if source in ("uint8", "bool") else [-1, -100, 256, 2049, 65520, 16777217, 2**31 - 1])
    if target in short:
        return positive + negative + large + tiny + extreme + beyond
    if not floating(target) and target != "bool":
        return positive + negative + tiny + [65504.0, 2049.0, 60000.0]
    return positive + negative + large + tiny + extreme


def plain(x):
    return [v if math.isfinite(v) else str(v) for v in x.to(torch.float64).tolist()]


def conversion(source, target):
    x = torch.tensor(values(source, target), dtype=torch.float64).to(getattr(torch, source))
    return {"from": source, "to": target, "x": plain(x), "out": plain(x.to(getattr(torch, target)))}


def sequence(name, start, step, n):
    end = start + step * (n - 0.5)
    return {"dtype": name, "start": start, "step": step, "out": plain(torch.arange(start, end, step, dtype=getattr(torch, name)))}


goldens = {
    "conversions": [conversion(a, b) for a in names for b in names],
    "sequences": [
        sequence("float32", 0, 1, 20),
        sequence("float32", -1.5, 0.1, 50),
        sequence("float64", 1, 0.1, 50),
        sequence("int64", 5, -3, 20),
        sequence("int64", 2**52, 3, 10),
        sequence("int32", -7, 2, 20),
        sequence("int16", -7, 300, 100),
        sequence("int8", -100, 7, 20),
        sequence("uint8", 3, 7, 20),
    ],
}
(tests_of("kernels") / "goldens" / "copies.json").write_text(json.dumps(goldens, separators=(",", ":")) + "\n")
