"""The parameters of any Config: those of model/params.py, and what a variant adds."""

import math

import numpy as np

from tubevit_np.model import params
from tubevit_np.model.geometry import token_counts
from tubevit_np.variants.config import attention_of, position_of


def shapes(cfg):
    """{name: shape} of every parameter, in the order of the computation."""
    found = {}
    for name, shape in params.shapes(cfg).items():
        if name == "blocks.0.ln1.g" and position_of(cfg) == "learned":
            found["position.w"] = (sum(token_counts(cfg, cfg.learned_for)), cfg.dim)
        found[name] = shape
        if name.endswith("mlp.down.b") and "blocks" in name and attention_of(cfg) == "divided":
            found |= time_shapes(name.replace("mlp.down.b", "time"), cfg.dim)
    return found


def time_shapes(name, dim):
    return (params.norm_shapes(f"{name}.ln", dim) | params.attention_shapes(f"{name}.attn", dim)
            | params.linear_shapes(f"{name}.fc", dim, dim))


def init(cfg, rng, kernel_norm=params.KERNEL_NORM):
    """New float32 parameters, a nested tree drawn from rng, a NumPy Generator.

    As model.params.init; learned positions have standard deviation 0.02, and time.fc is 0."""
    return params.nest({name: draw(name, shape, cfg, rng, kernel_norm)
                        for name, shape in shapes(cfg).items()})


def draw(name, shape, cfg, rng, kernel_norm):
    """The initial value of one parameter."""
    if name.endswith("time.fc.w"):
        return np.zeros(shape, np.float32)  # what is new to an image model adds nothing at first
    if name == "position.w":
        return (0.02 * rng.standard_normal(shape)).astype(np.float32)  # as usual in ViTs
    return params.draw(name, shape, cfg, rng, kernel_norm)


def num_params(cfg, prefix=""):
    """The number of values in all parameters whose names begin with prefix."""
    return sum(math.prod(shape) for name, shape in shapes(cfg).items() if name.startswith(prefix))
