"""The stored cases: one .npz each, listed in manifest.json.

Members of an .npz: in.NAME (input), out.NAME (answer), ct.NAME (the cotangent that its gradients
are of) and grad.NAME.  Written uncompressed, with the same bytes on every machine."""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "vectors"
MANIFEST = FOLDER / "manifest.json"


@dataclass(frozen=True)
class Vector:
    """One case as stored.  entry: its place in the manifest;  the rest: {name: array}."""

    entry: dict
    inputs: dict
    answers: dict
    cotangents: dict
    gradients: dict

    def __getattr__(self, name):
        try:
            return self.entry[name]
        except KeyError:
            raise AttributeError(name) from None


def npz(members):
    """The bytes of an .npz; NumPy's own differ with the machine's clock and system."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, array in members.items():
            info, content = zipfile.ZipInfo(f"{name}.npy"), io.BytesIO()
            info.create_system = 3
            np.lib.format.write_array(content, np.asarray(array, order="C"), version=(1, 0))
            packed.writestr(info, content.getvalue())
    return file.getvalue()


def digest(content):
    return hashlib.sha256(content).hexdigest()


def manifest():
    return json.loads(MANIFEST.read_text())


def vectors():
    """All cases in their order.  Raises ValueError for a file that is not the one listed."""
    return [_read(entry) for entry in manifest()["cases"]]


def _read(entry):
    parts = {"in": {}, "out": {}, "ct": {}, "grad": {}}
    if "file" in entry:
        content = (FOLDER / entry["file"]).read_bytes()
        if digest(content) != entry["sha256"]:
            raise ValueError(f"{entry['file']} is damaged: its sha256 is not the manifest's; "
                             "make all anew with python -m tubevit_np.conformance.build")
        with np.load(io.BytesIO(content)) as members:
            for member in members:
                part, _, name = member.partition(".")
                parts[part][name] = members[member]
    return Vector(entry, *parts.values())
