"""The loss, the learning rate, clipping, AdamW and the cosine basis."""

import functools
import math

import numpy as np

from tubevit_np.conformance.loops.layers import softmax
from tubevit_np.conformance.loops.tubes import dot, places


def cross_entropy(logits, labels, smoothing):
    """Return the mean over clips of minus the sum of target times log softmax."""
    total = 0
    for row, label in zip(logits, labels):
        for k, p in enumerate(softmax(row)):
            target = smoothing / len(row) + (1 - smoothing) * (k == label)
            total = total - target * np.log(p)
    return total / len(labels)


def learning_rate(step, steps, peak, warmup, pi=math.pi):
    """Linear warmup, then half a cosine down to 0."""
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (1 + np.cos(pi * (step - warmup) / max(1, steps - warmup))) / 2


def clip(grads, most):
    """Scale all gradients to a joint norm of at most `most`; return them and the norm before."""
    norm = np.sqrt(sum(value * value for g in grads.values() for value in g.flat))
    shrink = most / norm if most < norm else 1
    return {name: g * shrink for name, g in grads.items()}, norm


def moments(m, v, g):
    """Update both moments with a gradient; betas 0.9 and 0.95."""
    return 0.9 * m + 0.1 * g, 0.95 * v + 0.05 * g * g


def bias_correction(beta, t):
    """Return 1 - beta^t, the sum of the weights in a moment after t steps."""
    return 1 - math.prod([beta] * t)


def adamw(w, m, v, t, rate, decay, kernel_rms=0):
    """Step one number (Loshchilov & Hutter, algorithm 2); m and v are the moments after step t."""
    step = m / bias_correction(0.9, t) / (np.sqrt(v / bias_correction(0.95, t)) + kernel_rms + 1e-8)
    return w - rate * (step + decay * w)


def adamw_waves(waves, m, v, t, rate, decay):
    """Step all waves (n,) of one kernel: the RMS of sqrt(v) is added to the denominator."""
    kernel_rms = np.sqrt(sum(v) / len(v) / bias_correction(0.95, t))
    return np.array([adamw(*wave, t, rate, decay, kernel_rms)
                     for wave in zip(waves, m, v, strict=True)])


@functools.cache
def wave(waves, at, sizes, pi):
    """Return one voxel of one orthonormal 4D cosine wave."""
    return math.prod(math.sqrt((2 if k else 1) / n) * np.cos(pi * k * (i + 0.5) / n)
                     for k, i, n in zip(waves, at, sizes, strict=True))


def to_waves(w, pi=math.pi):
    """Transform a kernel (kt, kh, kw, C) into the coefficients of its waves."""
    return np.array([dot(w.flat, [wave(waves, at, w.shape, pi) for at in places(w.shape)])
                     for waves in places(w.shape)]).reshape(w.shape)


def from_waves(w, pi=math.pi):
    """Transform coefficients back: the sum of all waves."""
    return np.array([dot(w.flat, [wave(waves, at, w.shape, pi) for waves in places(w.shape)])
                     for at in places(w.shape)]).reshape(w.shape)
