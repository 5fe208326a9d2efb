"""Writes files/ and expected.json with PyTorch 2.13 and safetensors."""

import collections
import io
import json
import math
import os
import struct
import warnings
import zipfile

import safetensors.torch
import torch
from torch import nn

from shared.place import tests_of

warnings.simplefilter("ignore")
here = tests_of("serialization")
folder = here / "files"
folder.mkdir(exist_ok=True)
expected = {}


def described(x, storages):
    """The same words as describe.ts."""
    if isinstance(x, torch.Tensor):
        flat = x.detach().contiguous().flatten().view(torch.uint8) if x.numel() else torch.empty(0, dtype=torch.uint8)
        place = x.untyped_storage().data_ptr() if x.untyped_storage().nbytes() else object()
        return {
            "dtype": str(x.dtype).removeprefix("torch."),
            "shape": list(x.shape),
            "strides": list(x.stride()),
            "offset": x.storage_offset(),
            "storage": storages.setdefault(place, len(storages)),
            "requiresGrad": x.requires_grad,
            "isParameter": isinstance(x, nn.Parameter),
            "bytes": bytes(flat.tolist()).hex(),
        }
    if isinstance(x, dict):
        entries = [[described(k, storages), described(v, storages)] for k, v in x.items()]
        metadata = getattr(x, "_metadata", None)
        return {"map": entries} if metadata is None else {"map": entries, "metadata": described(metadata, storages)}
    if isinstance(x, (list, tuple)):
        return {"list": [described(v, storages) for v in x]}
    if isinstance(x, set):
        return {"set": [described(v, storages) for v in x]}
    if isinstance(x, bytes):
        return {"bytes": x.hex()}
    if isinstance(x, (torch.dtype, torch.device)):
        return str(x).removeprefix("torch.")
    if isinstance(x, int) and not isinstance(x, bool) and abs(x) >= 2**53:
        return {"bigint": str(x)}
    if isinstance(x, float) and not math.isfinite(x):
        return {"number": "NaN" if x != x else "Infinity" if x > 0 else "-Infinity"}
    return x


address, numbers = torch.UntypedStorage._cdata, {}
torch.UntypedStorage._cdata = property(lambda x: numbers.setdefault(address.__get__(x), 1000 + len(numbers)))


def save(name, x, **options):
    """Old files name a storage by its address: here by the order in which a file meets it."""
    numbers.clear()
    torch.save(x, folder / name, **options)


def write(name, x, **options):
    save(name, x, **options)
    expected[name] = described(torch.load(folder / name, weights_only=False), {})


def repacked(name, source, change, method=zipfile.ZIP_STORED):
    """A copy of an archive with other entries or another compression."""
    with zipfile.ZipFile(folder / source) as old, zipfile.ZipFile(folder / name, "w", method) as new:
        for info in old.infolist():
            new.writestr(zipfile.ZipInfo(info.filename), change(info.filename, old.read(info)), method)


torch.manual_seed(0)
net = nn.Sequential(nn.Conv2d(1, 2, 2), nn.BatchNorm2d(2), nn.Linear(3, 2))
net(torch.rand(2, 1, 3, 4))  # moves the running statistics
write("state-dict.pth", net.state_dict())
write("state-dict-legacy.pth", net.state_dict(), _use_new_zipfile_serialization=False)

old = collections.OrderedDict((k, v) for k, v in net.state_dict().items() if "num_batches" not in k)
write("without-counters.pth", old)

dtypes = {
    "float32": torch.tensor([0.0, -0.0, 1.5, math.inf, math.nan, 1e-45, 3.4028234e38]),
    "float64": torch.tensor([0.1, -math.inf, 5e-324], dtype=torch.float64),
    "float16": torch.tensor([0.1, 65504.0, 6e-8, math.inf], dtype=torch.float16),
    "bfloat16": torch.tensor([0.1, 3e38, -1e-40], dtype=torch.bfloat16),
    "int64": torch.tensor([0, -1, 2**63 - 1, -(2**63)]),
    "int32": torch.tensor([[7, -(2**31)]], dtype=torch.int32),
    "int16": torch.tensor([7, -(2**15)], dtype=torch.int16),
    "int8": torch.tensor([[7, -128]], dtype=torch.int8),
    "uint8": torch.tensor([0, 255], dtype=torch.uint8),
    "bool": torch.tensor([True, False, True]),
    "scalar": torch.tensor(3),
    "empty": torch.empty(2, 0, 3),
}
write("dtypes.pth", dtypes)
write("dtypes-legacy.pth", dtypes, _use_new_zipfile_serialization=False)
for protocol in (3, 4, 5):
    write(f"protocol{protocol}.pth", {"w": torch.arange(3), "s": {1, 2}, "b": b"\0\xff", "t": (1, "é", 2**40)},
          pickle_protocol=protocol)

