"""Small valid and invalid checkpoint files, written byte by byte in the frozen format."""

import json
from typing import Any

import numpy as np

from tubevit_np.conformance.case import Draw
from tubevit_np.model.config import Config, Tube
from tubevit_np.model.params import shapes
from tubevit_np.variants.config import to_json

TINY = Config((Tube((1, 4, 3), (4, 6, 5)),), 4, 1, 2, 3, {"verb": 4}, channels=2)


def safetensors(arrays: dict[str, np.ndarray], metadata: dict[str, str]) -> bytes:
    """Return a file: length of the header, header, numbers (float32, little-endian)."""
    header: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    start = 0
    for name, array in arrays.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape),
                        "data_offsets": [start, start + array.nbytes]}
        start += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    numbers = b"".join(array.astype("<f4").tobytes() for array in arrays.values())
    return len(text).to_bytes(8, "little") + text + numbers


def parameters() -> dict[str, np.ndarray]:
    """Return {name: array} of the valid file."""
    drawn = Draw("checkpoint").params(shapes(TINY))
    return {name.removeprefix("params."): array for name, array in drawn.items()}


def _files():
    good, notes = parameters(), {"config": to_json(TINY), "labels": json.dumps({}),
                                 "mean": "0.5", "std": "0.5"}
    missing = {name: array for name, array in good.items() if name != "norm.g"}
    more, less = good | {"cls": good["norm.g"]}, good | {"heads.verb.w": good["heads.verb.w"][:3]}
    whole = safetensors(good, notes)
    return {
        "good.safetensors": (whole, "every name in its place"),
        "missing.safetensors": (safetensors(missing, notes), "a name is missing"),
        "extra.safetensors": (safetensors(more, notes), "a name too many"),
        "shape.safetensors": (safetensors(less, notes), "a matrix of another shape"),
        "truncated.safetensors": (whole[:-7], "cut short"),
        "foreign.safetensors": (safetensors(good, {}), "no Config in its metadata"),
        "text.safetensors": (b"no checkpoint at all", "not this kind of file"),
        "absent.safetensors": (None, "there is no such file"),
    }


FILES = _files()  # {file name: (its bytes, what is wrong with it)}
