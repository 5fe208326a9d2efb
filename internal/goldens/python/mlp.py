"""Writes answers/mlp.json: five steps of a small network from given numbers, and the graph of its first loss."""

import json

import torch
from torch import nn

from shared.place import answers


def tree(node):
    return [node.name().removeprefix("torch::autograd::"), [n and tree(n) for n, _ in node.next_functions]]


def numbers(model):
    return {key: value.tolist() for key, value in model.state_dict().items()}


torch.manual_seed(0)
model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
x, y = torch.rand(5, 3), torch.rand(5, 2)
golden = {"torch": torch.__version__, "init": numbers(model), "x": x.tolist(), "y": y.tolist(), "losses": []}
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)
for _ in range(5):
    loss = (model(x) - y).pow(2).mean()
    golden["losses"].append(loss.item())
    golden.setdefault("graph", tree(loss.grad_fn))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
golden["final"] = numbers(model)
(answers / "mlp.json").write_text(json.dumps(golden, indent=1) + "\n")
