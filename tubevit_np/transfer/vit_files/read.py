"""An image ViT out of a file of others: which form it is, and its arrays by our names."""

import re

import numpy as np

from tubevit_np.transfer.vit_files.arrays import read_arrays
from tubevit_np.transfer.vit_files.hyperparameters import check_shapes, facts_of, some
from tubevit_np.transfer.vit_files.layouts import to_ours
from tubevit_np.transfer.vit_files.name_tables import (
    FORMS,
    HEAD_NAMES,
    our_names,
    pool_names,
    their_names,
)


def read_image_vit(path, heads=None):
    """flat, facts: the parameters by our names, the patch kernel as patch.w (1, kh, kw, C, D).

    heads: of the attention, where the file does not tell.  Raises ValueError for a file that is
    pickled, damaged, or not of a plain ViT; then it lists the names that are missing or unknown."""
    arrays, settings = read_arrays(path)
    arrays = _layers_apart(arrays)
    form, prefix, pieces = _recognise(arrays, path)
    aside = _set_aside(arrays, form, prefix, pieces, path)
    try:
        flat = {name: np.ascontiguousarray(
                    to_ours(form, name, [arrays[theirs] for theirs in pieces[name]]))
                for name in pieces}
        split = arrays[pieces["blocks.0.attn.qkv.w"][0]].shape[1:-1]  # (A,) in Flax's (D, A, E)
        facts = facts_of(form, flat, settings, aside, heads, *split)
        check_shapes(flat, facts)
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: {error}") from None
    return flat, facts


def _layers_apart(arrays):
    """big_vision stacks the arrays of all blocks into one where it scans over them."""
    found = {}
    for name, x in arrays.items():
        parts = {name: x}
        if "Transformer/encoderblock/" in name and x.ndim:
            parts = {name.replace("/encoderblock/", f"/encoderblock_{layer}/"): x[layer]
                     for layer in range(len(x))}
        found |= parts
    return found


def _recognise(arrays, path):
    """form, prefix and {our name: their names} of the form of which the fewest names are missing.

    The prefix is what a file puts before all names: vit., params/img/, or nothing."""
    found = []
    for form in FORMS:
        [patch] = their_names(form, "patch.w")
        for name in arrays:
            prefix = name.removesuffix(patch)
            if name.endswith(patch) and (not prefix or prefix[-1] in "./"):
                pieces = _pieces(arrays, form, prefix)
                missing = [n for names in pieces.values() for n in names if n not in arrays]
                found.append((len(missing), form, prefix, pieces, missing))
    found.sort(key=lambda entry: entry[0])
    if not found:
        raise ValueError(f"{path} holds no image ViT that is known here (none of "
                         f"{', '.join(their_names(form, 'patch.w')[0] for form in FORMS[1:])}) "
                         f"among its {len(arrays)} arrays: {some(arrays)}")
    _, form, prefix, pieces, missing = found[0]
    if missing:
        raise ValueError(f"{path} looks like {form.title}, but {len(missing)} arrays are missing: "
                         f"{some(missing)}")
    if len(found) > 1 and not found[1][0]:
        raise ValueError(f"{path} holds two image ViTs, below {prefix!r} and {found[1][2]!r}; "
                         "keep one of them")
    return form, prefix, pieces


def _pieces(arrays, form, prefix):
    """{our name: their names}; with pooling if it is there, and the head, maybe outside."""
    block = re.escape(their_names(form, "blocks.0.ln1.g")[0]).replace("0", r"(\d+)", 1)
    depth = len({name for name in arrays if re.fullmatch(re.escape(prefix) + block, name)})

    def under(prefix, names):
        return {name: [prefix + theirs for theirs in their_names(form, name)] for name in names}

    pieces = under(prefix, our_names(max(depth, 1)))
    if "pool.probe" in form.names and prefix + form.names["pool.probe"] in arrays:
        pieces |= under(prefix, pool_names())
    for before in (prefix, ""):
        head = under(before, HEAD_NAMES)
        if all(theirs in arrays for names in head.values() for theirs in names):
            return pieces | head
    return pieces


def _set_aside(arrays, form, prefix, pieces, path):
    """{name: shape} of what is not used.  Raises ValueError for what a plain ViT has not."""
    used = {theirs for names in pieces.values() for theirs in names}
    rest = [name for name in arrays if name not in used]
    known = tuple(prefix + beginning for beginning in form.aside)
    unknown = [name for name in rest if name.startswith(prefix) and not name.startswith(known)]
    if unknown:
        raise ValueError(f"{path} looks like {form.title}, but is no plain ViT: {len(unknown)} "
                         f"arrays are unknown here: {some(unknown)}")
    return {name: arrays[name].shape for name in rest}
