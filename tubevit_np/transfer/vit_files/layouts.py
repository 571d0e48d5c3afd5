"""How the arrays of an image ViT lie elsewhere, and how here.

Flax's matrices are (in, out) as ours, but in attention the heads have an axis of their own; its
patch kernel is (kh, kw, C, D).  PyTorch's matrices are (out, in), its patch kernel (D, C, kh, kw).
Ours have queries, keys and values side by side: (D, 3D)."""

import numpy as np

from tubevit_np.transfer.vit_files.name_tables import FLAX, their_names

_QUERIES = ("pool.q.", "pool.kv.")


def to_ours(form, name, arrays):
    """Our array of this name from theirs.  Raises ValueError that tells a shape that cannot be."""
    wanted = _dimensions(form, name)
    for theirs, x in zip(their_names(form, name), arrays, strict=True):
        if x.ndim != wanted or x.dtype != np.float32:
            raise ValueError(f"{theirs} is {x.dtype} of shape {x.shape}; expected numbers of "
                             f"{wanted} dimensions")
    return (_from_flax if form.leaves is FLAX else _from_torch)(name, arrays)


def to_torch(name, x, count):
    """The inverse of `to_ours` for PyTorch, in so many equal parts."""
    if name == "patch.w":
        return [x[0].transpose(3, 2, 0, 1)]  # (D, C, kh, kw)
    if name == "pool.probe":
        return [x[None, None]]  # (1, 1, D)
    return np.split(x.T if name.endswith(".w") else x, count)


def _from_torch(name, arrays):
    if name == "patch.w":
        return arrays[0].transpose(2, 3, 1, 0)[None]  # (1, kh, kw, C, D)
    if name == "pool.probe":
        return arrays[0].reshape(-1)
    x = np.concatenate(arrays)
    return x.T if name.endswith(".w") else x


def _from_flax(name, arrays):
    if name == "patch.w":
        return arrays[0][None]  # (1, kh, kw, C, D)
    if name == "pool.probe":
        return arrays[0].reshape(-1)
    if name.endswith(".out.w"):
        return arrays[0].reshape(-1, arrays[0].shape[-1])  # (A, E, D) -> (D, D)
    if name.startswith(_QUERIES) or ".attn.qkv." in name:  # (D, A, E) -> (D, D), (A, E) -> (D,)
        arrays = [x.reshape(*x.shape[:-2], -1) for x in arrays]
    return np.concatenate(arrays, axis=-1)


def _dimensions(form, name):
    usual = {"patch.w": 4, "pool.probe": 3}.get(name, 2 if name.endswith(".w") else 1)
    split = name.startswith(_QUERIES) or ".attn.qkv." in name or name.endswith(".out.w")
    return usual + (split and form.leaves is FLAX)
