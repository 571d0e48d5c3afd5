"""Tube kernels as sums of waves, the basis that AdamW steps them in: a 4D cosine transform.

Neighbouring voxels of a video are nearly equal, so a kernel's gradient by voxels is almost all
slow waves, and steps of equal size for every voxel hardly change the fast ones, which see edges and
motion.  By waves, AdamW scales each alone.  The model does not change: this is its training."""

import math

import numpy as np


def cosines(n):
    """Orthonormal waves (DCT-II) as rows (n, n), slowest first; the transpose is the inverse."""
    waves = np.cos(math.pi / n * np.outer(np.arange(n), np.arange(n) + 0.5)) * math.sqrt(2 / n)
    waves[0] /= math.sqrt(2)
    return waves


def to_waves(w):
    """(kt, kh, kw, C, D) by voxel and colour -> the same shape by frequency along all four axes."""
    return _along_axes(w, [cosines(n) for n in w.shape[:4]])


def from_waves(w):
    """The inverse of to_waves."""
    return _along_axes(w, [cosines(n).T for n in w.shape[:4]])


def smooth(w, amount):
    """A kernel whose waves have shrunk, fast ones most, by 1 / (1 + amount roughness); amount >= 0.

    What a loss has no use for fades; else the noise that training began with would stay in sight.
    """
    return from_waves(to_waves(w) / (1 + amount * roughness(w.shape)).astype(w.dtype))


def roughness(shape):
    """Squared frequency of every wave, (kt, kh, kw, 1, 1): on each of t, h, w below 1."""
    squares = np.ix_(*(np.square(np.arange(n) / n) for n in shape[:3]))
    return sum(squares)[..., None, None]


def _along_axes(w, matrices):
    for axis, matrix in enumerate(matrices):
        rows = w.reshape(math.prod(w.shape[:axis]), w.shape[axis], -1)
        w = (matrix.astype(w.dtype) @ rows).reshape(w.shape)
    return w
