"""How arguments come from JSON, and answers go there. What is read is written by `src/values.ts`."""

import base64
import collections
import math
import re

import torch


class Options(dict):
    """Keyword arguments: what stands last among arguments."""


# Names that follow from no rule.
irregular = {"tMult": "T_mult"}


def snake(name):
    return irregular.get(name) or re.sub("[A-Z]", lambda c: "_" + c.group().lower(), name)


def decode_tensor(x):
    dtype = getattr(torch, x["dtype"])
    flat = torch.frombuffer(bytearray(base64.b64decode(x["bytes"])), dtype=dtype) if x["bytes"] else torch.empty(0, dtype=dtype)
    return flat.as_strided(x["shape"], x["strides"], x["offset"])


def decode_leaf(x):
    value, grad = map(decode, x)
    value.requires_grad_()
    value.grad = grad
    return value


decoders = {
    "tensor": decode_tensor,
    "leaf": decode_leaf,
    "list": lambda x: tuple(map(decode, x)),
    "map": lambda x: collections.OrderedDict((key, decode(value)) for key, value in x),
    "integer": int,
    "number": float,
    "seed": lambda x: torch.Generator().manual_seed(x),
    "part": lambda x: apply(getattr(torch.nn, x[0]), x[1]),
    "options": lambda x: Options((snake(key), decode(value)) for key, value in x.items()),
}


def decode(x):
    if not isinstance(x, dict):
        return x
    ((kind, value),) = x.items()
    return decoders[kind](value)


def split(args):
    """Decoded arguments, and the options behind them."""
    args = [decode(x) for x in args]
    return args, args.pop() if args and isinstance(args[-1], Options) else {}


def apply(call, args):
    args, options = split(args)
    return call(*args, **options)


def named(path):
    """What a dotted path means: `torch.nn.Linear`."""
    found = torch
    for name in path.split(".")[1:]:
        found = getattr(found, name)
    return found


def without(args):
    """Each option of a call, with the call's arguments but for it."""
    if args and isinstance(args[-1], dict) and "options" in args[-1]:
        for key in args[-1]["options"]:
            rest = {other: value for other, value in args[-1]["options"].items() if other != key}
            yield key, [*args[:-1], {"options": rest}]


def weights(x):
    """Exact in every floating dtype, never 0, not the same for neighbours."""
    i = torch.arange(x.numel(), dtype=torch.float64)
    return ((i * 7) % 11 - 5.5).div(4).to(x.dtype).reshape(x.shape)


def encode(x):
    """Answers: tensors as bytes."""
    if isinstance(x, torch.Tensor):
        dense = x.detach().contiguous()
        data = bytes(dense.reshape(-1).view(torch.uint8).tolist()) if dense.numel() else b""
        dtype = str(x.dtype).removeprefix("torch.")
        return {"dtype": dtype, "shape": list(x.shape), "strides": list(x.stride()), "bytes": base64.b64encode(data).decode()}
    if isinstance(x, dict):
        return {str(key): encode(value) for key, value in x.items()}
    if isinstance(x, float) and not math.isfinite(x):
        return {"number": str(x)}
    return [encode(value) for value in x] if isinstance(x, (list, tuple)) else x


def mapped(x):
    """Dictionaries with their order and the types of their keys."""
    if isinstance(x, dict):
        return {"map": [[key, mapped(value)] for key, value in x.items()]}
    return {"list": [mapped(value) for value in x]} if isinstance(x, (list, tuple)) else x


def differ(a, b):
    """Whether two answers are apart by much more than any test tolerates."""
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        return a.shape != b.shape or a.dtype != b.dtype or not torch.allclose(a, b, rtol=1e-4, atol=1e-4, equal_nan=True)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() != b.keys() or any(differ(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) != len(b) or any(map(differ, a, b))
    return a != b
