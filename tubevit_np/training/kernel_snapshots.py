"""Which arrays training hands to its run as a snapshot of the tube kernels, and when."""

from tubevit_np.model.params import flatten
from tubevit_np.training.cosine_basis import is_kernel

FIRST = 25  # steps from the start to the first snapshot; every later one takes twice as many


def snapshot_due(done):
    """Whether a snapshot follows after `done` steps: 25, 50, 100, 200, ..."""
    return done % FIRST == 0 and (done // FIRST).bit_count() == 1


def kernels(params):
    """{name: kernel}, flat, of a nested tree of either package; not copies."""
    return {name: w for name, w in flatten(params).items() if is_kernel(w.shape)}
