"""Runs every sample with PyTorch and writes what it answers to answers/ops/<op>.json.

For each sample: values (dtype, shape, strides, bytes), the gradients of all floating inputs when the
results are weighted with the numbers of `weights`, the name of the node and of those it leads to, whether the graph saves
nothing (`again`: a second backward gives the same), what their gradients have for gradients (`twice`), or the error's text.
"""
import json
import re
import sys

import torch
import torch.nn.functional  # noqa: F401 (named by samples)

from shared.place import answers
from shared.values import decode_tensor, encode, snake, weights

folder = answers / "ops"


def decode(x):
    if isinstance(x, str) and isinstance(getattr(torch, x, None), torch.dtype):
        return getattr(torch, x)
    if not isinstance(x, dict):
        return x
    (kind, value), = x.items()
    if kind == "tensor":
        return decode_tensor(value)
    if kind == "list":
        return [decode(v) for v in value]
    if kind == "integer":
        return int(value)
    if kind == "number":
        return float(value)
    return {snake(key): decode(v) for key, v in value.items()}


def outputs(result):
    if isinstance(result, torch.Tensor):
        return [result]
    if isinstance(result, (tuple, list)):
        return [x for x in result if isinstance(x, torch.Tensor)]
    return []


def node(fn):
    return [fn.name().removeprefix("torch::autograd::"), [n and n.name().removeprefix("torch::autograd::") for n, _ in fn.next_functions]]


def tensors(args):
    for x in args:
        if isinstance(x, torch.Tensor):
            yield x
        elif isinstance(x, (list, tuple)):
            yield from tensors(x)


def brief(g):
    """Bytes, where nothing else can differ from the input; null without a gradient, 0 where all is 0."""
    return g if g is None else encode(g)["bytes"] if g.count_nonzero() or not g.numel() else 0


def twice(tracked, inputs):
    """Which gradients were recorded, and the gradients of these; with `grad`, which of both exist if those of the results are tracked."""
    found = {}
    for key, track in (("recorded", False), ("tracked", True)):
        seeds = [weights(x).requires_grad_(track) for x in tracked]
        first = torch.autograd.grad(tracked, inputs, seeds, allow_unused=True, create_graph=True)
        recorded = [g for g in first if g is not None and g.requires_grad]
        found[key] = [g is not None and g.requires_grad for g in first]
        if not recorded:
            continue
        second = torch.autograd.grad(recorded, inputs + seeds * track, [weights(g) * (i + 1) for i, g in enumerate(recorded)], allow_unused=True, retain_graph=True)
        found[f"{key}Second"] = [g is not None for g in second] if track else [brief(g) for g in second]
    return found


def run(sample):
    call = eval(sample["torch"])
    args = [decode(x) for x in sample["args"]]
    options = args.pop() if args and isinstance(args[-1], dict) else {}
    inputs = [x for x in tensors(args) if x.is_floating_point()]
    inputs += [x for x in options.values() if isinstance(x, torch.Tensor) and x.is_floating_point()]
    if not sample["isStep"]:
        for x in inputs:
            x.requires_grad_()
    try:
        result = call(*args, **options)
    except Exception as error:  # the error is the answer
        return {"error": str(error).splitlines()[0] if str(error) else type(error).__name__}
    found = outputs(result)
    answer = {"out": [encode(x) for x in found]} if found else {"value": result}
    tracked = [x for x in found if x.requires_grad]
    if tracked:
        answer["node"] = node(tracked[0].grad_fn)
        backward = lambda: torch.autograd.grad(tracked, inputs, [weights(x) for x in tracked], allow_unused=True)
        answer["twice"] = twice(tracked, inputs)
        answer["grads"] = [g if g is None else encode(g) for g in backward()]
        try:
            backward()
            answer["again"] = True
        except RuntimeError as error:
            assert "a second time" in str(error), error
    return answer


def main():
    by_op = {}
    for sample in json.load(sys.stdin):
        answer = {} if sample["onlyHere"] else run(sample)
        if sample["throws"] and not sample["onlyHere"] and "error" not in answer:
            sys.exit(f"{sample['op']}, {sample['name']}: PyTorch gives no error")
        if not sample["throws"] and "error" in answer:
            sys.exit(f"{sample['op']}, {sample['name']}: {answer['error']}")
        names = by_op.setdefault(sample["op"], {})
        if sample["name"] in names:
            sys.exit(f"{sample['op']}: two samples are called {sample['name']}")
        names[sample["name"]] = answer
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    for op, samples in by_op.items():
        text = json.dumps({"torch": torch.__version__, "samples": samples}, separators=(",", ":"))
        safe = re.sub(r"[^A-Za-z0-9_]", "_", op)
        (folder / f"{safe}.json").write_text(text + "\n")
    print(f"{sum(map(len, by_op.values()))} samples of {len(by_op)} operations", file=sys.stderr)


main()
