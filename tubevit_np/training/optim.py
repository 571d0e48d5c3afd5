"""AdamW, a learning rate that warms up and falls along a cosine (Table 10), and clipping.

Parameters, gradients and moments are flat dicts with the same names."""

import math

import numpy as np

from tubevit_np.training.cosine_basis import from_waves, smooth, to_waves

BETAS = (0.9, 0.95)
EPS = 1e-8


def learning_rate(step, steps, peak, warmup):
    """At 0-based step of steps: a line up to peak over warmup steps, then half a cosine to 0."""
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def kernel_rates(params):
    """{name: factor} on the learning rate of tube kernels, 4 (768 / fan in)^0.75; others have 1.

    A large kernel sums many correlated voxels: at the same rate its token would move too far."""
    return {name: 4 * (768 / math.prod(w.shape[:-1])) ** 0.75
            for name, w in params.items() if is_kernel(w.shape)}


def is_kernel(shape):
    """A tube kernel is (kt, kh, kw, C, D)."""
    return len(shape) == 5


def decayed(shape):
    """Weight decay is for matrices and kernels, not for biases, gains, the probe and the gate."""
    return len(shape) > 1


def clip(grads, most):
    """Scale all gradients in place to a joint norm of at most `most`; returns the norm they had."""
    norm = math.sqrt(sum(float(np.vdot(g, g)) for g in grads.values()))
    if norm > most:
        for name in grads:
            grads[name] *= most / norm
    return norm


def adamw_state(params):
    """Zero moments for every parameter: {"m": ..., "v": ...}; step t is 1-based in adamw."""
    return {moment: {name: np.zeros_like(w) for name, w in params.items()} for moment in ("m", "v")}


def quiet(size):
    """The usual size of a kernel's gradients, (1, 1, 1, 1, D); fainter waves hold mostly noise.

    Added to the denominator it keeps them small: without it kernels would be coloured static."""
    return np.sqrt(np.square(size).mean((0, 1, 2, 3), keepdims=True))


def adamw(params, grads, state, t, lr, weight_decay=0.05, rates=None, spectral=True,
          smoothness=0.0):
    """One step in place, decoupled weight decay (Loshchilov & Hutter); a missing gradient is 0.

    t: 1-based step.  rates: {name: factor on lr}.  spectral: kernels and their moments by waves.
    smoothness: weight decay of all kernels' fast waves, at the common rate (frequency.smooth)."""
    beta1, beta2 = BETAS
    for name, w in params.items():
        m, v, g = state["m"][name], state["v"][name], grads.get(name, np.zeros_like(w))
        by_waves = spectral and is_kernel(w.shape)
        g = to_waves(g) if by_waves else g
        m += (1 - beta1) * (g - m)
        v += (1 - beta2) * (np.square(g) - v)
        size = np.sqrt(v / (1 - beta2**t))
        change = m / (1 - beta1**t) / (size + (quiet(size) if by_waves else 0) + EPS)
        rate = lr * (rates or {}).get(name, 1.0)
        if decayed(w.shape):
            w *= 1 - rate * weight_decay
        w -= rate * (from_waves(change) if by_waves else change)
        if smoothness and is_kernel(w.shape):
            w[:] = smooth(w, lr * smoothness)
