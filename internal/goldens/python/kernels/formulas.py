"""Writes formulas.json: values of PyTorch's functions in float64, and its float32 results at special values."""

import json
import math

import torch

from shared.place import tests_of

functions = {
    "exp": torch.exp,
    "expm1": torch.expm1,
    "log": torch.log,
    "log1p": torch.log1p,
    "log2": torch.log2,
    "log10": torch.log10,
    "sin": torch.sin,
    "cos": torch.cos,
    "tan": torch.tan,
    "atan": torch.atan,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "erf": torch.erf,
    "softplus": lambda x: torch.logaddexp(x, torch.zeros((), dtype=x.dtype)),
    "logSigmoid": torch.nn.functional.logsigmoid,
}

inf, nan = math.inf, math.nan
special = [0.0, -0.0, inf, -inf, nan, 1.0, -1.0, 0.5, 2.0, 8.0, 1000.0, 1e-40, -1e-40, 88.0, 89.5, -104.5, 1e30, 2.0**-149, 2.0**-126]
spread = [s * 10 ** (e / 4) for e in range(-40, 41, 3) for s in (1, -1)]
near = [1 + s * 2.0**-k for k in range(1, 40, 4) for s in (1, -1)] + [k * math.pi / 2 for k in (1, 2, 3, 22, 355, 10001)]
huge = [1e5, 1.6e6, 1.7e6, 1e9, 1e15, 1e22, 1e100, 1.7e308, 700.0, 709.7, 709.8, -708.0, -744.0, -746.0, 6.0, 5.5, -3.0]
subnormal = [5e-324, -5e-324, 3e-323, 1e-310, 2.225073858507201e-308, 2.2250738585072014e-308]
bases = [0.0, -0.0, inf, -inf, nan, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, 1e-40, -1e-40, 1e30]
exponents = [0.0, -0.0, 1.0, -1.0, 2.0, 3.0, -3.0, 0.5, -0.5, 1 / 3, inf, -inf, nan, 1e10, -1e10, 8388609.0]


def plain(values):
    """JSON has no word for these."""
    return [x if math.isfinite(x) else str(x) for x in values]


def table(values, dtype):
    x = torch.tensor(values, dtype=dtype)
    return {"x": plain(x.tolist()), **{name: plain(f(x).tolist()) for name, f in functions.items()}}


def powers(dtype):
    x, y = torch.meshgrid(torch.tensor(bases, dtype=dtype), torch.tensor(exponents, dtype=dtype), indexing="ij")
    x, y = x.reshape(-1), y.reshape(-1)
    return {"x": plain(x.tolist()), "y": plain(y.tolist()), "pow": plain(torch.pow(x, y).tolist())}


goldens = {
    "float32": table(special, torch.float32),
    "float64": table(special + spread + near + huge + subnormal, torch.float64),
    "pow32": powers(torch.float32),
    "pow64": powers(torch.float64),
}
(tests_of("kernels") / "goldens" / "formulas.json").write_text(json.dumps(goldens, separators=(",", ":")) + "\n")
