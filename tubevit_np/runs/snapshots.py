"""Snapshots of the tube kernels during training, for pictures; resuming does not need them."""

from pathlib import Path

import numpy as np
from safetensors.numpy import save as to_bytes

from tubevit_np.model.params import nest
from tubevit_np.storage.atomic_files import atomic_write
from tubevit_np.storage.checkpoint import read_arrays

FOLDER = "snapshots"


def write_snapshot(run, done, flat):
    """Write RUN/snapshots/NNNNNN.safetensors atomically, in float16.  flat: {name: kernel}."""
    folder = Path(run) / FOLDER
    folder.mkdir(exist_ok=True)
    small = {name: np.asarray(w, np.float16, order="C") for name, w in flat.items()}
    with atomic_write(folder / f"{done:06d}.safetensors", "wb") as file:
        file.write(to_bytes(small))


def read_snapshots(run):
    """{step: nested tree of kernels, float32} of a run folder, in order; {} if it has none."""
    paths = (Path(run) / FOLDER).glob("[0-9]*.safetensors")
    snapshots = {int(path.stem): read_arrays(path)[0]
                 for path in sorted(paths, key=lambda path: int(path.stem))}
    return {step: nest({name: w.astype(np.float32) for name, w in flat.items()})
            for step, flat in snapshots.items()}
