"""AdamW for tube kernels, which it steps as sums of waves: a 4D cosine transform.

Neighboring voxels of a video are nearly equal, so a kernel's gradient by voxels is almost all slow
waves, and steps of equal size for every voxel hardly change the fast ones, which see edges and
motion.  By waves, AdamW scales each alone.  The paper doesn't do this; the model is unchanged."""

from tubevit_np.training.cosine_basis import cosines, is_kernel, kernel_rates, roughness
from tubevit_tg.backend.device import constant
from tubevit_tg.backend.operations import matmul
from tubevit_tg.training.optim import EPS, adamw, assign, next_moments, realize


def adamw_by_waves(params, grads, state, t, lr, weight_decay=0.05, rates=None, spectral=True,
                   smoothness=0.0, finite=None):
    """optim.adamw in place, whose kernels, and their moments, are stepped by waves.

    rates: {name: factor on lr}.  spectral: False steps kernels by voxels.  smoothness: weight decay
    of all kernels' fast waves, at the common rate (see smooth)."""
    for name, w in params.items():
        step = step_by_waves if spectral and is_kernel(w.shape) else adamw
        step({name: w}, grads, state, t, lr * (rates or {}).get(name, 1.0), weight_decay, finite)
        if smoothness and is_kernel(w.shape):
            assign(w, smooth(w, lr * smoothness), finite)
    realize(params, state)


def step_by_waves(params, grads, state, t, lr, weight_decay, finite=None):
    """optim.adamw with gradients and moments by waves, damped by rms_over_kernel."""
    for name, w in params.items():
        waves = {name: to_waves(grads[name])} if name in grads else {}
        m, v = next_moments(name, w, waves, state, t, finite)
        size = v.sqrt()
        change = from_waves(m / (size + rms_over_kernel(size) + EPS))
        assign(w, (1 - lr * weight_decay) * w - lr * change, finite)
    realize(params, state)


def rms_over_kernel(size):
    """Root mean square of sqrt(v) over a kernel, (1, 1, 1, 1, D).

    Added to the denominator, it damps the waves whose gradient is mostly noise: without it kernels
    would be colored static."""
    return size.square().mean((0, 1, 2, 3), keepdim=True).sqrt()


def smooth(w, amount):
    """A kernel whose waves shrink by 1 / (1 + amount * roughness), fast ones most; amount >= 0.

    What a loss has no use for fades; else the noise that training began with would stay in sight.
    """
    squares = constant(roughness, w.shape, dtype=w.dtype, device=w.device)
    return from_waves(to_waves(w) / (1 + amount * squares))


def to_waves(w):
    """(kt, kh, kw, C, D) by voxel and color -> the same shape by frequency along all four axes."""
    return along_axes(w, kept(cosines, w))


def from_waves(w):
    """The inverse of to_waves."""
    return along_axes(w, kept(inverse_cosines, w))


def inverse_cosines(n):
    """The transpose of cosines; kept like them, it isn't copied at every step."""
    return cosines(n).T


def kept(make, w):
    """make(n) for the length n of each axis, in the precision and on the devices of w."""
    return [constant(make, n, dtype=w.dtype, device=w.device) for n in w.shape[:4]]


def along_axes(w, matrices):
    """w (kt, kh, kw, C, D) times a matrix along each of its first axes."""
    for axis, matrix in enumerate(matrices):
        front = w.transpose(0, axis)
        w = matmul(matrix, front.flatten(1)).reshape(front.shape).transpose(0, axis)
    return w.contiguous()  # or both moments would be computed from the last product again
