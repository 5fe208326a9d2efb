"""Runs programs of `pnpm fuzz programs` with PyTorch: JSON on the standard input, one answer a line on the standard output.

A program is a list of steps, each a name with arguments; "$3" is what step 3 gave. An answer has a word for each step (see
`internal/fuzz/src/programs/interpret.ts`, which does the same), and one for the gradient of each leaf.
"""
import json
import math
import re
import sys
import warnings

import torch
import torch.nn.functional as F

warnings.simplefilter("ignore")
torch.set_num_threads(1)


def short(dtype):
    """torch.float32 is f32, torch.bool b."""
    return re.sub("^([a-z])[a-z]*", r"\1", str(dtype).removeprefix("torch."))


class Skipped(Exception):
    """An argument is not there: the step that makes it was refused."""


def snake(name):
    return re.sub("[A-Z]", lambda c: "_" + c.group().lower(), name)


def index(parts):
    return tuple(slice(*part) if isinstance(part, list) else Ellipsis if part == "..." else part for part in parts)


def leaf(dtype, shape, values, tracked):
    return torch.tensor(values, dtype=dtype).reshape(shape).clone().requires_grad_(tracked)


def set_at(x, value, *parts):
    x[index(parts)] = value
    return x


def gradient(out, x, **options):
    return torch.autograd.grad(out, [x], allow_unused=True, **options)[0]


special = {
    "leaf": leaf,
    "at": lambda x, *parts: x[index(parts)],
    "setAt_": set_at,
    "where": torch.where,
    "grad": gradient,
    "backward": lambda x, **options: x.backward(**options),
    "retainGrad": lambda x: x.retain_grad(),
}


def function(name):
    if name in special:
        return special[name]
    name = snake(name)
    return next(getattr(place, name) for place in (torch.Tensor, F, torch) if hasattr(place, name))


def run(program):
    made, refused = [], {}

    def decode(x):
        if isinstance(x, list):
            return [decode(item) for item in x]
        if isinstance(x, str) and x.startswith("$"):
            value = made[int(x[1:])]
            if value is None:
                raise Skipped
            return value
        return getattr(torch, x) if isinstance(x, str) and isinstance(getattr(torch, x, None), torch.dtype) else x

    for step, (name, *args) in enumerate(program):
        try:
            options = args.pop() if isinstance(args[-1], dict) else {}
            args = [decode(x) for x in args]
            options = {snake(key): decode(x) for key, x in options.items()}
            with torch.set_grad_enabled(not name.startswith("~")):
                out = function(name.removeprefix("~"))(*args, **options)
            made.append(out[0] if isinstance(out, tuple) else out)
        except Skipped:
            made.append(None)
            refused[step] = "-"
        except (RuntimeError, IndexError, ValueError, TypeError):
            made.append(None)
            refused[step] = "!"
    words = [refused.get(step) or word(x) for step, x in enumerate(made)]
    leaves = [x for x, (name, *args) in zip(made, program) if name == "leaf" and args[3]]
    return " ".join(words + [word(x.grad) for x in leaves])


def word(x):
    """dtype:shape:flags:node:weighted sum:sum of magnitudes:how many are not finite."""
    if not isinstance(x, torch.Tensor):
        return "0"
    try:
        x.is_leaf
    except RuntimeError:  # a view that PyTorch no longer lets anybody ask
        return "?"
    flags = ("r" if x.requires_grad else "") + ("l" if x.is_leaf else "")
    node = x.grad_fn.name().removeprefix("torch::autograd::").replace("Backward", "") if x.grad_fn else ""
    dense = torch.zeros(x.shape) if x._is_zerotensor() else x.detach()
    values = [float(v) for v in dense.reshape(-1).tolist()]
    terms = [v * ((i * 7) % 11 - 5.5) / 4 for i, v in enumerate(values) if math.isfinite(v)]
    total, size = sum(terms), sum(map(abs, terms))
    odd = len(values) - len(terms)
    return f"{short(x.dtype)}:{','.join(map(str, x.shape))}:{flags}:{node}:{total:.8g}:{size:.3g}:{odd or ''}"


if __name__ == "__main__":
    for program in json.load(sys.stdin) or []:
        print(run(program), flush=True)
