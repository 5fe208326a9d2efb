"""As first-step.ts, in PyTorch."""
import json
import sys
import time

import torch

sys.path.insert(0, sys.argv[2])
from resnet import resnet18  # noqa: E402

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(0)
before = time.perf_counter()
model = resnet18()
building = 1000 * (time.perf_counter() - before)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-2, momentum=0.9)
(model(torch.rand(1, 3, 64, 64)) - torch.rand(1, 1000)).sum().backward()
optimizer.step()
print(json.dumps({"end": 1000 * time.time(), "building": building}))
