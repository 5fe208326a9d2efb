"""Writes promotion.json: the dtype of a + b for every pair of operands, and in which all dtypes meet, by PyTorch 2.13."""

import json

import torch

from shared.place import tests_of

dtypes = ["bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64"]
numbers = {"true": True, "3": 3, "2.5": 2.5}
answers = {}
for a in dtypes:
    for b in dtypes:
        for rank_a in (0, 1):
            for rank_b in (0, 1):
                x = torch.ones([2] * rank_a, dtype=getattr(torch, a))
                y = torch.ones([2] * rank_b, dtype=getattr(torch, b))
                answers[f"{a}:{rank_a} + {b}:{rank_b}"] = str((x + y).dtype).removeprefix("torch.")
    for name, number in numbers.items():
        for rank in (0, 1):
            answers[f"{a}:{rank} + {name}"] = str((torch.ones([2] * rank, dtype=getattr(torch, a)) + number).dtype).removeprefix("torch.")
every = dtypes + ["float16", "bfloat16"]
name = lambda dtype: str(dtype).removeprefix("torch.")
types = {a: {b: name(torch.promote_types(getattr(torch, a), getattr(torch, b))) for b in every} for a in every}
(tests_of("tensor") / "goldens" / "promotion.json").write_text(json.dumps({"torch": torch.__version__, "answers": answers, "types": types}, indent=1) + "\n")
