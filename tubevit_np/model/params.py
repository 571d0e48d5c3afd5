"""The only list of a model's parameters: names, shapes, initial values, and their file."""

import json
import math
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from tubevit_np.model.config import from_json, to_json
from tubevit_np.model.kernels import SHARED_SIZE
from tubevit_np.model.tubes import token_counts
from tubevit_np.storage.atomic_files import whole

KERNEL_NORM = 0.05  # small white noise; from larger noise the learned kernels stay coloured static


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
    if cfg.position == "learned":
        found["position.w"] = (sum(token_counts(cfg, cfg.learned_for)), dim)
    for layer in range(cfg.depth):
        found |= _block(f"blocks.{layer}", dim, cfg.mlp_dim)
        if cfg.attention == "divided":
            found |= _time(f"blocks.{layer}.time", dim)
    if cfg.gate_layer is not None:
        found["gate.alpha"] = ()
    found |= _norm("norm", dim) | {"pool.probe": (dim,)} | _linear("pool.q", dim, dim)
    found |= _linear("pool.kv", dim, 2 * dim) | _linear("pool.out", dim, dim)
    if cfg.pool_mlp:
        found |= _norm("pool.ln", dim) | _mlp("pool.mlp", dim, cfg.mlp_dim)
    for head, count in cfg.classes.items():
        found |= _linear(f"heads.{head}", dim, count)
    return found


def init(cfg, rng, kernel_norm=KERNEL_NORM):
    """New float32 parameters, a nested tree drawn from rng, a NumPy Generator.

    Matrices have standard deviation 1 / sqrt(fan in), those that write into the residual stream a
    share of it, learned positions 0.02; tube kernels are white noise of about kernel_norm; biases,
    alpha and time.fc are 0, gains 1."""
    return nest({name: _draw(name, shape, cfg, rng, kernel_norm)
                 for name, shape in shapes(cfg).items()})


def nest(flat):
    """{"a.b": x} -> {"a": {"b": x}}."""
    tree = {}
    for name, value in flat.items():
        *folders, last = name.split(".")
        place = tree
        for folder in folders:
            place = place.setdefault(folder, {})
        place[last] = value
    return tree


def flatten(tree, prefix=""):
    """{"a": {"b": x}} -> {"a.b": x}, the inverse of nest."""
    flat = {}
    for name, value in tree.items():
        flat |= (flatten(value, f"{prefix}{name}.") if isinstance(value, dict)
                 else {prefix + name: value})
    return flat


def count(cfg, prefix=""):
    """How many numbers the parameters hold whose names begin with prefix."""
    return sum(math.prod(shape) for name, shape in shapes(cfg).items() if name.startswith(prefix))


def save(path, params, cfg, labels=None, extra=None, **metadata):
    """Write a checkpoint: one safetensors file, in place of an older one only when it is whole.

    params: the nested tree.  labels: {head: class names}.  extra: {name: array} beside the
    parameters, under names with a leading underscore.  metadata: texts or numbers."""
    flat = {name: np.asarray(value, order="C")
            for name, value in (flatten(params) | (extra or {})).items()}
    notes = {"config": to_json(cfg), "labels": json.dumps(labels or {}),
             "mean": str(cfg.mean), "std": str(cfg.std)}
    notes |= {name: str(value) for name, value in metadata.items()}
    with whole(Path(path), "wb") as file:
        file.write(to_bytes(flat, notes))


def load(path):
    """Read a checkpoint: params, cfg, and metadata with "labels" and "extra" as they were saved.

    Raises ValueError if the file is missing, damaged, not ours, or does not fit its Config."""
    flat, notes = read(path)
    if "config" not in notes:
        raise ValueError(f"{path} is not a TubeViT checkpoint: its metadata holds no config")
    try:
        cfg = from_json(notes.pop("config"))
    except ValueError as error:
        raise ValueError(f"{path} is not a TubeViT checkpoint: {error}") from None
    extra = {name: flat.pop(name) for name in list(flat) if name.startswith("_")}
    check(flat, cfg, path)
    return (nest({name: flat[name] for name in shapes(cfg)}), cfg,
            notes | {"labels": json.loads(notes.get("labels", "{}")), "extra": extra})


def check(flat, cfg, where="the parameters"):
    """Raises ValueError that lists names missing from flat, extra in it, or of another shape."""
    expected = shapes(cfg)
    problems = [f"{len(names)} {what}: {', '.join(names[:5])}{' ...' if len(names) > 5 else ''}"
                for what, names in (
                    ("missing", [n for n in expected if n not in flat]),
                    ("extra", [n for n in flat if n not in expected]),
                    ("of another shape", [f"{n} {tuple(flat[n].shape)}, expected {expected[n]}"
                                          for n in expected
                                          if n in flat and tuple(flat[n].shape) != expected[n]]))
                if names]
    if problems:
        raise ValueError(f"{where}: names or shapes do not fit the Config: {'; '.join(problems)}")


def read(path):
    """Names and arrays of a safetensors file, and its metadata, whatever they are of."""
    try:
        with safe_open(path, framework="numpy") as file:
            names = file.keys()
            return {name: file.get_tensor(name) for name in names}, dict(file.metadata() or {})
    except FileNotFoundError:
        raise ValueError(f"no checkpoint at {path}") from None
    except (SafetensorError, OSError, TypeError, AttributeError) as error:  # bfloat16 too
        raise ValueError(f"{path} is not a readable checkpoint, damaged or another kind of file "
                         f"({error})") from None


def _draw(name, shape, cfg, rng, kernel_norm):
    if name == "gate.alpha" or name.endswith((".b", "time.fc.w")):
        return np.zeros(shape, np.float32)  # what is new to an image model adds nothing at first
    if name.endswith(".g"):
        return np.ones(shape, np.float32)
    if name == "position.w":
        return (0.02 * rng.standard_normal(shape)).astype(np.float32)  # as usual in ViTs
    fan_in = math.prod(shape[:-1]) if len(shape) > 1 else cfg.dim
    scale = kernel_norm if len(shape) == 5 else 1.0
    if name.endswith(("attn.out.w", "mlp.down.w")):
        scale = 1 / math.sqrt(2 * cfg.depth)  # so that depth does not grow the residual stream
    return (rng.standard_normal(shape) * scale / math.sqrt(fan_in)).astype(np.float32)


def _linear(name, n_in, n_out):
    return {f"{name}.w": (n_in, n_out), f"{name}.b": (n_out,)}


def _norm(name, dim):
    return {f"{name}.g": (dim,), f"{name}.b": (dim,)}


def _mlp(name, dim, mlp_dim):
    return _linear(f"{name}.up", dim, mlp_dim) | _linear(f"{name}.down", mlp_dim, dim)


def _block(name, dim, mlp_dim):
    return (_norm(f"{name}.ln1", dim) | _attention(f"{name}.attn", dim)
            | _norm(f"{name}.ln2", dim) | _mlp(f"{name}.mlp", dim, mlp_dim))


def _attention(name, dim):
    return _linear(f"{name}.qkv", dim, 3 * dim) | _linear(f"{name}.out", dim, dim)


def _time(name, dim):
    return (_norm(f"{name}.ln", dim) | _attention(f"{name}.attn", dim)
            | _linear(f"{name}.fc", dim, dim))
