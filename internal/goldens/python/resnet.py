"""Writes resnet18.json: torchvision's resnet18, rebuilt in plain torch, with seed 0."""

import hashlib
import json

import torch

from shared.place import tests_of
from shared.resnet import resnet18


def digest(x):
    return hashlib.sha256(x.detach().contiguous().numpy().tobytes()).hexdigest()


torch.manual_seed(0)
model = resnet18()
result = {
    "torch": torch.__version__,
    "state": {key: digest(x) for key, x in model.state_dict().items()},
    "shapes": {key: list(x.shape) for key, x in model.state_dict().items()},
    "parameters": [name for name, _ in model.named_parameters()],
    "versions": {path: facts["version"] for path, facts in model.state_dict()._metadata.items()},
    "next": torch.rand(4).tolist(),
    "text": repr(model),
}
model.eval()
with torch.no_grad():
    torch.manual_seed(1)
    result["eval"] = model(torch.rand(2, 3, 64, 64))[:, :5].tolist()
model.train()
torch.manual_seed(2)
out = model(torch.rand(4, 3, 64, 64))
(out * torch.rand(4, 1000)).sum().backward()
result["train"] = out[:, :5].tolist()
result["gradients"] = {name: p.grad.norm().item() for name, p in model.named_parameters()}
result["statistics"] = {name: b.double().sum().item() for name, b in model.named_buffers()}
(tests_of("models") / "goldens" / "resnet18.json").write_text(json.dumps(result, indent=1) + "\n")
