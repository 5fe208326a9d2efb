"""What PyTorch makes of the behaviours of `internal/conformance/src/behaviours`: their Python, run."""

import gc
import json
import math
import sys
import textwrap
import traceback
import warnings
import weakref

import torch
import torch.nn.functional
from torch import enable_grad, inference_mode, no_grad, set_grad_enabled
from torch.autograd import Function, backward, detect_anomaly, grad, set_detect_anomaly
from torch.autograd.function import once_differentiable
from torch.autograd.graph import get_gradient_edge, register_multi_grad_hook, saved_tensors_hooks

from shared.place import answers


def leaf(data):
    return torch.tensor(data, dtype=torch.float32, requires_grad=True)


def leaf64(data):
    return torch.tensor(data, dtype=torch.float64, requires_grad=True)


def plain(data):
    return torch.tensor(data, dtype=torch.float32)


def node_name(x):
    return None if x.grad_fn is None else title(x.grad_fn)


def title(node):
    return node.name().removeprefix("torch::autograd::")


def define(forward, backward):
    return type("F", (Function,), {"forward": staticmethod(forward), "backward": staticmethod(backward)}).apply


def refused(fragment, body):
    try:
        body()
    except Exception as error:
        if fragment in str(error):
            return fragment
        raise AssertionError(f"need {fragment!r} in {str(error)!r}") from error
    return None


class Token:
    """Lives as long as the node that holds it: nodes cannot be referred to weakly."""


def referred(x):
    if not isinstance(x, torch.autograd.graph.Node):
        return weakref.ref(x)
    token = x.metadata["token"] = Token()
    return weakref.ref(token)


def collected(make):
    """Whether what a function gives is gone once nobody holds it."""
    one = referred(make())
    gc.collect()
    return one() is None


def outcome(x):
    if isinstance(x, torch.Tensor):
        dense = torch.zeros(x.shape) if x._is_zerotensor() else x.detach()
        return outcome(dense.tolist())
    if isinstance(x, (list, tuple)):
        return [outcome(item) for item in x]
    if isinstance(x, dict):
        return {key: outcome(item) for key, item in x.items()}
    if isinstance(x, torch.autograd.graph.Node):
        return title(x)
    if isinstance(x, float):
        return x if math.isfinite(x) else {math.inf: "Infinity", -math.inf: "-Infinity"}.get(x, "NaN")
    assert x is None or isinstance(x, (bool, int, str)), x
    return x


failed = []


def run(name, text):
    space = dict(globals())
    warnings.resetwarnings()
    warnings.simplefilter("ignore")
    try:
        exec("def behaviour():\n" + textwrap.indent(textwrap.dedent(text).strip("\n"), "    "), space)
        found = outcome(space["behaviour"]())
        assert torch.is_grad_enabled() and not torch.is_anomaly_enabled(), "a mode was left on"
        return found
    except Exception as error:
        failed.append(name)
        print(f"{name}: PyTorch gives no outcome: {str(error).splitlines()[0]}")
        print(traceback.format_exc(limit=-2))


if __name__ == "__main__":
    rows = json.load(sys.stdin)
    lines = [f"{json.dumps(name)}: {json.dumps(run(name, text))}" for name, text in rows]
    if failed:
        sys.exit(f"{len(failed)} behaviours have no outcome")
    (answers / "behaviours.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
