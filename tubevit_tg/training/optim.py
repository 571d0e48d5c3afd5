"""AdamW, a learning rate that warms up and falls along a cosine (Table 10), and clipping.

Parameters, gradients and moments are flat dicts with the same names."""

import numpy as np
from tinygrad import Tensor

from tubevit_np.training.optim import BETAS, EPS, decayed, is_kernel, kernel_rates, learning_rate
from tubevit_tg.backend.device import to_tensors
from tubevit_tg.training.cosine_basis import from_waves, smooth, to_waves


def clip(grads, most):
    """Scale all gradients, new Tensors in their dict, to a joint norm of at most `most`; returns
    the norm they had."""
    norm = sum((g * g).sum() for g in grads.values()).sqrt().realize()
    for name, g in grads.items():
        grads[name] = g * (most / norm).minimum(1)
    return norm


def adamw_state(params):
    """Zero moments for every parameter: {"m": ..., "v": ...}; step t is 1-based in adamw."""
    return {moment: {name: to_tensors(np.zeros(w.shape), w.dtype) for name, w in params.items()}
            for moment in ("m", "v")}


def quiet(size):
    """The usual size of a kernel's gradients, (1, 1, 1, 1, D); fainter waves hold mostly noise.

    Added to the denominator it keeps them small: without it kernels would be coloured static."""
    return size.square().mean((0, 1, 2, 3), keepdim=True).sqrt()


def adamw(params, grads, state, t, lr, weight_decay=0.05, rates=None, spectral=True,
          smoothness=0.0, finite=None):
    """One step in place, decoupled weight decay (Loshchilov & Hutter); a missing gradient is 0.

    t: 1-based step.  rates: {name: factor on lr}.  spectral: kernels and their moments by waves.
    smoothness: weight decay of all kernels' fast waves, at the common rate (frequency.smooth).
    Under TinyJit t and lr must be Tensors.  finite: a Tensor; where it is False nothing changes."""
    beta1, beta2 = BETAS

    def put(old, new):
        old.assign((new if finite is None else finite.where(new, old)).cast(old.dtype))

    for name, w in params.items():
        m, v, g = state["m"][name], state["v"][name], grads.get(name, w.zeros_like())
        by_waves = spectral and is_kernel(w.shape)
        g = to_waves(g) if by_waves else g
        put(m, m + (1 - beta1) * (g - m))
        put(v, v + (1 - beta2) * (g * g - v))
        size = (v / (1 - beta2**t)).sqrt()
        change = m / (1 - beta1**t) / (size + (quiet(size) if by_waves else 0) + EPS)
        rate = lr * (rates or {}).get(name, 1.0)
        kept = 1 - rate * weight_decay if decayed(w.shape) else 1.0
        new = w * kept - rate * (from_waves(change) if by_waves else change)
        put(w, smooth(new, lr * smoothness) if smoothness and is_kernel(w.shape) else new)
    Tensor.realize(*params.values(), *state["m"].values(), *state["v"].values())


def autograd(params, loss, *others, onto=None):
    """The gradients of loss by all parameters, {name: Tensor}; 0 by those that took no part.

    onto: earlier gradients, to which these are added.
    Computed at once, together with loss and others (logits, say): whatever is computed only after
    adamw has changed the parameters sees the changed ones."""
    grads = dict(zip(params, loss.gradient(*params.values()), strict=True))
    if onto:
        grads = {name: onto[name] + g for name, g in grads.items()}
    Tensor.realize(loss, *others, *grads.values())
    return grads
