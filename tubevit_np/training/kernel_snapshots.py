"""Snapshots of the tube kernels during training: when to take one, and of which arrays."""

from tubevit_np.model.params import flatten
from tubevit_np.training.cosine_basis import is_kernel

FIRST = 25  # steps before the first snapshot; the number doubles for every later one


def snapshot_due(done):
    """Return True if a snapshot is due after `done` steps: 25, 50, 100, 200, ..."""
    return done % FIRST == 0 and (done // FIRST).bit_count() == 1


def kernels(params):
    """{name: kernel}, flat, from a nested tree of either package, without copying."""
    return {name: w for name, w in flatten(params).items() if is_kernel(w.shape)}
