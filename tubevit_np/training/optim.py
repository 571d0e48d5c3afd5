"""AdamW, a learning rate that warms up and falls along a cosine (Table 10), and clipping.

Parameters, gradients and moments are flat dicts with the same names."""

import math

import numpy as np

BETAS = (0.9, 0.95)
EPS = 1e-8


def learning_rate(step, steps, peak, warmup):
    """At 0-based step of steps: a line up to peak over warmup steps, then half a cosine to 0."""
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def clip_grad_norm(grads, most):
    """Scale all gradients in place to a joint norm of at most `most`; returns the norm they had."""
    norm = math.sqrt(sum(float(np.vdot(g, g)) for g in grads.values()))
    if norm > most:
        for name in grads:
            grads[name] *= most / norm
    return norm


def is_decayed(shape):
    """Weight decay is for matrices and kernels, not for biases, gains, the probe and the gate."""
    return len(shape) > 1


def adamw_state(params):
    """Zero moments for every parameter: {"m": ..., "v": ...}."""
    return {moment: {name: np.zeros_like(w) for name, w in params.items()} for moment in ("m", "v")}


def adamw(params, grads, state, t, lr, weight_decay=0.05):
    """One step in place (Loshchilov and Hutter, Algorithm 2); t: 1-based step.

    w = (1 - lr weight_decay) w - lr m / (sqrt(v) + eps); a missing gradient is 0."""
    for name, w in params.items():
        m, v = next_moments(name, w, grads, state, t)
        if is_decayed(w.shape):
            w *= 1 - lr * weight_decay
        w -= lr * (m / (np.sqrt(v) + EPS))


def next_moments(name, w, grads, state, t):
    """Moves the moments m and v of one parameter; returns them corrected for their start at 0."""
    (beta1, beta2), m, v = BETAS, state["m"][name], state["v"][name]
    g = grads.get(name, np.zeros_like(w))
    m += (1 - beta1) * (g - m)
    v += (1 - beta2) * (np.square(g) - v)
    return m / (1 - beta1**t), v / (1 - beta2**t)
