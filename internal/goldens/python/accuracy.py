"""Writes answers/accuracy.json: how far PyTorch's float32 is from float64, for each measured call of a sample.

Inputs and incoming gradients are streams that any language can make, so only errors are kept, and a few exact numbers to
show that both sides computed the same.
"""

import functools
import json
import re
import sys

import torch
import torch.nn.functional  # noqa: F401 (named by samples)

from shared.place import answers

file = answers / "accuracy.json"
PICKS = 3
FIRST_GRADIENT = 101


@functools.cache
def stream(seed, count):
    """A linear congruential generator: whole numbers below 2³²."""
    states = []
    for _ in range(count):
        seed = (seed * 1664525 + 1013904223) & 0xFFFFFFFF
        states.append(seed)
    return torch.tensor(states, dtype=torch.int64)


def made(spec, seed):
    """The tensor that a specification describes, in float32, int64 or bool."""
    states = stream(seed, torch.Size(spec["shape"]).numel())
    if "below" in spec:
        return ((states * spec["below"]) >> 32).reshape(spec["shape"])
    if "chance" in spec:
        return (states < 2**31).reshape(spec["shape"])
    low, high = spec["range"]
    x = low + (high - low) * (states.double() / 2**32)
    return x.float().reshape(spec["shape"])


class Maker:
    """Makes the tensors of one call, in the order in which they are met, and keeps the differentiable ones."""

    def __init__(self, dtype):
        self.dtype, self.made, self.inputs = dtype, 0, []

    def value(self, x):
        if isinstance(x, list):
            return [self.value(y) for y in x]
        if not isinstance(x, dict):
            return x
        if "shape" not in x:
            return {re.sub("[A-Z]", lambda c: "_" + c.group().lower(), k): self.value(y) for k, y in x.items()}
        self.made += 1
        tensor = made(x, self.made)
        if not tensor.is_floating_point():
            return tensor
        tensor = tensor.to(self.dtype)
        if "constant" not in x:
            self.inputs.append(tensor.requires_grad_())
        return tensor


def gradient(k, x):
    """The incoming gradient of the k-th result."""
    return made({"shape": list(x.shape), "range": [-1, 1]}, FIRST_GRADIENT + k).to(x.dtype)


def trained(rule, p, gradients, **options):
    optimizer = getattr(torch.optim, rule)([p], foreach=False, **options)
    for p.grad in gradients:
        optimizer.step()
    return p.detach()


def run(call, dtype):
    """The floating results, then the gradients of the inputs."""
    maker = Maker(dtype)
    args = [maker.value(x) for x in call["args"]]
    options = args.pop() if isinstance(args[-1], dict) else {}
    result = eval(call["torch"])(*args, **options)
    outputs = [x for x in ([result] if isinstance(result, torch.Tensor) else result) if x.is_floating_point()]
    tracked = [x for x in outputs if x.requires_grad]
    grads = []
    if tracked:
        grads = torch.autograd.grad(tracked, maker.inputs, [gradient(k, x) for k, x in enumerate(tracked)])
    return [x.detach() for x in [*outputs, *grads]]


def short(x, digits):
    return float(f"{x.item():.{digits}g}")


def picks(x):
    """A few elements, evenly spread."""
    return [short(x[i * (len(x) - 1) // (PICKS - 1)], 12) for i in range(PICKS)]


def key(call):
    return [call["op"], call["name"], call["args"]]


def measured(call):
    single, exact = run(call, torch.float32), run(call, torch.float64)
    for x, y in zip(single, exact, strict=True):
        assert x.dtype == torch.float32 and y.dtype == torch.float64 and y.isfinite().all(), key(call)
    return {
        "op": call["op"],
        "name": call["name"],
        "args": call["args"],
        "error": [short((x.double() - y).abs().max(), 4) for x, y in zip(single, exact)],
        "exact": [picks(y.flatten()) for y in exact],
    }


def keep_larger(new, old):
    """PyTorch errs differently with AVX2 and with AVX-512: of all machines that this ran on the largest error counts."""
    by_call = {json.dumps(key(x)): x["error"] for x in old}
    for x in new:
        x["error"] = [max(pair) for pair in zip(x["error"], by_call.get(json.dumps(key(x)), x["error"]))]


goldens = [measured(call) for call in json.load(sys.stdin)]
if file.exists():
    keep_larger(goldens, json.loads(file.read_text())["cases"])
lines = ",\n".join(json.dumps(x, separators=(",", ":")) for x in goldens)
file.write_text(f'{{"torch":"{torch.__version__}","cases":[\n{lines}\n]}}\n')
print(f"{len(goldens)} calls")
