"""AdamW, a learning rate with warmup and cosine decay (Table 10), and gradient clipping.

Parameters, gradients and moments are flat dicts with the same names. Under TinyJit, t and lr must
be Tensors.
"""

from typing import Any

import numpy as np
from tinygrad import Tensor

from tubevit_np.training.optim import BETAS, EPS, is_decayed, learning_rate
from tubevit_tg.backend.device import to_tensors
from tubevit_tg.model.types import Array, Arrays


def clip_grad_norm(grads: Arrays, most: float) -> float | Array:
    """Scale all gradients together so that their joint norm is at most `most`.

    Parameters
    ----------
    grads : dict of arrays
        Gradients {name: array}; afterward the dict holds the clipped ones.
    most : float
        Largest allowed norm of all gradients together, above 0.

    Returns
    -------
    float or array, shape ()
        Norm before clipping.
    """
    total: Any = sum((g * g).sum() for g in grads.values())
    norm = total.sqrt().realize()
    for name, g in grads.items():
        grads[name] = g * (most / norm).minimum(1)
    return norm


def adamw_state(params: Arrays) -> dict[str, Arrays]:
    """Make the moments of AdamW, which begin at 0.

    Parameters
    ----------
    params : dict of arrays
        Parameters {name: array}.

    Returns
    -------
    dict
        {"m": {name: zeros}, "v": {name: zeros}}, in the shapes and dtypes of the parameters.
    """
    return {moment: {name: to_tensors(np.zeros(w.shape), w.dtype) for name, w in params.items()}
            for moment in ("m", "v")}


def adamw(params: Arrays, grads: Arrays, state: dict[str, Arrays], t: int | Array,
          lr: float | Array, weight_decay: float = 0.05,
          finite: Array | None = None) -> None:
    """Take one AdamW step: change the parameters and their moments in place.

    w = (1 - lr weight_decay) w - lr m / (sqrt(v) + eps), where m and v are corrected for their
    start at 0. Weight decay applies to arrays of two or more axes: matrices and kernels.

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
    finite : Tensor of bool, optional
        If False, the step changes nothing: loss scaling skips it (see precision.py).

    References
    ----------
    Loshchilov and Hutter, Decoupled Weight Decay Regularization (2019), Algorithm 2; Table 10.
    """
    for name, w in params.items():
        m, v = next_moments(name, w, grads, state, t, finite)
        decay = lr * weight_decay if is_decayed(w.shape) else 0.0
        assign(w, (1 - decay) * w - lr * (m / (v.sqrt() + EPS)), finite)
    realize(params, state)


def next_moments(name, w, grads, state, t, finite=None):
    """Update the moments m and v of one parameter; returns them corrected for their start at 0."""
    (beta1, beta2), m, v = BETAS, state["m"][name], state["v"][name]
    g = grads.get(name, w.zeros_like())
    assign(m, m + (1 - beta1) * (g - m), finite)
    assign(v, v + (1 - beta2) * (g * g - v), finite)
    return m / (1 - beta1**t), v / (1 - beta2**t)


def assign(old, new, finite):
    """Assign new to old; if finite is False, old stays.  Computed when it is next realized."""
    old.assign((new if finite is None else finite.where(new, old)).cast(old.dtype))


def realize(params, state):
    """Compute these parameters and their moments now."""
    Tensor.realize(*params.values(), *(moments[name] for moments in (state["m"], state["v"])
                                       for name in params))


def autograd(params: Arrays, loss: Array, *others: Array, onto: Arrays | None = None) -> Arrays:
    """Compute the gradients of a loss by parameters; tinygrad derives them.

    The gradients are computed now, together with the loss and the other results. A result computed
    later, after adamw has changed the parameters, would use the changed ones.

    Parameters
    ----------
    params : dict of arrays
        Parameters {name: array}.
    loss : array, shape ()
        Loss that depends on the parameters.
    *others : array
        Other results to compute with the same parameters, such as logits.
    onto : dict of arrays, optional
        Earlier gradients {name: array}, to which the new ones are added.

    Returns
    -------
    dict of arrays
        Gradients {name: array}; 0 for a parameter that the loss does not depend on.
    """
    grads = dict(zip(params, loss.gradient(*params.values()), strict=True))
    if onto:
        grads = {name: onto[name] + g for name, g in grads.items()}
    Tensor.realize(loss, *others, *grads.values())
    return grads
