"""Writes nn.json beside the tests of @ag/nn: keys, versions and text of a model, and what is said of a state dict that does not fit."""

import json

from torch import nn, zeros

from shared.place import tests_of

here = tests_of("nn") / "goldens"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(inplace=True), nn.MaxPool2d(2)
        )
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(0.25), nn.Linear(32, 4))


def errors():
    state = Net().state_dict()
    renamed = dict(state)
    renamed["head.2.wait"] = renamed.pop("head.2.weight")
    renamed["features.1.mean"] = renamed.pop("features.1.running_mean")
    renamed["extra"] = zeros(1)
    renamed["head.2.bias"] = zeros(5)

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


net = Net()
result = {
    "text": repr(net),
    "keys": list(net.state_dict()),
    "names": [name for name, _ in net.named_modules()],
    "versions": {path: facts["version"] for path, facts in net.state_dict()._metadata.items()},
    "errors": errors(),
}
(here / "nn.json").write_text(json.dumps(result, indent=1) + "\n")
