"""The only list of a model's parameters: names, shapes and initial values."""

import math

import numpy as np

from tubevit_np.model.kernels import SHARED_SIZE

KERNEL_NORM = 0.05  # small: of larger initial noise something stays visible in learned kernels


def shapes(cfg):
    """{name: shape} of every parameter, in the order of the computation."""
    dim, found = cfg.dim, {}
    for i, tube in enumerate(cfg.tubes):
        width = dim // tube.members
        if tube.is_patch or not cfg.shared_kernel:
            found[f"tubes.{i}.w"] = (*tube.kernel, cfg.channels, width)
        found[f"tubes.{i}.b"] = (width,)
    if cfg.shared_kernel:
        found["kernel.w"] = (*SHARED_SIZE, cfg.channels, dim)
    for layer in range(cfg.depth):
        found |= block_shapes(f"blocks.{layer}", dim, cfg.mlp_dim)
    if cfg.gate_layer is not None:
        found["gate.alpha"] = ()
    found |= norm_shapes("norm", dim) | {"pool.probe": (dim,)} | linear_shapes("pool.q", dim, dim)
    found |= linear_shapes("pool.kv", dim, 2 * dim) | linear_shapes("pool.out", dim, dim)
    if cfg.pool_mlp:
        found |= norm_shapes("pool.ln", dim) | mlp_shapes("pool.mlp", dim, cfg.mlp_dim)
    for head, classes in cfg.classes.items():
        found |= linear_shapes(f"heads.{head}", dim, classes)
    return found


def block_shapes(name, dim, mlp_dim):
    """Of one block, Eq. 1-2."""
    return (norm_shapes(f"{name}.ln1", dim) | attention_shapes(f"{name}.attn", dim)
            | norm_shapes(f"{name}.ln2", dim) | mlp_shapes(f"{name}.mlp", dim, mlp_dim))


def attention_shapes(name, dim):
    """Of MSA: the columns of qkv are q, k, v."""
    return linear_shapes(f"{name}.qkv", dim, 3 * dim) | linear_shapes(f"{name}.out", dim, dim)


def mlp_shapes(name, dim, mlp_dim):
    """Of the MLP: up (D, M), down (M, D)."""
    return linear_shapes(f"{name}.up", dim, mlp_dim) | linear_shapes(f"{name}.down", mlp_dim, dim)


def norm_shapes(name, dim):
    """Of a layer norm: gain and shift."""
    return {f"{name}.g": (dim,), f"{name}.b": (dim,)}


def linear_shapes(name, n_in, n_out):
    """Of y = x w + b: w (in, out)."""
    return {f"{name}.w": (n_in, n_out), f"{name}.b": (n_out,)}


def init(cfg, rng, kernel_norm=KERNEL_NORM):
    """New float32 parameters, a nested tree drawn from rng, a NumPy Generator.

    Matrices have standard deviation 1 / sqrt(fan in); those that write into the residual stream,
    1 / sqrt(2 depth) of it.  Tube kernels are noise whose norm per output channel is about
    kernel_norm.  Biases and alpha are 0, gains 1."""
    return nest({name: draw(name, shape, cfg, rng, kernel_norm)
                 for name, shape in shapes(cfg).items()})


def draw(name, shape, cfg, rng, kernel_norm):
    """The initial value of one parameter."""
    if name == "gate.alpha" or name.endswith(".b"):
        return np.zeros(shape, np.float32)
    if name.endswith(".g"):
        return np.ones(shape, np.float32)
    fan_in = math.prod(shape[:-1]) if len(shape) > 1 else cfg.dim
    scale = kernel_norm if len(shape) == 5 else 1.0  # kernels are (kt, kh, kw, C, D)
    if name.endswith(("attn.out.w", "mlp.down.w")):
        scale = 1 / math.sqrt(2 * cfg.depth)  # so that depth does not grow the residual stream
    return (rng.standard_normal(shape) * scale / math.sqrt(fan_in)).astype(np.float32)


def nest(flat):
    """{"a.b": x} -> {"a": {"b": x}}."""
    tree = {}
    for name, value in flat.items():
        *folders, last = name.split(".")
        branch = tree
        for folder in folders:
            branch = branch.setdefault(folder, {})
        branch[last] = value
    return tree


def flatten(tree, prefix=""):
    """{"a": {"b": x}} -> {"a.b": x}, the inverse of nest."""
    flat = {}
    for name, value in tree.items():
        flat |= (flatten(value, f"{prefix}{name}.") if isinstance(value, dict)
                 else {prefix + name: value})
    return flat
