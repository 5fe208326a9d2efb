"""Writes optim.json: trajectories, states, texts and schedules of torch.optim."""

import json

import torch
from torch.optim import SGD, Adam, AdamW
from torch.optim.lr_scheduler import ExponentialLR, MultiStepLR, StepLR

from shared.place import tests_of

rules = {"SGD": SGD, "Adam": Adam, "AdamW": AdamW}
runs = [
    ["SGD", {}],
    ["SGD", {"momentum": 0.9}],
    ["SGD", {"momentum": 0.9, "nesterov": True}],
    ["SGD", {"momentum": 0.9, "dampening": 0.5}],
    ["SGD", {"weight_decay": 0.1}],
    ["SGD", {"momentum": 0.9, "weight_decay": 0.1}],
    ["SGD", {"momentum": 0.9, "maximize": True}],
    ["Adam", {}],
    ["Adam", {"weight_decay": 0.1}],
    ["Adam", {"betas": [0.5, 0.75], "eps": 1e-3}],
    ["Adam", {"maximize": True}],
    ["AdamW", {}],
    ["AdamW", {"weight_decay": 0.2, "maximize": True}],
]


def plain(x):
    """As JSON: tensors as lists."""
    if isinstance(x, torch.Tensor):
        return x.tolist()
    if isinstance(x, dict):
        return {str(key): plain(value) for key, value in x.items()}
    return [plain(value) for value in x] if isinstance(x, (list, tuple)) else x


def trajectory(name, options, dtype):
    """Five steps on Σ(p² + p³ / 3): two parameters, the second without a gradient in the first step."""
    a = torch.tensor([[1.0, -2], [0.5, 3]], dtype=dtype, requires_grad=True)
    b = torch.tensor([0.3, -0.7, 1.1], dtype=dtype, requires_grad=True)
    options = {key: tuple(value) if isinstance(value, list) else value for key, value in options.items()}
    optimizer = rules[name]([a, b], lr=0.05, foreach=False, **options)
    values = []
    for step in range(5):
        optimizer.zero_grad()
        loss = (a * a + a * a * a / 3).sum()
        if step > 0:
            loss = loss + (b * b).sum()
        loss.backward()
        optimizer.step()
        values.append([a.tolist(), b.tolist()])
    state = optimizer.state_dict()
    return {"values": values, "state": plain(state["state"]), "keys": list(state["param_groups"][0])}


def schedule(make, epochs):
    p = [torch.zeros(1, requires_grad=True) for _ in range(2)]
    optimizer = SGD([{"params": [p[0]]}, {"params": [p[1]], "lr": 0.5}], lr=0.1)
    scheduler = make(optimizer)
    rates = [scheduler.get_last_lr()]
    for _ in range(epochs):
        optimizer.step()
        scheduler.step()
        rates.append(scheduler.get_last_lr())
    keys = list(optimizer.state_dict()["param_groups"][1])
    return {"rates": rates, "state": plain(scheduler.state_dict()), "keys": keys}


p = [torch.zeros(2, requires_grad=True), torch.zeros(1, requires_grad=True)]
result = {
    "torch": torch.__version__,
    "runs": [
        {"rule": name, "options": options, "dtype": dtype, **trajectory(name, options, getattr(torch, dtype))}
        for name, options in runs
        for dtype in ("float32", "float64")
    ],
    "texts": {
        "SGD": repr(SGD([{"params": [p[0]]}, {"params": [p[1]], "lr": 0.5}], lr=0.1, momentum=0.9)),
        "Adam": repr(Adam(p)),
        "AdamW": repr(AdamW(p, lr=1e-5)),
    },
    "groups": {name: plain(rule(p).state_dict()["param_groups"]) for name, rule in rules.items()},
    "schedules": {
        "step": schedule(lambda o: StepLR(o, 3, gamma=0.3), 10),
        "milestones": schedule(lambda o: MultiStepLR(o, [2, 4, 4], gamma=0.3), 6),
        "exponential": schedule(lambda o: ExponentialLR(o, 0.9), 6),
    },
}
(tests_of("optim") / "goldens" / "optim.json").write_text(json.dumps(result, indent=1) + "\n")
