"""Which PyTorch is asked, and where its answers are kept."""

import pathlib

import torch

assert torch.__version__.startswith("2.13"), torch.__version__
torch.set_num_threads(1)
here = pathlib.Path(__file__).resolve()
answers = here.parents[2] / "answers"


def tests_of(package):
    """What a package's own tests read lies beside them: a package knows nothing of those that are built on it."""
    return here.parents[4] / "packages" / package / "test"
