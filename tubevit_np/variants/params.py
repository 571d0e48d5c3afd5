"""Parameters of any Config: the list of model/params.py, and the parameters of variants."""

import math

import numpy as np

from tubevit_np.model import params
from tubevit_np.model.config import Config
from tubevit_np.model.geometry import token_counts
from tubevit_np.model.types import Params, Size
from tubevit_np.variants.config import attention_of, position_of


def shapes(cfg: Config) -> dict[str, Size]:
    """Names and shapes of all parameters, in the order of the computation.

    Parameters
    ----------
    cfg : Config

    Returns
    -------
    dict
        Shapes by dotted names.

    Examples
    --------
    >>> shapes(PRESETS["demo"])["tubes.1.w"]
    (8, 8, 8, 3, 96)
    """
    shape_of: dict[str, Size] = {}
    for name, shape in params.shapes(cfg).items():
        if name == "blocks.0.ln1.g" and position_of(cfg) == "learned":
            shape_of |= position_shapes(cfg)
        shape_of[name] = shape
        if name.endswith("mlp.down.b") and "blocks" in name and attention_of(cfg) == "divided":
            shape_of |= time_shapes(name.replace("mlp.down.b", "time"), cfg.dim)
    return shape_of


def position_shapes(cfg):
    """Shape of learned positions, one for each token."""
    return {"position.w": (sum(token_counts(cfg, cfg.learned_for)), cfg.dim)}


def time_shapes(name, dim):
    """Shapes of the attention over time."""
    return (params.norm_shapes(f"{name}.ln", dim) | params.attention_shapes(f"{name}.attn", dim)
            | params.linear_shapes(f"{name}.fc", dim, dim))


def init(cfg: Config, rng: np.random.Generator, kernel_norm: float = params.KERNEL_NORM) -> Params:
    """Draw random initial parameters.

    Matrices have the standard deviation 1 / sqrt(fan in). Matrices that write into the residual
    stream have 1 / sqrt(2 depth) of it, learned positions 0.02. Tube kernels are noise. Biases,
    alpha and time.fc.w are 0, gains 1.

    Parameters
    ----------
    cfg : Config
    rng : numpy.random.Generator
    kernel_norm : float, default 0.05
        Norm of a tube kernel per output channel, about.

    Returns
    -------
    dict
        The nested tree of parameters, NumPy arrays of float32.
    """
    return params.nest({name: draw(name, shape, cfg, rng, kernel_norm)
                        for name, shape in shapes(cfg).items()})


def draw(name, shape, cfg, rng, kernel_norm):
    """Draw the initial value of one parameter."""
    if name.endswith("time.fc.w"):
        return np.zeros(shape, np.float32)  # an image model gives the same as before at first
    if name == "position.w":
        return (0.02 * rng.standard_normal(shape)).astype(np.float32)  # as usual in ViTs
    return params.draw(name, shape, cfg, rng, kernel_norm)


def num_params(cfg: Config, prefix: str = "") -> int:
    """Count the values in all parameters whose names begin with a prefix.

    Parameters
    ----------
    cfg : Config
    prefix : str, default ""
        For example "blocks" or "tubes.0.".

    Returns
    -------
    int

    References
    ----------
    Table 11.

    Examples
    --------
    >>> num_params(PRESETS["B"]), num_params(PRESETS["demo"])
    (91152056, 594641)
    """
    return sum(math.prod(shape) for name, shape in shapes(cfg).items() if name.startswith(prefix))