base = torch.arange(24.0)
grid = base.view(4, 6)
views = {
    "row": grid[1], "column": grid[:, 2], "transposed": grid.t(), "block": grid[1:3, 1::2], "all": base,
    "expanded": torch.ones(1, 1).expand(2, 3), "alone": torch.arange(9)[4:6], "nothing": base[5:5],
    "conv": torch.rand(1, 2, 2, 2).to(memory_format=torch.channels_last),
}
write("views.pth", views)
write("views-legacy.pth", views, _use_new_zipfile_serialization=False)

marked = nn.Parameter(torch.ones(2))
marked.note = "kept by PyTorch only"
shared = nn.Parameter(torch.arange(4.0))
write("parameters.pth", {
    "parameter": nn.Parameter(torch.ones(2, 2)), "frozen": nn.Parameter(torch.ones(1), requires_grad=False),
    "tracked": torch.ones(2, requires_grad=True), "marked": marked, "shared": shared, "again": shared,
    "half": shared.detach()[:2],
})

model = nn.Linear(2, 1)
sgd = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
adam = torch.optim.Adam(model.parameters(), lr=1e-3)
schedule = torch.optim.lr_scheduler.MultiStepLR(sgd, milestones=[2, 5])
model(torch.ones(1, 2)).sum().backward()
sgd.step(), adam.step(), schedule.step()
milestones = schedule.state_dict()["milestones"]
checkpoint = {
    "model": model.state_dict(), "sgd": sgd.state_dict(), "adam": adam.state_dict(), "milestones": milestones,
    "epoch": 3, "loss": 0.1, "best": -math.inf, "none": None, "flags": [True, False], "big": 2**70, "negative": -(2**63),
    "long": 2**40, "tuple": (), "nested": (1, (2, (3, [4, {"five": 5}]))), "set": {"x"}, "blob": b"\0\1\xff",
    "size": torch.Size([2, 3]), "dtype": torch.bfloat16, "device": torch.device("cuda:1"),
    "text": "größer 🙂", 7: "seven",
}
write("checkpoint.pth", checkpoint)
write("checkpoint-legacy.pth", checkpoint, _use_new_zipfile_serialization=False)

torch.serialization.set_crc32_options(False)
write("without-checksums.pth", {"w": torch.arange(5.0)})
torch.serialization.set_crc32_options(True)
write("plain.pth", {"w": torch.arange(5.0), "v": torch.zeros(100)})
repacked("deflated.pth", "plain.pth", lambda _, content: content, zipfile.ZIP_DEFLATED)
expected["deflated.pth"] = expected["plain.pth"]
on_cpu, on_gpu = b"X\3\0\0\0cpu", b"X\6\0\0\0cuda:0"
repacked("gpu.pth", "plain.pth", lambda _, content: content.replace(on_cpu, on_gpu))
expected["gpu.pth"] = expected["plain.pth"]
repacked("big-endian.pth", "plain.pth", lambda name, content: b"big" if name.endswith("byteorder") else content)


class Evil:
    def __reduce__(self):
        return os.system, ("echo executed",)


save("evil.pth", {"w": torch.ones(1), "evil": Evil()})
save("evil-legacy.pth", {"w": torch.ones(1), "evil": Evil()}, _use_new_zipfile_serialization=False)
save("module.pth", nn.Linear(1, 1))
save("uint16.pth", {"w": torch.ones(1, dtype=torch.uint16)})
save("complex.pth", {"w": torch.ones(1, dtype=torch.complex64).conj()})

