"""AdamW in a cosine basis: a tube kernel is updated as a sum of waves, not voxel by voxel.

Neighboring voxels of a video are nearly equal. So the gradient of a kernel by its voxels consists
mostly of slow waves, and steps of equal size for every voxel hardly change the fast waves, which
respond to edges and motion. In the cosine basis (a 4D DCT-II) AdamW scales every wave separately.
The paper does not do this; the model is the same.
"""

import math

import numpy as np

from tubevit_np.model.types import Array, Arrays
from tubevit_np.training.optim import EPS, adamw, next_moments


def is_kernel(shape):
    """Return True for the shape of a tube kernel, (kt, kh, kw, C, D)."""
    return len(shape) == 5


def kernel_rates(params):
    """Factors {name: factor} on the learning rate of tube kernels: 4 (768 / fan-in)^0.75.

    All other parameters have factor 1. A large kernel sums many correlated voxels: at the same
    rate its token would change too much.
    """
    return {name: 4 * (768 / math.prod(w.shape[:-1])) ** 0.75
            for name, w in params.items() if is_kernel(w.shape)}


def adamw_by_waves(params: Arrays, grads: Arrays, state: dict[str, Arrays], t: int | Array,
                   lr: float | Array, weight_decay: float = 0.05,
                   rates: dict[str, float] | None = None, spectral: bool = True,
                   smoothness: float = 0.0) -> None:
    """Take one AdamW step in place; tube kernels are updated in a cosine basis.

    The moments of a kernel are those of its waves. Its step also has the root mean square of
    sqrt(v) over the kernel in the denominator. All other parameters are updated as by adamw. The
    paper does not do this; tubevit_np/training/README.md gives the reasons.

    Parameters
    ----------
    params : dict of arrays
        Parameters {name: array}, changed in place.
    grads : dict of arrays
        Gradients of the same names; a missing gradient counts as 0.
    state : dict
        Moments as adamw_state makes them, changed in place.
    t : int
        Number of the step, from 1.
    lr : float
        Learning rate.
    weight_decay : float, default 0.05
        Decoupled weight decay.
    rates : dict, optional
        Factors {name: factor} on lr; a missing factor is 1.
    spectral : bool, default True
        Update kernels in the cosine basis. If False, adamw updates them voxel by voxel.
    smoothness : float, default 0
        Extra decay of the fast waves of every kernel, at least 0: in each step a wave shrinks by
        the factor 1 / (1 + lr * smoothness * r), where r, 0 to below 3, is the sum of its squared
        frequencies along t, h and w.
    """
    for name, w in params.items():
        step = step_by_waves if spectral and is_kernel(w.shape) else adamw
        step({name: w}, grads, state, t, lr * (rates or {}).get(name, 1.0), weight_decay)
        if smoothness and is_kernel(w.shape):
            w[:] = smooth(w, lr * smoothness)


def step_by_waves(params, grads, state, t, lr, weight_decay):
    """As optim.adamw, with gradients and moments in the cosine basis, damped by rms_over_kernel."""
    for name, w in params.items():
        waves = {name: to_waves(grads[name])} if name in grads else {}
        m, v = next_moments(name, w, waves, state, t)
        size = np.sqrt(v)
        w *= 1 - lr * weight_decay
        w -= lr * from_waves(m / (size + rms_over_kernel(size) + EPS))


def rms_over_kernel(size):
    """Root mean square of sqrt(v) over a kernel, (1, 1, 1, 1, D).

    Added to the denominator, it damps waves whose gradient is mostly noise: without it kernels
    would look like colored noise.
    """
    return np.sqrt(np.square(size).mean((0, 1, 2, 3), keepdims=True))


def smooth(w, amount):
    """Multiply the waves of a kernel by 1 / (1 + amount * roughness); amount >= 0.

    Fast waves shrink most. Waves that do not lower the loss fade away; otherwise the noise of the
    initial kernels would stay visible.
    """
    return from_waves(to_waves(w) / (1 + amount * roughness(w.shape)).astype(w.dtype))


def roughness(shape):
    """Sum of the squared frequencies of every wave, (kt, kh, kw, 1, 1); each axis adds below 1."""
    squares = np.ix_(*(np.square(np.arange(n) / n) for n in shape[:3]))
    return sum(squares)[..., None, None]


def to_waves(w):
    """Compute the cosine transform of a kernel (kt, kh, kw, C, D) along t, h, w and C."""
    return along_axes(w, [cosines(n) for n in w.shape[:4]])


def from_waves(w):
    """Compute the inverse of to_waves."""
    return along_axes(w, [cosines(n).T for n in w.shape[:4]])


def cosines(n):
    """Make the DCT-II matrix (n, n): its rows are orthonormal waves, slowest first."""
    waves = np.cos(math.pi / n * np.outer(np.arange(n), np.arange(n) + 0.5)) * math.sqrt(2 / n)
    waves[0] /= math.sqrt(2)
    return waves


def along_axes(w, matrices):
    """Multiply w (kt, kh, kw, C, D) by one matrix along each of its first axes."""
    for axis, matrix in enumerate(matrices):
        rows = w.reshape(math.prod(w.shape[:axis]), w.shape[axis], -1)
        w = (matrix.astype(w.dtype) @ rows).reshape(w.shape)
    return w
