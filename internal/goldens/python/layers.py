"""Runs the samples of layers, losses, initialisers and clipping; writes answers/layers/<class or function>.json.

Of a layer: its text, the parameters that a seed gives, the entries of its state dict; then of each call in training and
one in evaluation the output (and whether it is the input), all gradients when the output is weighted with the numbers of
`weights`, and the buffers behind it. Parameters are drawn anew before the first call, for some start as a constant.
"""

import json
import sys

import torch

from shared.table import forget_others, write
from shared.values import apply, decode, differ, encode, named, split, weights, without


def floating(x):
    return isinstance(x, torch.Tensor) and x.is_floating_point()


def relation(out, x):
    if out is x:
        return "input"
    return "view" if out.untyped_storage().data_ptr() == x.untyped_storage().data_ptr() else "new"


def step(layer, args):
    args = [decode(x) for x in args]
    leaves = [x.requires_grad_() for x in args if floating(x)]
    given = [x.clone() if floating(x) else x for x in args]  # a leaf cannot be written to
    out = layer(*given)
    answer = {"relation": relation(out, given[0]), "out": out}
    if out.requires_grad:
        answer["grads"] = torch.autograd.grad(out, [*leaves, *layer.parameters()], weights(out), allow_unused=True)
    return {**answer, "buffers": [x.clone() for x in layer.buffers()]}


def run_layer(sample):
    torch.manual_seed(0)
    layer = apply(named(sample["torch"]), sample["make"])
    answer = {
        "text": repr(layer),
        "state": [[key, str(x.dtype).removeprefix("torch."), list(x.shape)] for key, x in layer.state_dict().items()],
        "fresh": [x.detach().clone() for x in layer.parameters()],
        "next": torch.rand(2),
    }
    if sample["steps"] is None:
        return answer
    for x in layer.parameters():
        torch.nn.init.uniform_(x, -1, 1)
    answer["steps"] = [step(layer, args) for args in sample["steps"]]
    layer.eval()
    last = step(layer, sample["steps"][0])
    return {**answer, "evaluation": last if differ_exactly(last, answer["steps"][0]) else "as in training"}


def differ_exactly(a, b):
    return encode(list(a.values())) != encode(list(b.values()))


def run_call(sample):
    torch.manual_seed(0)
    args, options = split(sample["args"])
    result = named(sample["torch"])(*args, **options)
    given = [x for arg in args for x in (arg if isinstance(arg, tuple) else [arg]) if isinstance(x, torch.Tensor)]
    is_first = any(result is x for x in given)
    return {"result": result, "isGiven": is_first, "given": given, "grads": [x.grad for x in given], "next": torch.rand(2)}


def differ_in_numbers(a, b):
    return differ({**a, "text": None}, {**b, "text": None})


def variations_of(key):
    return lambda sample: ((name, {**sample, key: args}) for name, args in without(sample[key]))


def main():
    asked = json.load(sys.stdin)
    layers = write("layers", asked["layers"], run_layer, variations_of("make"), differ_in_numbers, encode)
    calls = write("layers", asked["calls"], run_call, variations_of("args"), differ_in_numbers, encode)
    forget_others("layers", layers | calls)
    print(f"{len(asked['layers'])} samples of {len(layers)} layers, {len(asked['calls'])} of {len(calls)} functions")


main()
