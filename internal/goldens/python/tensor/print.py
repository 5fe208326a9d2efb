"""Writes print.json: tensors as bytes, and the text PyTorch 2.13 prints for them."""

import base64
import json
import math

import torch

from shared.place import tests_of

torch.manual_seed(0)
inf, nan = math.inf, math.nan
cases = [
    torch.tensor([-12.0, 65.0]), torch.tensor(3.5), torch.tensor(-478.26404), torch.tensor(7), torch.tensor(True),
    torch.tensor([0.001, 1000.0]), torch.tensor([1.0, 1001.0]), torch.tensor([1.0, 999.0]), torch.tensor([1.5, 1000.0]),
    torch.tensor([1.5, 2000.0]), torch.tensor([0.00001, 0.5]), torch.tensor([1e9, 2e9]), torch.tensor([1e8, 1e8]),
    torch.tensor([1, 20, -3]), torch.tensor([True, False]), torch.tensor([[True], [False]]), torch.tensor([], dtype=torch.int64),
    torch.empty(2, 0), torch.empty(0), torch.empty(0, dtype=torch.float64), torch.empty(2, 0, dtype=torch.bool),
    torch.tensor([nan, inf, -inf]), torch.tensor([nan, 1.0]), torch.tensor([inf, 1.5]), torch.tensor([-inf, 0.0]), torch.tensor([0.0, -0.0]),
    torch.zeros(100), torch.zeros(3, 4), torch.ones(2, 3, 4), torch.arange(24.0).reshape(2, 3, 4), torch.arange(16).reshape(2, 2, 2, 2),
    torch.rand(5, 5), torch.randn(3, 3) * 1e-5, torch.randn(3, 3) * 1e5, torch.rand(30), torch.rand(3, 30), torch.arange(100),
    torch.arange(1000), torch.arange(1001), torch.arange(2000.0), torch.rand(40, 40), torch.rand(1100, 2), torch.rand(2, 1100), torch.rand(12, 12, 12),
    torch.rand(5).double(), torch.rand(3).half(), torch.rand(3).bfloat16(), torch.tensor([1, 2], dtype=torch.int32), torch.tensor([1, 255], dtype=torch.uint8),
    torch.tensor([0.125, 0.03125, 0.09375, -0.03125]), torch.tensor([0.5, 2.5e-5]), torch.tensor([123456.789]), torch.tensor([1e-10]),
    torch.tensor([1e38]), torch.tensor([3e38, 1.0]), torch.tensor([2.0**70]), torch.tensor([1e22, 1e23], dtype=torch.float64),
    torch.tensor([-1.5, 22.25, 333.125]), torch.tensor([[1, -20], [300, 4]]), torch.tensor([2**62, -1]), torch.tensor([[0.1], [100.0]]),
    torch.tensor([1.0, nan, 2.5]), torch.tensor([1.0, -inf]), torch.tensor([100000.0, 1.0]), torch.tensor([99999.0]), torch.tensor([1e-4, 1e-3]),
    torch.rand(2, 3, 1), torch.rand(1, 1, 1, 1), torch.rand(7).double() * 1e-7, torch.arange(30).reshape(30, 1), torch.rand(1, 9),
    torch.rand(20, dtype=torch.float64), torch.randint(0, 100000, (15,)), torch.rand(8, 200),
    torch.tensor([-0.0, 1e-7]), torch.tensor([-0.0, nan]), torch.tensor([0.00015, 0.00005, 0.99995]), torch.tensor([1e5, 99999.96]),
    torch.arange(2000.0).reshape(2, 1000).t(), torch.arange(12).reshape(3, 4).t(), torch.rand(4, 5)[:, 1:4],
    torch.rand(2, requires_grad=True), torch.rand(9, 9, requires_grad=True), torch.rand(7, requires_grad=True), torch.tensor(2.0, requires_grad=True),
    torch.rand(7, dtype=torch.float64, requires_grad=True), torch.empty(0, 3, requires_grad=True),
    torch.nn.Parameter(torch.rand(2, 3)), torch.nn.Parameter(torch.rand(3), requires_grad=False),
]
# summaries: of every dtype, far larger than any memory, and with what is no number
for dtype in [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool]:
    few = (100 * torch.rand(5)).to(dtype)
    cases += [
        few[2].expand(2**31), few[:1].expand(2**20, 2**20), few.expand(10**9, 5), few.reshape(5, 1).expand(5, 10**9),
        few[1].expand(3, 2**30, 2), few.reshape(5, 1, 1).expand(5, 7, 50).transpose(0, 2),
        (100 * torch.rand(7, 8, 9, 3)).to(dtype).permute(3, 1, 0, 2)[:, 1::2],
    ]
cases += [torch.tensor([[nan], [inf], [1e-9], [-0.0]]).expand(4, 10**6), torch.tensor([nan, -inf]).reshape(2, 1).expand(2, 2**31)]


def encode(x):
    storage = x.detach().untyped_storage()
    return {
        "dtype": str(x.dtype).removeprefix("torch."), "shape": list(x.shape), "strides": list(x.stride()), "offset": x.storage_offset(),
        "bytes": base64.b64encode(bytes(storage)).decode(),
        "flag": ("parameter" if isinstance(x, torch.nn.Parameter) else "leaf") if x.requires_grad else "frozen" if isinstance(x, torch.nn.Parameter) else "",
        "text": str(x),
    }


(tests_of("tensor") / "goldens" / "print.json").write_text(json.dumps({"torch": torch.__version__, "cases": [encode(x) for x in cases]}) + "\n")
