"""Prints what each cell of the tutorial prints, with PyTorch: answers/cells.json."""

import io
import json
from contextlib import redirect_stdout

import torch

from shared.place import answers
from shared.resnet import resnet18

s = {}


def load():
    s["model"] = resnet18()
    s["data"] = torch.rand(1, 3, 64, 64)
    s["labels"] = torch.rand(1, 1000)
    print(list(s["data"].shape), list(s["labels"].shape))


def forward():
    s["prediction"] = s["model"](s["data"])
    print(s["prediction"][0, 0:5])


def backward():
    s["loss"] = (s["prediction"] - s["labels"]).sum()
    s["loss"].backward()
    print(s["loss"])
    print(s["model"].fc.bias.grad[0:5])


def register():
    s["optim"] = torch.optim.SGD(s["model"].parameters(), lr=1e-2, momentum=0.9)
    print(len(s["optim"].param_groups[0]["params"]))


def step():
    s["optim"].step()
    print(s["model"].conv1.weight.abs().sum())


def leaves():
    s["a"] = torch.tensor([2.0, 3.0], requires_grad=True)
    s["b"] = torch.tensor([6.0, 4.0], requires_grad=True)
    print(s["a"])
    print(s["b"])


def formula():
    s["Q"] = 3 * s["a"] ** 3 - s["b"] ** 2
    print(s["Q"])


def gradient():
    s["external_grad"] = torch.tensor([1.0, 1.0])
    print(s["external_grad"])


def deposit():
    s["Q"].backward(gradient=s["external_grad"])
    print(s["a"].grad)
    print(s["b"].grad)


def check():
    print(9 * s["a"] ** 2 == s["a"].grad)
    print(-2 * s["b"] == s["b"].grad)


def dag():
    def show(node, indent):
        print(indent + (node.name() if node else "None"))
        for next_node, _ in node.next_functions if node else ():
            show(next_node, indent + "  ")

    out = io.StringIO()
    with redirect_stdout(out):
        show(s["Q"].grad_fn, "")
    print(out.getvalue().replace("torch::autograd::", ""), end="")


def flags():
    x = torch.rand(5, 5)
    y = torch.rand(5, 5)
    z = torch.rand((5, 5), requires_grad=True)
    print(f"Does `a` require gradients?: {(x + y).requires_grad}")
    print(f"Does `b` require gradients?: {(x + z).requires_grad}")


def freeze():
    for param in s["model"].parameters():
        param.requires_grad = False
    print(sum(param.requires_grad for param in s["model"].parameters()))


def head():
    s["model"].fc = torch.nn.Linear(512, 10)
    print(s["model"].fc)
    for name, param in s["model"].named_parameters():
        if param.requires_grad:
            print(name)


def finetune():
    optimizer = torch.optim.SGD(s["model"].parameters(), lr=1e-2, momentum=0.9)
    optimizer.zero_grad()
    s["model"](s["data"]).sum().backward()
    optimizer.step()
    print(sum(param.grad is not None for param in s["model"].parameters()))
    print(len(optimizer.state))


torch.manual_seed(0)
cells = [load, forward, backward, register, step, leaves, formula, gradient, deposit, check, dag, flags, freeze, head, finetune]
printed = []
for cell in cells:
    out = io.StringIO()
    with redirect_stdout(out):
        cell()
    printed.append({"cell": cell.__name__, "text": out.getvalue()})
(answers / "cells.json").write_text(json.dumps({"torch": torch.__version__, "printed": printed}, indent=1) + "\n")
