"""Runs programs of `pnpm fuzz programs` with PyTorch: one JSON program a line on the standard input, one answer a line on the
standard output. The first line says which kinds of refusals there are.

A program is a list of steps, each a name with arguments; "$3" is what step 3 gave, "$3.1" the second of the list that it gave.
An answer has four sections (see `internal/fuzz/src/programs/interpret.ts`, which does the same).
"""
import functools
import json
import math
import re
import sys
import warnings

import torch
import torch.nn.functional as F

warnings.simplefilter("ignore")
torch.set_num_threads(1)


@functools.cache
def short(dtype):
    """torch.float32 is f32, torch.bool b."""
    return re.sub("^([a-z])[a-z]*", r"\1", str(dtype).removeprefix("torch."))


class Skipped(Exception):
    """An argument is not there: the step that makes it was refused."""


@functools.cache
def snake(name):
    return re.sub("[A-Z]", lambda c: "_" + c.group().lower(), name)


def index(parts):
    return tuple(slice(*part) if isinstance(part, list) else Ellipsis if part == "..." else part for part in parts)


def leaf(dtype, shape, values, tracked):
    return torch.tensor(values, dtype=dtype).reshape(shape).clone().requires_grad_(tracked)


def set_at(x, value, *parts):
    x[index(parts)] = value
    return x


def gradients(roots, weights):
    """A number stands for a gradient, all of whose elements it is."""
    return [None if c is None else torch.full(root.shape, c, dtype=root.dtype) for root, c in zip(roots, weights)]


def gradient(outputs, inputs, grad_outputs, **options):
    return torch.autograd.grad(outputs, inputs, gradients(outputs, grad_outputs), allow_unused=True, **options)


def backward(roots, weights, **options):
    torch.autograd.backward(roots, gradients(roots, weights), **options)


def special(log):
    def hook(x, change):
        def run(g):
            log.append("none" if g is None else numbers(g))
            return None if g is None else None if change == 0 else g * 2 if change == 1 else g + 1
        x.register_hook(run)

    def post_hook(x):
        x.register_post_accumulate_grad_hook(lambda x: log.append("0" if x.grad is None else numbers(x.grad)))

    def flag(x, on):
        x.requires_grad_(on)

    return {
        "leaf": leaf,
        "at": lambda x, *parts: x[index(parts)],
        "setAt_": set_at,
        "where": torch.where,
        "grad": gradient,
        "backward": backward,
        "asStrided": lambda x, size, stride, storage_offset: x.as_strided(size, stride, storage_offset),
        "retainGrad": lambda x: x.retain_grad(),
        "requiresGrad_": flag,
        "hook": hook,
        "postHook": post_hook,
    }


@functools.cache
def function(name):
    name = snake(name)
    return next(getattr(place, name) for place in (torch.Tensor, F, torch) if hasattr(place, name))


def kind_of(message, kinds):
    return "!" + next((kind for kind, fragment in kinds if fragment in message), "")


def run(program, kinds):
    made, words, log = [], [], []
    own = special(log)

    def at(path):
        step, _, part = path.partition(".")
        value = made[int(step)]
        return value if not part or value is None else value[int(part)]

    def decode(x):
        if isinstance(x, list):
            return [decode(item) for item in x]
        if isinstance(x, str) and x.startswith("$"):
            value = at(x[1:])
            if value is None:
                raise Skipped
            return value
        return getattr(torch, x) if isinstance(x, str) and isinstance(getattr(torch, x, None), torch.dtype) else x

    for name, *args in program:
        try:
            options = args.pop() if isinstance(args[-1], dict) else {}
            args = [decode(x) for x in args]
            options = {snake(key): decode(x) for key, x in options.items()}
            plain = name.removeprefix("~")
            with torch.set_grad_enabled(plain == name):
                out = (own.get(plain) or function(plain))(*args, **options)
            made.append(None if name.endswith("_") else out)
            words.append(word(made[-1]))
        except Skipped:
            made.append(None)
            words.append("-")
        except (RuntimeError, IndexError, ValueError, TypeError) as error:
            made.append(None)
            words.append(kind_of(str(error), kinds))

    def several(x):
        return list(x) if isinstance(x, (tuple, list)) else [x]

    live = [(step, part, x) for step, value in enumerate(made) for part, x in enumerate(several(value)) if isinstance(x, torch.Tensor)]
    now = [(step, part, word(x)) for step, part, x in live]
    changed = [f"{step}.{part}={text}" for step, part, text in now if words[step].split(";")[part] != text]
    grads = [f"{step}.{part}={word(x.grad)}" for step, part, x in live if x.grad is not None]
    return "|".join(" ".join(part) for part in (words, changed, grads, log))


def strides_of(x):
    if 0 in x.shape:
        return "="
    usual = [math.prod(x.shape[d + 1:]) for d in range(x.dim())]
    relevant = lambda strides: [s for s, n in zip(strides, x.shape) if n != 1]
    return "=" if relevant(x.stride()) == relevant(usual) else ",".join(map(str, relevant(x.stride())))


def numbers(x):
    """weighted sum:sum of magnitudes:how many are not finite."""
    dense = torch.zeros(x.shape) if x._is_zerotensor() else x.detach()
    values = [float(v) for v in dense.reshape(-1).tolist()]
    terms = [v * ((i * 7) % 11 - 5.5) / 4 for i, v in enumerate(values) if math.isfinite(v)]
    return f"{sum(terms):.8g}:{sum(map(abs, terms)):.3g}:{len(values) - len(terms) or ''}"


def word(x):
    """dtype:shape:strides:flags:node:numbers."""
    if isinstance(x, (tuple, list)):
        return ";".join(map(word, x))
    if not isinstance(x, torch.Tensor):
        return "0"
    try:
        x.is_leaf
    except RuntimeError:  # a view that PyTorch no longer lets anybody ask
        return "?"
    flags = ("r" if x.requires_grad else "") + ("l" if x.is_leaf else "")
    node = x.grad_fn.name().removeprefix("torch::autograd::").replace("Backward", "") if x.grad_fn else ""
    return f"{short(x.dtype)}:{','.join(map(str, x.shape))}:{strides_of(x)}:{flags}:{node}:{numbers(x)}"


if __name__ == "__main__":
    kinds = json.loads(sys.stdin.readline())
    for line in sys.stdin:
        print(run(json.loads(line), kinds), flush=True)
