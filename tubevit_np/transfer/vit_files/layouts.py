"""Array layouts of image ViTs in other libraries, and conversion from and to ours.

Flax matrices are (in, out), as ours, but in attention the heads have a separate axis; the patch
kernel is (kh, kw, C, D). PyTorch matrices are (out, in); the patch kernel is (D, C, kh, kw). Our
queries, keys and values are the columns of one matrix: (D, 3D)."""

import numpy as np

from tubevit_np.transfer.vit_files.name_tables import FLAX, their_names


def to_ours(fmt, name, arrays):
    """Our array of this name from their arrays.  Raises ValueError for a wrong shape or dtype."""
    ndim = _num_dimensions(fmt, name)
    for theirs, x in zip(their_names(fmt, name), arrays, strict=True):
        if x.ndim != ndim or x.dtype != np.float32:
            raise ValueError(f"{theirs} is {x.dtype} of shape {x.shape}; expected numbers, "
                             f"ndim {ndim}")
    if name == "pool.probe":
        return arrays[0].reshape(-1)
    return (_from_flax if fmt.suffixes is FLAX else _from_torch)(name, arrays)


def to_torch(name, x, num_parts):
    """The inverse of `to_ours` for PyTorch: a list of num_parts equal parts."""
    if name == "patch.w":
        return [x[0].transpose(3, 2, 0, 1)]  # (D, C, kh, kw)
    if name == "pool.probe":
        return [x[None, None]]  # (1, 1, D)
    return np.split(x.T if name.endswith(".w") else x, num_parts)


def _from_torch(name, arrays):
    """Join PyTorch's arrays into one array in TubeViT's layout."""
    if name == "patch.w":
        return arrays[0].transpose(2, 3, 1, 0)[None]  # (1, kh, kw, C, D)
    x = np.concatenate(arrays)
    return x.T if name.endswith(".w") else x


def _from_flax(name, arrays):
    """Join Flax's arrays into one array in TubeViT's layout."""
    if name == "patch.w":
        return arrays[0][None]  # (1, kh, kw, C, D)
    if name.endswith(".out.w"):
        return arrays[0].reshape(-1, arrays[0].shape[-1])  # (A, E, D) -> (D, D)
    if _splits_heads(name):  # (D, A, E) -> (D, D), (A, E) -> (D,)
        arrays = [x.reshape(*x.shape[:-2], -1) for x in arrays]
    return np.concatenate(arrays, axis=-1)


def _num_dimensions(fmt, name):
    """Number of axes of their arrays for our array of this name."""
    unsplit = {"patch.w": 4, "pool.probe": 3}.get(name, 2 if name.endswith(".w") else 1)
    has_head_axis = _splits_heads(name) or name.endswith(".out.w")
    return unsplit + (has_head_axis and fmt.suffixes is FLAX)


def _splits_heads(name):
    """True for queries, keys and values: in Flax, the heads are an axis of their outputs."""
    return name.startswith(("pool.q.", "pool.kv.")) or ".attn.qkv." in name
