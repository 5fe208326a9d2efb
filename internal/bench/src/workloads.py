"""The workloads of workloads.ts in PyTorch, timed in the same way. Prints one JSON line: medians in milliseconds."""
import json
import statistics
import sys
import time

THREADS, NAME = int(sys.argv[1]), sys.argv[2]

import torch  # noqa: E402
from torch import nn  # noqa: E402

sys.path.insert(0, sys.argv[3])
from resnet import resnet18  # noqa: E402

torch.set_num_threads(THREADS)
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


workloads = {
    "tutorial step, 1x3x64x64": lambda: residual_step(1, 64),
    "training step, 16x3x64x64": lambda: residual_step(16, 64),
    "inference, 1x3x224x224": inference,
    "MLP 784-256-128-10, batch 64, step": perceptron_step,
    "operation on 2 elements, forward": forward,
    "operation on 2 elements, forward + backward": forward_backward,
    "matmul 512": lambda: product(512),
    "matmul 1024": lambda: product(1024),
    "matmul 2048": lambda: product(2048),
    "resnet18() construction": lambda: resnet18,
}

step = workloads[NAME]()
start = time.perf_counter()
while time.perf_counter() - start < 1:
    step()
times = []
start = time.perf_counter()
while len(times) < 5 or time.perf_counter() - start < 2:
    before = time.perf_counter()
    step()
    times.append(1000 * (time.perf_counter() - before))
print(json.dumps({"median": statistics.median(times), "best": min(times), "runs": len(times)}))
