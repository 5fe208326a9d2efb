"""As first-step.ts, in PyTorch."""
import time

from start import arguments
import torch
from resnet import resnet18

torch.manual_seed(0)
before = time.perf_counter()
model = resnet18()
building = 1000 * (time.perf_counter() - before)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-2, momentum=0.9)
(model(torch.rand(1, 3, 64, 64)) - torch.rand(1, 1000)).sum().backward()
optimizer.step()
print(1000 * time.time() - float(arguments[0]) - building)
