"""Names, shapes and initial values of the parameters; no other file lists them."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tubevit_np.model.kernels import SHARED_SIZE
from tubevit_np.model.types import Params

KERNEL_NORM = 0.05  # larger initial noise would stay visible in learned kernels


def shapes(cfg):
    """Shapes {name: shape} of all parameters, in the order of the computation."""
    dim, shape_of = cfg.dim, {}
    for i, tube in enumerate(cfg.tubes):
        width = dim // tube.members
        if tube.is_patch or not cfg.shared_kernel:
            shape_of[f"tubes.{i}.w"] = (*tube.kernel, cfg.channels, width)
        shape_of[f"tubes.{i}.b"] = (width,)
    if cfg.shared_kernel:
        shape_of["kernel.w"] = (*SHARED_SIZE, cfg.channels, dim)
    for layer in range(cfg.depth):
        shape_of |= block_shapes(f"blocks.{layer}", dim, cfg.mlp_dim)
    if cfg.gate_layer is not None:
        shape_of["gate.alpha"] = ()
    shape_of |= norm_shapes("norm", dim) | {"pool.probe": (dim,)}
    shape_of |= linear_shapes("pool.q", dim, dim) | linear_shapes("pool.kv", dim, 2 * dim)
    shape_of |= linear_shapes("pool.out", dim, dim)
    if cfg.pool_mlp:
        shape_of |= norm_shapes("pool.ln", dim) | mlp_shapes("pool.mlp", dim, cfg.mlp_dim)
    for head, classes in cfg.classes.items():
        shape_of |= linear_shapes(f"heads.{head}", dim, classes)
    return shape_of


def block_shapes(name, dim, mlp_dim):
    """Shapes of one block (Eq. 1-2)."""
    return (norm_shapes(f"{name}.ln1", dim) | attention_shapes(f"{name}.attn", dim)
            | norm_shapes(f"{name}.ln2", dim) | mlp_shapes(f"{name}.mlp", dim, mlp_dim))


def attention_shapes(name, dim):
    """Shapes of MSA: the columns of qkv are q, k, v."""
    return linear_shapes(f"{name}.qkv", dim, 3 * dim) | linear_shapes(f"{name}.out", dim, dim)


def mlp_shapes(name, dim, mlp_dim):
    """Shapes of the MLP: up (D, M), down (M, D)."""
    return linear_shapes(f"{name}.up", dim, mlp_dim) | linear_shapes(f"{name}.down", mlp_dim, dim)


def norm_shapes(name, dim):
    """Shapes of a layer norm: gain and shift."""
    return {f"{name}.g": (dim,), f"{name}.b": (dim,)}


def linear_shapes(name, n_in, n_out):
    """Shapes of y = x w + b: w (in, out), b (out,)."""
    return {f"{name}.w": (n_in, n_out), f"{name}.b": (n_out,)}


def init(cfg, rng, kernel_norm=KERNEL_NORM):
    """Random parameters, a nested tree of float32 arrays; rng is a NumPy Generator.

    Matrices and the probe have the standard deviation 1 / sqrt(fan in). The standard deviation is
    also divided by sqrt(2 depth) for matrices whose output is added to the residual stream
    (attn.out, mlp.down). Tube kernels are noise with a norm of about kernel_norm per output
    channel. Biases and alpha are 0, gains 1.
    """
    return nest({name: draw(name, shape, cfg, rng, kernel_norm)
                 for name, shape in shapes(cfg).items()})


def draw(name, shape, cfg, rng, kernel_norm):
    """Draw the initial value of one parameter."""
    if name == "gate.alpha" or name.endswith(".b"):
        return np.zeros(shape, np.float32)
    if name.endswith(".g"):
        return np.ones(shape, np.float32)
    fan_in = math.prod(shape[:-1]) if len(shape) > 1 else cfg.dim
    scale = kernel_norm if len(shape) == 5 else 1.0  # kernels are (kt, kh, kw, C, D)
    if name.endswith(("attn.out.w", "mlp.down.w")):
        scale = 1 / math.sqrt(2 * cfg.depth)  # so the residual stream does not grow with depth
    return (rng.standard_normal(shape) * scale / math.sqrt(fan_in)).astype(np.float32)


def nest(flat: Mapping[str, Any]) -> Params:
    """Turn flat names into a nested tree: {"a.b": x} -> {"a": {"b": x}}.

    Parameters
    ----------
    flat : mapping
        Values by dotted names.

    Returns
    -------
    dict
        The same values in nested dicts.

    Examples
    --------
    >>> nest({"norm.g": 1, "norm.b": 0})
    {'norm': {'g': 1, 'b': 0}}
    """
    tree: Params = {}
    for name, value in flat.items():
        *folders, last = name.split(".")
        branch = tree
        for folder in folders:
            branch = branch.setdefault(folder, {})
        branch[last] = value
    return tree


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Turn a nested tree into flat names: {"a": {"b": x}} -> {"a.b": x}, the inverse of nest.

    Parameters
    ----------
    tree : mapping
        Values in nested dicts.
    prefix : str, default ""
        Put before every name.

    Returns
    -------
    dict
        The same values by dotted names.

    Examples
    --------
    >>> flatten({"norm": {"g": 1, "b": 0}})
    {'norm.g': 1, 'norm.b': 0}
    """
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        flat |= (flatten(value, f"{prefix}{name}.") if isinstance(value, dict)
                 else {prefix + name: value})
    return flat
