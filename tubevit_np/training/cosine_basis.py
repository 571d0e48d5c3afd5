"""AdamW for tube kernels, which it steps as sums of waves: a 4D cosine transform.

Neighboring voxels of a video are nearly equal, so a kernel's gradient by voxels is almost all slow
waves, and steps of equal size for every voxel hardly change the fast ones, which see edges and
motion.  By waves, AdamW scales each alone.  The paper doesn't do this; the model is unchanged."""

import math

import numpy as np

from tubevit_np.training.optim import EPS, adamw, next_moments


def is_kernel(shape):
    """A tube kernel is (kt, kh, kw, C, D)."""
    return len(shape) == 5


def kernel_rates(params):
    """{name: factor} on the learning rate of tube kernels, 4 (768 / fan in)^0.75; others have 1.

    A large kernel sums many correlated voxels: at the same rate its token would move too far."""
    return {name: 4 * (768 / math.prod(w.shape[:-1])) ** 0.75
            for name, w in params.items() if is_kernel(w.shape)}


def adamw_by_waves(params, grads, state, t, lr, weight_decay=0.05, rates=None, spectral=True,
                   smoothness=0.0):
    """optim.adamw in place, whose kernels, and their moments, are stepped by waves.

    rates: {name: factor on lr}.  spectral: False steps kernels by voxels.  smoothness: weight decay
    of all kernels' fast waves, at the common rate (see smooth)."""
    for name, w in params.items():
        step = step_by_waves if spectral and is_kernel(w.shape) else adamw
        step({name: w}, grads, state, t, lr * (rates or {}).get(name, 1.0), weight_decay)
        if smoothness and is_kernel(w.shape):
            w[:] = smooth(w, lr * smoothness)


def step_by_waves(params, grads, state, t, lr, weight_decay):
    """optim.adamw with gradients and moments by waves, damped by rms_over_kernel."""
    for name, w in params.items():
        waves = {name: to_waves(grads[name])} if name in grads else {}
        m, v = next_moments(name, w, waves, state, t)
        size = np.sqrt(v)
        w *= 1 - lr * weight_decay
        w -= lr * from_waves(m / (size + rms_over_kernel(size) + EPS))


def rms_over_kernel(size):
    """Root mean square of sqrt(v) over a kernel, (1, 1, 1, 1, D).

    Added to the denominator, it damps the waves whose gradient is mostly noise: without it kernels
    would be colored static."""
    return np.sqrt(np.square(size).mean((0, 1, 2, 3), keepdims=True))


def smooth(w, amount):
    """A kernel whose waves shrink by 1 / (1 + amount * roughness), fast ones most; amount >= 0.

    What a loss has no use for fades; else the noise that training began with would stay in sight.
    """
    return from_waves(to_waves(w) / (1 + amount * roughness(w.shape)).astype(w.dtype))


def roughness(shape):
    """Squared frequency of every wave, (kt, kh, kw, 1, 1): on each of t, h, w below 1."""
    squares = np.ix_(*(np.square(np.arange(n) / n) for n in shape[:3]))
    return sum(squares)[..., None, None]


def to_waves(w):
    """(kt, kh, kw, C, D) by voxel and color -> the same shape by frequency along all four axes."""
    return along_axes(w, [cosines(n) for n in w.shape[:4]])


def from_waves(w):
    """The inverse of to_waves."""
    return along_axes(w, [cosines(n).T for n in w.shape[:4]])


def cosines(n):
    """Orthonormal waves (DCT-II) as rows (n, n), slowest first; the transpose is the inverse."""
    waves = np.cos(math.pi / n * np.outer(np.arange(n), np.arange(n) + 0.5)) * math.sqrt(2 / n)
    waves[0] /= math.sqrt(2)
    return waves


def along_axes(w, matrices):
    """w (kt, kh, kw, C, D) times a matrix along each of its first axes."""
    for axis, matrix in enumerate(matrices):
        rows = w.reshape(math.prod(w.shape[:axis]), w.shape[axis], -1)
        w = (matrix.astype(w.dtype) @ rows).reshape(w.shape)
    return w
