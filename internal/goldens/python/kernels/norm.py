"""Writes norm.json: PyTorch's batch normalisation and its gradients, computed in float64 from float32 inputs."""

import torch
from shared.noise import noise, numbers, write


def case(name, shape, training, affine=True, shift=0.0):
    c = shape[1]
    x = (noise(shape, 1) * 2 + shift).double().requires_grad_()
    weight = (noise([c], 2) + 2).double().requires_grad_() if affine else None
    bias = noise([c], 3).double().requires_grad_() if affine else None
    mean, var = noise([c], 4).double(), (noise([c], 5) + 1.5).double()
    start = [numbers(mean), numbers(var)]
    out = torch.nn.functional.batch_norm(x, mean, var, weight, bias, training, 0.1, 1e-5)
    out.backward(noise(shape, 6).double())
    grads = {"x": numbers(x.grad)}
    if affine:
        grads |= {"weight": numbers(weight.grad), "bias": numbers(bias.grad)}
    return {
        "name": name, "shape": shape, "training": training, "affine": affine, "shift": shift, "start": start,
        "out": numbers(out), "mean": numbers(mean), "var": numbers(var), "grads": grads,
    }


write("norm.json", [
    case("long planes", [3, 2, 9, 8], True),
    case("long planes, far from zero", [2, 2, 8, 9], True, shift=100.0),
    case("short planes", [4, 5, 3, 3], True),
    case("single elements", [6, 11], True),
    case("one image of small planes", [1, 3, 2, 2], True),
    case("without weight", [3, 2, 2, 3], True, affine=False),
    case("one dimension", [3, 4, 7], True),
    case("evaluation, long planes", [2, 2, 8, 8], False),
    case("evaluation, short planes", [3, 5, 2, 2], False),
    case("evaluation without weight", [3, 5], False, affine=False),
])
