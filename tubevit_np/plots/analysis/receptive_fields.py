"""Which voxels of a clip each token reads, cut as the model cuts them: tubes.windows of a clip
whose voxels are their own numbers."""

import math

import numpy as np

from tubevit_np.model.geometry import grid, token_counts
from tubevit_np.model.tubes import windows


def voxels(tube, shape):
    """What each token of a (T, H, W) clip reads, as flat indices: (N, reads) int.

    -1 beyond the far edge, where space-to-depth reads zeros.  Where members overlap, a voxel comes
    several times."""
    if not all(grid(tube, shape)):
        return np.empty((0, tube.members * math.prod(tube.kernel)), int)
    numbers = np.arange(1, math.prod(shape) + 1).reshape(1, *shape, 1)
    cut = windows(numbers, tube)[0]
    return cut.reshape(len(cut), -1) - 1


def coverage(tube, shape):
    """How many places of a tube read each voxel: (T, H, W) int."""
    found = voxels(tube, shape)
    return np.bincount(found[found >= 0], minlength=math.prod(shape)).reshape(shape)


def heat(weights, cfg, shape):
    """Weights of all tokens (N,), each spread evenly over what its token reads, for each tube.

    (tubes, T, H, W), which sums to the sum of the weights; 0 for tubes that do not fit."""
    found = np.zeros((len(cfg.tubes), math.prod(shape)))
    parts = by_tube(weights, cfg, shape)
    for row, tube, part in zip(found, cfg.tubes, parts, strict=True):
        reads = voxels(tube, shape)
        inside = reads >= 0
        each = np.broadcast_to((part / inside.sum(1))[:, None], reads.shape)
        row += np.bincount(reads[inside], each[inside], minlength=len(row))
    return found.reshape(-1, *shape)


def token_boxes(tube, shape, n):
    """Near and far corner of every place of the tube's n-th token: (places, 2, 3)."""
    members = voxels(tube, shape)[n].reshape(tube.members, -1)
    at = [np.array(np.unravel_index(reads[reads >= 0], shape)) for reads in members
          if reads.max() >= 0]
    return np.array([(each.min(1), each.max(1) + 1) for each in at])


def by_tube(weights, cfg, shape):
    """The last axis, all tokens, divided into one part for each tube."""
    return np.split(weights, np.cumsum(token_counts(cfg, shape))[:-1], axis=-1)


def owner(token, cfg, shape):
    """(i, n): token number `token` of all is the n-th of tube i.  ValueError if there is none."""
    counts = token_counts(cfg, shape)
    if not 0 <= token < sum(counts):
        raise ValueError(f"no token {token}: this clip gives {sum(counts)}, counted from 0")
    i = int(np.searchsorted(np.cumsum(counts), token, side="right"))
    return i, token - sum(counts[:i])
