"""Read an image ViT of another library: detect its format, and rename its arrays."""

import re

import numpy as np

from tubevit_np.transfer.vit_files import name_tables
from tubevit_np.transfer.vit_files.arrays import read_arrays
from tubevit_np.transfer.vit_files.hyperparameters import check_shapes, hyperparameters_of, some
from tubevit_np.transfer.vit_files.layouts import to_ours
from tubevit_np.transfer.vit_files.name_tables import FILE_FORMATS, their_names


def read_image_vit(path, heads=None):
    """(flat, hparams): the parameters by our names; the patch kernel is patch.w (1, kh, kw, C, D).

    heads: number of attention heads, if the file does not give it.  Raises ValueError for a file
    that is pickled, damaged, or not a plain ViT; then it lists the missing or unknown names."""
    arrays, settings = read_arrays(path)
    arrays = _unstack_layers(arrays)
    fmt, prefix, name_map = _detect_format(arrays, path)
    unused = _unused_arrays(arrays, fmt, prefix, name_map, path)
    try:
        flat = {ours: np.ascontiguousarray(to_ours(fmt, ours, [arrays[name] for name in theirs]))
                for ours, theirs in name_map.items()}
        qkv = arrays[name_map["blocks.0.attn.qkv.w"][0]]
        num_heads = qkv.shape[1:-1]  # (A,) in Flax's (D, A, E), else ()
        hparams = hyperparameters_of(fmt, flat, settings, unused, heads, *num_heads)
        check_shapes(flat, hparams)
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: {error}") from None
    return flat, hparams


def _unstack_layers(arrays):
    """Split arrays of all blocks into one per block; big_vision stacks them to scan over layers."""
    unstacked = {}
    for name, x in arrays.items():
        if "Transformer/encoderblock/" in name and x.ndim:
            unstacked |= {name.replace("/encoderblock/", f"/encoderblock_{layer}/"): part
                          for layer, part in enumerate(x)}
        else:
            unstacked[name] = x
    return unstacked


def _detect_format(arrays, path):
    """(format, prefix, {our name: their names}) with the fewest missing names.

    prefix: common prefix of all names in the file: vit., params/img/, or nothing.  Raises
    ValueError if no format fits completely, or if two do."""
    matches = []
    for fmt in FILE_FORMATS:
        [patch] = their_names(fmt, "patch.w")
        for name in arrays:
            prefix = name.removesuffix(patch)
            if name.endswith(patch) and (not prefix or prefix[-1] in "./"):
                name_map = _name_map(arrays, fmt, prefix)
                missing = [n for names in name_map.values() for n in names if n not in arrays]
                matches.append((len(missing), fmt, prefix, name_map, missing))
    matches.sort(key=lambda entry: entry[0])
    if not matches:
        patches = ", ".join(their_names(fmt, "patch.w")[0] for fmt in FILE_FORMATS[1:])
        raise ValueError(f"{path} holds no image ViT of a known format (none of {patches}) among "
                         f"its {len(arrays)} arrays: {some(arrays)}")
    _, fmt, prefix, name_map, missing = matches[0]
    if missing:
        raise ValueError(f"{path} looks like {fmt.title}, but {len(missing)} arrays are missing: "
                         f"{some(missing)}")
    if len(matches) > 1 and not matches[1][0]:
        raise ValueError(f"{path} holds two image ViTs, below {prefix!r} and {matches[1][2]!r}; "
                         "keep one of them")
    return fmt, prefix, name_map


def _name_map(arrays, fmt, prefix):
    """{our name: their names}, with pooling and head if they are there."""
    block = re.escape(their_names(fmt, "blocks.0.ln1.g")[0]).replace("0", r"(\d+)", 1)
    depth = len({name for name in arrays if re.fullmatch(re.escape(prefix) + block, name)})

    def with_prefix(prefix, names):
        return {name: [prefix + theirs for theirs in their_names(fmt, name)] for name in names}

    name_map = with_prefix(prefix, name_tables.our_names(max(depth, 1)))
    if "pool.probe" in fmt.names and prefix + fmt.names["pool.probe"] in arrays:
        name_map |= with_prefix(prefix, name_tables.pool_names())
    for head_prefix in (prefix, ""):
        head = with_prefix(head_prefix, name_tables.HEAD_NAMES)
        if all(theirs in arrays for names in head.values() for theirs in names):
            return name_map | head
    return name_map


def _unused_arrays(arrays, fmt, prefix, name_map, path):
    """{name: shape} of arrays that are not used.  Raises ValueError for unknown ones."""
    used = {theirs for names in name_map.values() for theirs in names}
    unused = {name: x.shape for name, x in arrays.items() if name not in used}
    allowed = tuple(prefix + start for start in fmt.unused_prefixes)
    unknown = [name for name in unused if name.startswith(prefix) and not name.startswith(allowed)]
    if unknown:
        raise ValueError(f"{path} looks like {fmt.title}, but is not a plain ViT: {len(unknown)} "
                         f"arrays are unknown: {some(unknown)}")
    return unused
