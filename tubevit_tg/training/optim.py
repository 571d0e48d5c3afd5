"""AdamW, a learning rate that warms up and falls along a cosine (Table 10), and clipping.

Parameters, gradients and moments are flat dicts with the same names.  Under TinyJit t and lr must
be Tensors.  finite: a Tensor; a step where it is False changes nothing."""

import numpy as np
from tinygrad import Tensor

from tubevit_np.training.optim import BETAS, EPS, is_decayed, learning_rate
from tubevit_tg.backend.device import to_tensors


def clip_grad_norm(grads, most):
    """Scale all gradients, new Tensors in their dict, to a joint norm of at most `most`; returns
    the norm they had."""
    norm = sum((g * g).sum() for g in grads.values()).sqrt().realize()
    for name, g in grads.items():
        grads[name] = g * (most / norm).minimum(1)
    return norm


def adamw_state(params):
    """Zero moments for every parameter: {"m": ..., "v": ...}."""
    return {moment: {name: to_tensors(np.zeros(w.shape), w.dtype) for name, w in params.items()}
            for moment in ("m", "v")}


def adamw(params, grads, state, t, lr, weight_decay=0.05, finite=None):
    """One step in place (Loshchilov and Hutter, Algorithm 2); t: 1-based step.

    w = (1 - lr weight_decay) w - lr m / (sqrt(v) + eps); a missing gradient is 0."""
    for name, w in params.items():
        m, v = next_moments(name, w, grads, state, t, finite)
        decay = lr * weight_decay if is_decayed(w.shape) else 0.0
        assign(w, (1 - decay) * w - lr * (m / (v.sqrt() + EPS)), finite)
    realize(params, state)


def next_moments(name, w, grads, state, t, finite=None):
    """Moves the moments m and v of one parameter; returns them corrected for their start at 0."""
    (beta1, beta2), m, v = BETAS, state["m"][name], state["v"][name]
    g = grads.get(name, w.zeros_like())
    assign(m, m + (1 - beta1) * (g - m), finite)
    assign(v, v + (1 - beta2) * (g * g - v), finite)
    return m / (1 - beta1**t), v / (1 - beta2**t)


def assign(old, new, finite):
    """new in place of old, as soon as it is computed; where finite is False old stays."""
    old.assign((new if finite is None else finite.where(new, old)).cast(old.dtype))


def realize(params, state):
    """Compute the parameters named, and their moments."""
    Tensor.realize(*params.values(), *(each[name] for each in (state["m"], state["v"])
                                       for name in params))


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
