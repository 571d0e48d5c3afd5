"""AdamW, a learning rate with warmup and cosine decay (Table 10), and gradient clipping.

Parameters, gradients and moments are flat dicts with the same names.
"""

import math

import numpy as np

from tubevit_np.model.types import Array, Arrays

BETAS = (0.9, 0.95)
EPS = 1e-8


def learning_rate(step: int, steps: int, peak: float, warmup: int) -> float:
    """Compute the learning rate of a step: linear warmup, then half a cosine down to 0.

    Parameters
    ----------
    step : int
        Number of the step, from 0.
    steps : int
        Number of steps of the whole training.
    peak : float
        Highest learning rate, reached at the end of the warmup.
    warmup : int
        Number of steps of the warmup, at least 0.

    Returns
    -------
    float
        Learning rate, 0 to `peak`.

    References
    ----------
    Table 10.

    Examples
    --------
    >>> [learning_rate(step, steps=6, peak=1.0, warmup=2) for step in range(3)]
    [0.5, 1.0, 1.0]
    """
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


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

    Examples
    --------
    >>> grads = {"a": np.array([3.0]), "b": np.array([4.0])}
    >>> clip_grad_norm(grads, 1.0)
    5.0
    >>> grads["a"]
    array([0.6])
    """
    norm = math.sqrt(sum(float(np.vdot(g, g)) for g in grads.values()))
    if norm > most:
        for name in grads:
            grads[name] *= most / norm
    return norm


def is_decayed(shape):
    """Return True for matrices and kernels; biases, gains, probe and gate have no weight decay."""
    return len(shape) > 1


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

    Examples
    --------
    >>> adamw_state({"b": np.ones(2)})
    {'m': {'b': array([0., 0.])}, 'v': {'b': array([0., 0.])}}
    """
    return {moment: {name: np.zeros_like(w) for name, w in params.items()} for moment in ("m", "v")}


def adamw(params: Arrays, grads: Arrays, state: dict[str, Arrays], t: int | Array,
          lr: float | Array, weight_decay: float = 0.05) -> None:
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

    References
    ----------
    Loshchilov and Hutter, Decoupled Weight Decay Regularization (2019), Algorithm 2; Table 10.

    Examples
    --------
    >>> params = {"b": np.array([1.0, 1.0])}
    >>> adamw(params, {"b": np.array([5.0, -0.1])}, adamw_state(params), 1, 0.25)
    >>> params["b"].round(4)  # every number moves by lr in the first step
    array([0.75, 1.25])
    """
    for name, w in params.items():
        m, v = next_moments(name, w, grads, state, t)
        if is_decayed(w.shape):
            w *= 1 - lr * weight_decay
        w -= lr * (m / (np.sqrt(v) + EPS))


def next_moments(name, w, grads, state, t):
    """Update the moments m and v of one parameter; returns them corrected for their start at 0."""
    (beta1, beta2), m, v = BETAS, state["m"][name], state["v"][name]
    g = grads.get(name, np.zeros_like(w))
    m += (1 - beta1) * (g - m)
    v += (1 - beta2) * (np.square(g) - v)
    return m / (1 - beta1**t), v / (1 - beta2**t)
