"""Writes methods.json: the names of the methods that tensors have in PyTorch 2.13."""

import json

import torch

from shared.place import tests_of

names = sorted(name for name in dir(torch.Tensor) if not name.startswith("_") and callable(getattr(torch.Tensor, name)))
answer = {"torch": torch.__version__, "methods": names}
(tests_of("tensor") / "goldens" / "methods.json").write_text(json.dumps(answer) + "\n")
