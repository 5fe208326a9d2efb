"""Writes order.json: in which order PyTorch runs the nodes of graphs without structure, and which leaves are filled when each runs."""

import json

import torch

from shared.place import tests_of

LEAVES = 4


class Step(torch.autograd.Function):
    """The sum of its inputs. Its backward notes its name, and which leaves have a gradient by now."""

    @staticmethod
    def forward(ctx, name, graph, *inputs):
        ctx.name, ctx.graph = name, graph
        return sum(inputs)

    @staticmethod
    def backward(ctx, grad):
        ctx.graph.note(ctx.name)
        return (None, None, *[grad.clone() if needed else None for needed in ctx.needs_input_grad[2:]])


class Graph:
    def __init__(self, links):
        self.order = []
        self.leaves = [torch.ones(1, requires_grad=True) for _ in range(LEAVES)]
        self.values = list(self.leaves)
        for name, inputs in enumerate(links):
            self.values.append(Step.apply(name, self, *[self.values[i] for i in inputs]))

    def note(self, name):
        self.order.append([name, [i for i, leaf in enumerate(self.leaves) if leaf.grad is not None]])


def links(seed, count):
    """Each step takes one to three of all that is there; the last takes all that nothing took."""
    state = seed

    def below(n):
        nonlocal state
        state = (state * 1664525 + 1013904223) % 2**32
        return state * n >> 32

    found = [[below(LEAVES + step) for _ in range(1 + below(3))] for step in range(count)]
    taken = {i for inputs in found for i in inputs}
    rest = [i for i in range(LEAVES, LEAVES + count) if i not in taken]
    return [*found, sorted(rest, key=lambda i: i * 7919 % 101)]


def case(seed, count, targets):
    graph = Graph(links(seed, count))
    if targets is None:
        graph.values[-1].backward()
        grads = [leaf.grad for leaf in graph.leaves]
    else:
        grads = torch.autograd.grad(graph.values[-1], [graph.values[i] for i in targets], allow_unused=True)
    return {
        "links": links(seed, count), "targets": targets, "order": graph.order,
        "grads": [None if grad is None else grad.item() for grad in grads],
    }


goldens = [case(seed, count, targets) for seed, count in [(1, 12), (2, 40), (3, 40)] for targets in [None, [0], [2, 9, 11]]]
(tests_of("autograd") / "goldens").mkdir(exist_ok=True)
(tests_of("autograd") / "goldens" / "order.json").write_text(json.dumps({"leaves": LEAVES, "cases": goldens}, separators=(",", ":")) + "\n")
