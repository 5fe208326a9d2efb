"""The golden run of the tutorial, with PyTorch: answers/tutorial.json.

Seed 0: SHA-256 of all entries of resnet18() and of the two random tensors that follow, prediction, loss, gradient
norms, the entries after one step (as sums and norms), five losses, the graph; then the frozen network with a new head.
"""
import collections
import hashlib
import json

import torch

from shared.place import answers
from shared.resnet import resnet18


def sha(x):
    return hashlib.sha256(x.detach().contiguous().numpy().tobytes()).hexdigest()


def nodes(root):
    seen, stack = set(), [root]
    while stack:
        fn = stack.pop()
        if fn is None or fn in seen:
            continue
        seen.add(fn)
        stack += [n for n, _ in fn.next_functions]
    return [fn.name().removeprefix("torch::autograd::") for fn in seen]


torch.manual_seed(0)
model = resnet18()
data = torch.rand(1, 3, 64, 64)
labels = torch.rand(1, 1000)
golden = {
    "torch": torch.__version__,
    "initial": {key: sha(value) for key, value in model.state_dict().items()},
    "data": sha(data),
    "labels": sha(labels),
}

prediction = model(data)
loss = (prediction - labels).sum()
names = nodes(loss.grad_fn)
golden["graph"] = dict(sorted(collections.Counter(names).items()))
golden["prediction"] = prediction[0].tolist()
loss.backward()
golden["gradNorms"] = {name: p.grad.double().norm().item() for name, p in model.named_parameters()}
optim = torch.optim.SGD(model.parameters(), lr=1e-2, momentum=0.9)
optim.step()
golden["afterStep"] = {
    key: {"sum": value.double().sum().item(), "norm": value.double().norm().item(), "count": value.numel()}
    for key, value in model.state_dict().items()
}
losses = [loss.item()]
for _ in range(4):
    optim.zero_grad()
    loss = (model(data) - labels).sum()
    losses.append(loss.item())
    loss.backward()
    optim.step()
golden["losses"] = losses

for p in model.parameters():
    p.requires_grad = False
model.fc = torch.nn.Linear(512, 10)
prediction = model(data)
golden["frozenGraph"] = sorted(nodes(prediction.sum().grad_fn))
(answers / "tutorial.json").write_text(json.dumps(golden, indent=1) + "\n")
