"""The workloads of workloads.ts, in PyTorch."""
import torch
from torch import nn

import start  # noqa: F401  finds resnet.py
from resnet import resnet18

torch.manual_seed(0)
LINKS = 100


def residual_step(batch, size):
    model = resnet18()
    data, labels = torch.rand(batch, 3, size, size), torch.rand(batch, 1000)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9)

    def step():
        optimizer.zero_grad()
        (model(data) - labels).sum().backward()
        optimizer.step()

    return step


def perceptron_step():
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))
    x, y = torch.randn(64, 784), torch.randint(0, 10, (64,))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def step():
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

    return step


def chain(x):
    for _ in range(LINKS // 2):
        x = x.mul(1.01).add(0.01)
    return x


def inference():
    model, data = resnet18().eval(), torch.rand(1, 3, 224, 224)

    def step():
        with torch.no_grad():
            model(data)

    return step


def forward():
    x = torch.tensor([1.0, 2.0])
    return lambda: chain(x)


def forward_backward():
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    def step():
        chain(x).sum().backward()
        x.grad = None

    return step


def product(n):
    a, b = torch.randn(n, n), torch.randn(n, n)
    return lambda: a @ b


def pointwise(function):
    a, b = torch.randn(10_000_000), torch.randn(10_000_000)
    return lambda: function(a, b)


def softmax():
    x = torch.randn(1024, 1024)
    return lambda: torch.softmax(x, 1)


workloads = {
    "tutorial step, 1x3x64x64": lambda: residual_step(1, 64),
    "training step, 16x3x64x64": lambda: residual_step(16, 64),
    "training step, 4x3x224x224": lambda: residual_step(4, 224),
    "inference, 1x3x224x224": inference,
    "MLP 784-256-128-10, batch 64, step": perceptron_step,
    "operation on 2 elements, forward": forward,
    "operation on 2 elements, forward, in a scope": forward,
    "operation on 2 elements, forward + backward": forward_backward,
    "matmul 512": lambda: product(512),
    "matmul 1024": lambda: product(1024),
    "matmul 2048": lambda: product(2048),
    "add, 10M": lambda: pointwise(lambda a, b: a + b),
    "exp, 10M": lambda: pointwise(lambda a, b: torch.exp(a)),
    "sum, 10M": lambda: pointwise(lambda a, b: torch.sum(a)),
    "softmax, 1024x1024": softmax,
    "resnet18() construction": lambda: resnet18,
}
