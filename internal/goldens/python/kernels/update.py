"""Writes update.json: parameters after three steps of PyTorch's optimizers, in float32 and float64."""

import json

import torch

from shared.place import tests_of

SGD = [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}, {"momentum": 0.9, "dampening": 0.5},
       {"weight_decay": 0.1}, {"momentum": 0.9, "weight_decay": 0.1}, {"momentum": 0.9, "maximize": True},
       {"momentum": 0.7, "weight_decay": 0.01, "nesterov": True, "maximize": True}]
ADAM = [{}, {"weight_decay": 0.1}, {"maximize": True}, {"betas": (0.3, 0.9), "weight_decay": 0.01, "eps": 1e-3}]
SIZES = [1, 3, 19]


def run(make, dtype):
    generator = torch.Generator().manual_seed(0)
    draw = lambda n: torch.empty(n, dtype=dtype).normal_(generator=generator)
    params = [torch.nn.Parameter(draw(n)) for n in SIZES]
    start = [p.tolist() for p in params]
    optimizer = make(params)
    steps = []
    for _ in range(3):
        for p in params:
            p.grad = draw(p.numel())
        optimizer.step()
        steps.append({"grads": [p.grad.tolist() for p in params], "params": [p.tolist() for p in params]})
    return {"start": start, "steps": steps}


def cases():
    for dtype in ("float32", "float64"):
        for options in SGD:
            result = run(lambda p: torch.optim.SGD(p, lr=0.1, foreach=False, **options), getattr(torch, dtype))
            yield {"rule": "sgd", "dtype": dtype, "options": options, **result}
        for name, rule in (("adam", torch.optim.Adam), ("adamw", torch.optim.AdamW)):
            for options in ADAM:
                full = {"weight_decay": 0.0, **options}
                result = run(lambda p: rule(p, lr=0.1, foreach=False, **full), getattr(torch, dtype))
                yield {"rule": name, "dtype": dtype, "options": full, **result}


text = json.dumps(list(cases())).replace('{"rule"', '\n{"rule"') + "\n"
(tests_of("kernels") / "goldens" / "update.json").write_text(text)