more = {"b.weight": torch.rand(2, 3), "a.weight": torch.rand(1), "ü\"\\": torch.ones(1)}
tensors = {**dtypes, **more}
safetensors.torch.save_file(tensors, folder / "mixed.safetensors", metadata={"format": "pt"})
expected["mixed.safetensors"] = described(safetensors.torch.load_file(folder / "mixed.safetensors"), {})
safetensors.torch.save_file({}, folder / "none.safetensors")
expected["none.safetensors"] = {"map": []}
strange = {name: torch.zeros(1) for name in ["\uffff", "\U0001f642", "\ue000", "", "10", "9", "__proto__", "\0\x1f\x7f/\u2028"]}
safetensors.torch.save_file(strange, folder / "names.safetensors", metadata={"__proto__": "\0\x1f\x7f/\u2028\U0001f642"})
expected["names.safetensors"] = described(safetensors.torch.load_file(folder / "names.safetensors"), {})


def accepts(call, *args):
    try:
        call(*args)
    except Exception:
        return False
    return True


# What safetensors says of headers before 8 bytes, and of names and metadata (JSON).
x = '{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
one, none = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}', '{"dtype":"F32","shape":[0],"data_offsets":[%d,%d]}'
headers = [
    '{"x":%s}' % x, '{"x":%s} \n\t ' % x, '{"x":%s}\0' % x, ' {"x":%s}' % x, '\n{"x":%s}' % x, '\ufeff{"x":%s}' % x,
    '{"x":%s,"x":%s}' % (x, x), '{"x":%s,"\\u0078":%s}' % (x, x), '{"x":{"dtype":"F32","dtype":"F32",%s}' % x[15:],
    '{"__metadata__":null,"x":%s}' % x, '{"__metadata__":{},"x":%s}' % x, '{"__metadata__":{"a":1},"x":%s}' % x,
    '{"__metadata__":{"a":"1","a":"2"},"x":%s}' % x, '{"__metadata__":{},"__metadata__":{},"x":%s}' % x,
    '{"__metadata__":%s}' % x, '{"x":{"more":{"a":[{}]},%s}' % x[1:], '{"":%s}' % x, '{"__proto__":%s}' % x,
    '{"\\ud800":%s}' % x, '{"\x01":%s}' % x, '{}', '[1]', '', '{', 'null', '{"x":%s}' % x.replace("[2]", "[-0]"),
    '{"x":%s}' % x.replace("[0,8]", "[-0,8]"), '{"x":%s}' % x.replace("[2]", "[1,2,1]"), '{"x":%s,"y":%s}' % (x, x),
    '{"x":%s,"y":%s}' % (x, none % (8, 8)), '{"x":%s,"y":%s}' % (x, none % (4, 4)), '{"x":%s,"y":%s}' % (x, none % (0, 0)),
    '{"x":%s}' % one, '{"x":%s}' % one.replace("[0,4]", "[4,8]"), '{"x":%s}' % x.replace("[0,8]", "[8,0]"),
    '{"x":%s}' % x.replace("[2]", "[1e400]"), '{"x":%s}' % x.replace("[2]", "[%s]" % ("[" * 200 + "]" * 200)),
]
read = {h: accepts(safetensors.torch.load, struct.pack("<Q", len(h.encode())) + h.encode() + bytes(8)) for h in headers}
names = ['"x"', '""', '"__proto__"', '"\\ud800"', "1", "null", "true", '["x"]']
texts = ["{}", '{"a":"b"}', '{"":""}', '{"a":1}', '{"a":null}', '{"a":"\\ud800"}', '["a"]', '"a"', "1", '{"a":{"b":"c"}}']
written = {
    "names": {n: accepts(lambda: safetensors.torch.save({json.loads(n): torch.zeros(1)})) for n in names},
    "metadata": {m: accepts(safetensors.torch.save, {"x": torch.zeros(1)}, json.loads(m)) for m in texts},
}

told = {"torch": torch.__version__, "files": expected, "safetensors": {"read": read, "written": written}}
(here / "expected.json").write_text(json.dumps(told, indent=1) + "\n")
