"""The loss, the learning rate, clipping, AdamW and the cosine basis."""

import functools
import math

import numpy as np

from tubevit_np.conformance.loops.layers import softmax
from tubevit_np.conformance.loops.tubes import dot, places


def cross_entropy(logits, labels, smoothing):
    """The mean over clips of minus the sum of target times log softmax."""
    total = 0
    for row, label in zip(logits, labels):
        for k, p in enumerate(softmax(row)):
            target = smoothing / len(row) + (1 - smoothing) * (k == label)
            total = total - target * np.log(p)
    return total / len(labels)


def learning_rate(step, steps, peak, warmup, pi=math.pi):
    """Linear warm-up, then half a cosine down to 0."""
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (1 + np.cos(pi * (step - warmup) / max(1, steps - warmup))) / 2


def clip(grads, most):
    """All gradients, scaled together to the norm `most` if theirs is larger, and that norm."""
    norm = np.sqrt(sum(value * value for g in grads.values() for value in g.flat))
    shrink = most / norm if most < norm else 1
    return {name: g * shrink for name, g in grads.items()}, norm


def moments(m, v, g):
    """After one more gradient, with betas 0.9 and 0.95."""
    return 0.9 * m + 0.1 * g, 0.95 * v + 0.05 * g * g


def bias_correction(beta, t):
    """1 - beta^t: the fraction of its final weight that a moment has after t steps."""
    return 1 - math.prod([beta] * t)


def adamw(w, m, v, t, rate, decay, kernel_rms=0):
    """One number after step t (Loshchilov & Hutter, algorithm 2), m and v already those of t."""
    step = m / bias_correction(0.9, t) / (np.sqrt(v / bias_correction(0.95, t)) + kernel_rms + 1e-8)
    return w - rate * (step + decay * w)


def adamw_waves(waves, m, v, t, rate, decay):
    """The same for all waves (n,) of one kernel: the RMS of sqrt(v) is added to the denominator."""
    kernel_rms = np.sqrt(sum(v) / len(v) / bias_correction(0.95, t))
    return np.array([adamw(*each, t, rate, decay, kernel_rms)
                     for each in zip(waves, m, v, strict=True)])


@functools.cache
def wave(waves, at, sizes, pi):
    """One voxel of one orthonormal 4D cosine wave."""
    return math.prod(math.sqrt((2 if k else 1) / n) * np.cos(pi * k * (i + 0.5) / n)
                     for k, i, n in zip(waves, at, sizes, strict=True))


def to_waves(w, pi=math.pi):
    """A kernel (kt, kh, kw, C) by its waves: how much of each is in it."""
    return np.array([dot(w.flat, [wave(waves, at, w.shape, pi) for at in places(w.shape)])
                     for waves in places(w.shape)]).reshape(w.shape)


def from_waves(w, pi=math.pi):
    """The sum of its waves."""
    return np.array([dot(w.flat, [wave(waves, at, w.shape, pi) for waves in places(w.shape)])
                     for at in places(w.shape)]).reshape(w.shape)
