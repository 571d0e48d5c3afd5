"""The tube kernels now and then in training, for pictures: no resume needs these files."""

from pathlib import Path

import numpy as np
from safetensors.numpy import save as to_bytes

from tubevit_np.model.params import flatten, nest
from tubevit_np.storage.atomic_files import atomic_write
from tubevit_np.storage.checkpoint import read_arrays
from tubevit_np.training.cosine_basis import is_kernel

FOLDER = "snapshots"
FIRST = 25  # steps to the first one after the start, then always twice as many


def due(done):
    """Whether a snapshot follows so many steps: 25, 50, 100, 200, ..."""
    return done % FIRST == 0 and (done // FIRST).bit_count() == 1


def kernels(params):
    """The kernels of a nested tree of either package, by name; not copies."""
    return {name: w for name, w in flatten(params).items() if is_kernel(w.shape)}


def write_snapshot(run, done, found):
    """RUN/snapshots/NNNNNN.safetensors in float16, whole or not at all.  found: as kernels()."""
    place = Path(run) / FOLDER
    place.mkdir(exist_ok=True)
    small = {name: np.asarray(w, np.float16, order="C") for name, w in found.items()}
    with atomic_write(place / f"{done:06d}.safetensors", "wb") as file:
        file.write(to_bytes(small))


def read_snapshots(run):
    """{step: nested tree of its kernels, float32} of a run folder, in order; {} if it has none."""
    paths = (Path(run) / FOLDER).glob("[0-9]*.safetensors")
    found = {int(path.stem): read_arrays(path)[0]
             for path in sorted(paths, key=lambda path: int(path.stem))}
    return {step: nest({name: w.astype(np.float32) for name, w in flat.items()})
            for step, flat in found.items()}
