"""One file of answers for each class or function of a table of samples."""

import json
import sys

import torch

from shared.place import answers


def answered(call, *args):
    """What a call gives; an error is an answer too, its first line."""
    try:
        return call(*args)
    except Exception as error:
        return {"error": (str(error) or type(error).__name__).splitlines()[0]}


def answer(sample, run, variations, numbers):
    """What PyTorch answers, and which of the options it depends on: each is left out once."""
    if sample["onlyHere"]:
        return {}
    title = f"{sample['of']}, {sample['name']}"
    whole = answered(run, sample)
    if sample["throws"] and "error" not in whole:
        sys.exit(f"{title}: PyTorch gives no error")
    if not sample["throws"] and "error" in whole:
        sys.exit(f"{title}: {whole['error']}")
    return {**whole, "matters": [key for key, other in variations(sample) if numbers(whole, answered(run, other))]}


def write(folder, asked, run, variations, numbers, encode):
    """`numbers`: whether two answers differ in them."""
    files = {}
    for sample in asked:
        names = files.setdefault(sample["of"], {})
        if sample["name"] in names:
            sys.exit(f"{sample['of']}: two samples are called {sample['name']}")
        found = answer(sample, run, variations, numbers)
        names[sample["name"]] = {key: encode(value) for key, value in found.items()}
    (answers / folder).mkdir(parents=True, exist_ok=True)
    for of, samples in files.items():
        text = json.dumps({"torch": torch.__version__, "samples": samples}, separators=(",", ":"))
        (answers / folder / f"{of}.json").write_text(text + "\n")
    return set(files)


def forget_others(folder, kept):
    for old in (answers / folder).glob("*.json"):
        if old.stem not in kept:
            old.unlink()
