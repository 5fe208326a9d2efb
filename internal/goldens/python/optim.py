"""Runs the samples of optimizers and schedules; writes answers/optim/<class>.json.

Of an optimizer, in each precision: the parameters after every step, the state dict halfway and at the end, the defaults
and the text. Of a schedule: the rates of every epoch, and the state dicts halfway and at the end.
"""

import copy
import json
import sys

import torch

from shared.table import forget_others, write
from shared.values import decode, differ, encode, mapped, named, split, without


def grouped(parameters, groups):
    """The first parameters to a group each, the rest to the last."""
    if groups is None:
        return parameters
    last = len(groups) - 1
    return [{"params": parameters[i : i + 1] if i < last else parameters[last:], **decode(group)} for i, group in enumerate(groups)]


def run_optimizer(sample):
    return {dtype: trajectory(sample, numbers) for dtype, numbers in sample["numbers"].items()}


def trajectory(sample, numbers):
    parameters = [decode(x).requires_grad_() for x in numbers["parameters"]]
    _, options = split(sample["args"])
    optimizer = named(sample["torch"])(grouped(parameters, sample["groups"]), **options)
    values, states = [], []
    for gradients in numbers["gradients"]:
        for parameter, grad in zip(parameters, gradients):
            parameter.grad = grad and decode(grad)
        optimizer.step()
        values.append(torch.cat([p.detach().reshape(-1) for p in parameters]))
        states.append(copy.deepcopy(optimizer.state_dict()))
    return {
        "values": torch.stack(values),
        "halfway": mapped(states[len(states) // 2 - 1]),
        "end": mapped(states[-1]),
        "defaults": mapped(optimizer.defaults),
        "text": repr(optimizer),
    }


def run_scheduler(sample):
    args, options = split(sample["args"])
    parameters = [torch.zeros(1, requires_grad=True) for _ in sample["rates"]]
    later = "last_epoch" in options
    groups = [
        {"params": [p], "lr": lr, **({"initial_lr": 2 * lr} if later else {})} for p, lr in zip(parameters, sample["rates"])
    ]
    optimizer = torch.optim.SGD(groups, lr=1)
    scheduler = named(sample["torch"])(optimizer, *args, **options)
    rates, states = [scheduler.get_last_lr()], []
    for _ in range(sample["epochs"]):
        optimizer.step()
        scheduler.step()
        rates.append(scheduler.get_last_lr())
        states.append(copy.deepcopy([scheduler.state_dict(), optimizer.state_dict()]))
    middle = states[len(states) // 2 - 1]
    return {
        "rates": torch.tensor(rates, dtype=torch.float64),
        "halfway": mapped(middle[0]),
        "optimizer": mapped(middle[1]),
        "end": mapped(states[-1][0]),
    }


def variations(sample):
    return ((key, {**sample, "args": args}) for key, args in without(sample["args"]))


def differ_in_values(a, b):
    part = lambda x: [x.get("rates"), *(x.get(dtype, {}).get("values") for dtype in ("float32", "float64"))]  # noqa: E731
    return differ(part(a), part(b))


def main():
    asked = json.load(sys.stdin)
    optimizers = write("optim", asked["optimizers"], run_optimizer, variations, differ_in_values, encode)
    schedulers = write("optim", asked["schedulers"], run_scheduler, variations, differ_in_values, encode)
    forget_others("optim", optimizers | schedulers)
    print(f"{len(asked['optimizers'])} samples of {len(optimizers)} optimizers, {len(asked['schedulers'])} of {len(schedulers)} schedules")


main()
