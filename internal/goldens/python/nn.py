"""Writes nn.json: texts, keys, initial weights and results of torch.nn."""

import hashlib
import json

import torch
from torch import nn
from torch.nn import functional as F

from shared.place import tests_of


def digest(x):
    return hashlib.sha256(x.detach().contiguous().numpy().tobytes()).hexdigest()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(inplace=True), nn.MaxPool2d(2)
        )
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(0.25), nn.Linear(32, 4))


texts = {
    "linear": nn.Linear(2, 3),
    "linear without bias": nn.Linear(2, 3, bias=False),
    "conv": nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False),
    "conv same": nn.Conv2d(4, 4, 3, padding="same", groups=2, dilation=2),
    "conv pairs": nn.Conv2d(3, 4, (3, 5), padding=(1, 2)),
    "batch norm": nn.BatchNorm2d(3),
    "batch norm plain": nn.BatchNorm1d(3, momentum=None, affine=False, track_running_stats=False),
    "batch norm eps": nn.BatchNorm2d(3, eps=1e-3),
    "relu": nn.ReLU(),
    "relu in place": nn.ReLU(True),
    "leaky relu": nn.LeakyReLU(),
    "max pool": nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True),
    "max pool pairs": nn.MaxPool2d((3, 2), stride=(2, 1)),
    "avg pool": nn.AvgPool2d(2),
    "adaptive": nn.AdaptiveAvgPool2d(1),
    "adaptive pair": nn.AdaptiveAvgPool2d((2, None)),
    "flatten": nn.Flatten(),
    "dropout": nn.Dropout(),
    "identity": nn.Identity(),
    "softmax": nn.Softmax(1),
    "log softmax": nn.LogSoftmax(-1),
    "sigmoid": nn.Sigmoid(),
    "tanh": nn.Tanh(),
    "gelu": nn.GELU(),
    "gelu tanh": nn.GELU("tanh"),
    "silu": nn.SiLU(),
    "cross entropy": nn.CrossEntropyLoss(),
    "mse": nn.MSELoss(),
    "empty": nn.Sequential(),
    "list": nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Linear(1, 1)]),
    "net": Net(),
}


def starts():
    """Digests of freshly made weights, and of the next draw."""
    torch.manual_seed(0)
    layers = [nn.Linear(5, 7), nn.Conv2d(4, 6, (3, 5), groups=2), nn.Linear(3, 2, bias=False), nn.Conv2d(3, 64, 7)]
    return [[digest(p) for p in layer.parameters()] for layer in layers] + [[digest(torch.rand(3))]]


def initialisers():
    torch.manual_seed(1)
    make = lambda: torch.empty(6, 4, 3, 3)  # noqa: E731
    return {
        "uniform": digest(nn.init.uniform_(make(), -2, 3)),
        "normal": digest(nn.init.normal_(make(), 1, 0.5)),
        "xavier uniform": digest(nn.init.xavier_uniform_(make(), gain=2)),
        "xavier normal": digest(nn.init.xavier_normal_(make())),
        "kaiming uniform": digest(nn.init.kaiming_uniform_(make())),
        "kaiming uniform fan out": digest(nn.init.kaiming_uniform_(make(), a=0.2, mode="fan_out")),
        "kaiming normal": digest(nn.init.kaiming_normal_(make(), nonlinearity="tanh")),
        "kaiming normal fan out": digest(nn.init.kaiming_normal_(make(), mode="fan_out", nonlinearity="relu")),
        "gains": [nn.init.calculate_gain(name) for name in ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu")],
    }


def errors():
    state = Net().state_dict()
    renamed = dict(state)
    renamed["head.2.wait"] = renamed.pop("head.2.weight")
    renamed["features.1.mean"] = renamed.pop("features.1.running_mean")
    renamed["extra"] = torch.zeros(1)
    renamed["head.2.bias"] = torch.zeros(5)

    def message(state, versions=None):
        state = type(Net().state_dict())(state)
        if versions is not None:
            state._metadata = versions
        try:
            Net().load_state_dict(state)
        except RuntimeError as error:
            return str(error)
        return None

    uncounted = {key: x for key, x in state.items() if not key.endswith("num_batches_tracked")}
    return {
        "several": message(renamed),
        "no counters, no versions": message(uncounted),
        "no counters, version 1": message(uncounted, {"features.1": {"version": 1}}),
        "no counters, version 2": message(uncounted, state._metadata),
    }


def normalisation():
    """Batch norm over three batches, then in evaluation."""
    result = {}
    torch.manual_seed(2)
    batches = [torch.randn(2, 3, 4, 4) for _ in range(3)]
    for name, options in {"default": {}, "cumulative": {"momentum": None}, "untracked": {"track_running_stats": False}}.items():
        layer = nn.BatchNorm2d(3, **options)
        outs = [layer(x)[0, :, 0, 0].tolist() for x in batches]
        layer.eval()
        outs.append(layer(batches[0])[0, :, 0, 0].tolist())
        stats = [b.tolist() for b in layer.buffers()]
        result[name] = {"outs": outs, "stats": stats}
    return result


def clipping():
    result = {}
    for name, norm in {"2": 2.0, "1": 1.0, "inf": float("inf")}.items():
        a, b = torch.zeros(2, 2, requires_grad=True), torch.zeros(3, requires_grad=True)
        a.grad, b.grad = torch.tensor([[1.0, -2], [3, 0.5]]), torch.tensor([4.0, -0.25, 7])
        total = nn.utils.clip_grad_norm_([a, b], 1.5, norm_type=norm)
        result[name] = {"total": total.item(), "a": a.grad.tolist(), "b": b.grad.tolist()}
    a = torch.zeros(3, requires_grad=True)
    a.grad = torch.tensor([-3.0, 0.5, 2])
    nn.utils.clip_grad_value_([a], 1)
    result["value"] = a.grad.tolist()
    return result


def losses():
    torch.manual_seed(3)
    x, target = torch.randn(4, 5), torch.tensor([1, 0, 4, 2])
    other, weight = torch.randn(4, 5), torch.tensor([1.0, 2, 0.5, 1, 3])
    return {
        "x": x.tolist(),
        "other": other.tolist(),
        "cross entropy": nn.CrossEntropyLoss()(x, target).item(),
        "cross entropy weighted": nn.CrossEntropyLoss(weight=weight, label_smoothing=0.1, reduction="sum")(x, target).item(),
        "nll": nn.NLLLoss(ignore_index=4)(F.log_softmax(x, 1), target).item(),
        "mse": nn.MSELoss()(x, other).item(),
        "l1": nn.L1Loss(reduction="sum")(x, other).item(),
    }


def dropped():
    torch.manual_seed(4)
    return nn.Dropout(0.3)(torch.ones(20)).tolist()


net = Net()
result = {
    "torch": torch.__version__,
    "texts": {name: repr(module) for name, module in texts.items()},
    "keys": list(net.state_dict()),
    "names": [name for name, _ in net.named_modules()],
    "versions": {path: facts["version"] for path, facts in net.state_dict()._metadata.items()},
    "starts": starts(),
    "initialisers": initialisers(),
    "errors": errors(),
    "normalisation": normalisation(),
    "clipping": clipping(),
    "losses": losses(),
    "dropped": dropped(),
}
(tests_of("nn") / "goldens" / "nn.json").write_text(json.dumps(result, indent=1) + "\n")
