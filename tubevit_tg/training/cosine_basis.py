"""AdamW in a cosine basis: a tube kernel is updated as a sum of waves, not voxel by voxel.

Neighboring voxels of a video are nearly equal. So the gradient of a kernel by its voxels consists
mostly of slow waves, and steps of equal size for every voxel hardly change the fast waves, which
respond to edges and motion. In the cosine basis (a 4D DCT-II) AdamW scales every wave separately.
The paper does not do this; the model is the same.
"""

from tubevit_np.training.cosine_basis import cosines, is_kernel, kernel_rates, roughness
from tubevit_tg.backend.device import constant
from tubevit_tg.backend.operations import matmul
from tubevit_tg.model.types import Array, Arrays
from tubevit_tg.training.optim import EPS, adamw, assign, next_moments, realize


def adamw_by_waves(params: Arrays, grads: Arrays, state: dict[str, Arrays], t: int | Array,
                   lr: float | Array, weight_decay: float = 0.05,
                   rates: dict[str, float] | None = None, spectral: bool = True,
                   smoothness: float = 0.0, finite: Array | None = None) -> None:
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
    finite : Tensor of bool, optional
        If False, the step changes nothing: loss scaling skips it (see precision.py).
    """
    for name, w in params.items():
        step = step_by_waves if spectral and is_kernel(w.shape) else adamw
        step({name: w}, grads, state, t, lr * (rates or {}).get(name, 1.0), weight_decay, finite)
        if smoothness and is_kernel(w.shape):
            assign(w, smooth(w, lr * smoothness), finite)
    realize(params, state)


def step_by_waves(params, grads, state, t, lr, weight_decay, finite=None):
    """As optim.adamw, with gradients and moments in the cosine basis, damped by rms_over_kernel."""
    for name, w in params.items():
        waves = {name: to_waves(grads[name])} if name in grads else {}
        m, v = next_moments(name, w, waves, state, t, finite)
        size = v.sqrt()
        change = from_waves(m / (size + rms_over_kernel(size) + EPS))
        assign(w, (1 - lr * weight_decay) * w - lr * change, finite)
    realize(params, state)


def rms_over_kernel(size):
    """Root mean square of sqrt(v) over a kernel, (1, 1, 1, 1, D).

    Added to the denominator, it damps waves whose gradient is mostly noise: without it kernels
    would look like colored noise.
    """
    return size.square().mean((0, 1, 2, 3), keepdim=True).sqrt()


def smooth(w, amount):
    """Multiply the waves of a kernel by 1 / (1 + amount * roughness); amount >= 0.

    Fast waves shrink most. Waves that do not lower the loss fade away; otherwise the noise of the
    initial kernels would stay visible.
    """
    squares = constant(roughness, w.shape, dtype=w.dtype, device=w.device)
    return from_waves(to_waves(w) / (1 + amount * squares))


def to_waves(w):
    """Compute the cosine transform of a kernel (kt, kh, kw, C, D) along t, h, w and C."""
    return along_axes(w, kept(cosines, w))


def from_waves(w):
    """Compute the inverse of to_waves."""
    return along_axes(w, kept(inverse_cosines, w))


def inverse_cosines(n):
    """Make the transpose of cosines(n); a cached constant, so that no step copies it."""
    return cosines(n).T


def kept(make, w):
    """List make(n) for the length n of each axis, as cached Tensors with dtype and devices of w."""
    return [constant(make, n, dtype=w.dtype, device=w.device) for n in w.shape[:4]]


def along_axes(w, matrices):
    """Multiply w (kt, kh, kw, C, D) by one matrix along each of its first axes."""
    for axis, matrix in enumerate(matrices):
        front = w.transpose(0, axis)
        w = matmul(matrix, front.flatten(1)).reshape(front.shape).transpose(0, axis)
    return w.contiguous()  # otherwise the last product would be computed for each moment again
