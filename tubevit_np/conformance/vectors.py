"""The stored cases: one .npz file each, listed in manifest.json.

Members of an .npz file: in.NAME (input), out.NAME (answer), grad.NAME (gradient of the sum of
answer times cotangent) and ct.NAME (that cotangent). The files are not compressed, so that their
bytes are the same on every machine.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent / "vectors"
MANIFEST = FOLDER / "manifest.json"


@dataclass(frozen=True)
class Vector:
    """One stored case.

    The fields of `entry` are attributes too, such as `vector.op`.

    Parameters
    ----------
    entry : dict
        Its entry in the manifest: level, name, op, why, attributes, judge, dtypes, and where they
        apply file, sha256, answer, measured, tolerance.
    inputs, answers, cotangents, gradients : dict from str to array
        Arrays by name. Float inputs are float32, float answers and gradients float64 (those of
        `load`: float32).
    """

    entry: dict[str, Any]
    inputs: dict[str, np.ndarray]
    answers: dict[str, np.ndarray]
    cotangents: dict[str, np.ndarray]
    gradients: dict[str, np.ndarray]

    def __getattr__(self, name: str) -> Any:
        """Return a field of the entry."""
        try:
            return self.entry[name]
        except KeyError:
            raise AttributeError(name) from None


def npz(members: Mapping[str, Any]) -> bytes:
    """Return the bytes of an .npz file; those of np.savez depend on the clock and the system."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, array in members.items():
            info, content = zipfile.ZipInfo(f"{name}.npy"), io.BytesIO()
            info.create_system = 3
            np.lib.format.write_array(content, np.asarray(array, order="C"), version=(1, 0))
            packed.writestr(info, content.getvalue())
    return file.getvalue()


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def manifest() -> dict[str, Any]:
    """Read manifest.json.

    Returns
    -------
    dict
        `spec` (its version), `levels`, `float64` (the tolerance) and `cases`, a list of entries.
    """
    return json.loads(MANIFEST.read_text(encoding="utf-8"))


def vectors() -> list[Vector]:
    """Read all stored cases.

    Returns
    -------
    list of Vector
        All cases in the order of the manifest.

    Raises
    ------
    ValueError
        If the SHA-256 of a file differs from the one in the manifest.

    Examples
    --------
    >>> gelu = next(vector for vector in vectors() if vector.name == "gelu-tanh")
    >>> gelu.op, gelu.attributes, gelu.inputs["x"].shape
    ('gelu', {'form': 'tanh'}, (3, 19))
    """
    return [_read(entry) for entry in manifest()["cases"]]


def _read(entry: dict[str, Any]) -> Vector:
    parts: dict[str, dict[str, np.ndarray]] = {"in": {}, "out": {}, "ct": {}, "grad": {}}
    if "file" in entry:
        content = (FOLDER / entry["file"]).read_bytes()
        if digest(content) != entry["sha256"]:
            raise ValueError(f"{entry['file']} is damaged: its SHA-256 differs from the manifest; "
                             "install again, or run python -m tubevit_np.conformance.build")
        with np.load(io.BytesIO(content)) as members:
            for member in members:
                part, _, name = member.partition(".")
                parts[part][name] = members[member]
    return Vector(entry, *parts.values())
