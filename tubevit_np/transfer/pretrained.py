"""Start a TubeViT from an image ViT of another library: its weights under our names (Sec. 3.6).

Reads the original .npz, also of big_vision, and safetensors of timm and Hugging Face; the table of
names is in vit_files/name_tables.py. Attention pooling with an MLP (big_vision's MAPHead, timm's
attn_pool) becomes ours with pool_mlp. The position table is replaced by the fixed one; the class
token is not used, nor is the file's head, unless you ask for it."""

import re
from dataclasses import replace

from tubevit_np.model.config import format_size
from tubevit_np.model.params import flatten, nest
from tubevit_np.transfer.inflate import inflate_tubes
from tubevit_np.transfer.vit_files.hyperparameters import some
from tubevit_np.transfer.vit_files.read import read_image_vit
from tubevit_np.variants.params import init
from tubevit_np.variants.tube_sets import with_tubes

STARTS = ("inflated", "random", "shared")  # of the video tubes
KEPT_HEAD = "image"  # the name of the file's head, if it is kept


def from_image_vit(path, tubes, classes, rng, keep_head=False, start="inflated", heads=None):
    """(params, cfg, notes): a whole TubeViT whose image part is that of the file.

    tubes: a set's name, or Tubes; their 2D patch must have the file's patch size.  classes: {head:
    K}. rng: draws new heads, the pooling and, with start "random", the video tubes. start
    "inflated" makes these from the patch kernel (inflate.py), "shared" one kernel for all of them.
    keep_head: keep the file's head, as "image".  heads: number of attention heads, if the file does
    not give it.  notes: lines on unused arrays and on assumptions.  Raises ValueError as
    `read_image_vit`."""
    if start not in STARTS:
        raise ValueError(f"start {start!r} is not one of {', '.join(STARTS)}")
    if keep_head and KEPT_HEAD in classes:
        raise ValueError(f"the name {KEPT_HEAD!r} is reserved for the file's head; give the new "
                         "head another name")
    flat, hparams = read_image_vit(path, heads)
    kept = {KEPT_HEAD: _head_classes(path, hparams)} if keep_head else {}
    cfg = (with_tubes(hparams.cfg, tubes) if isinstance(tubes, str)
           else replace(hparams.cfg, tubes=tuple(tubes)))
    cfg = replace(cfg, classes=classes | kept, shared_kernel=start == "shared")
    patch = _patch_tube(cfg, hparams, path)
    cfg, note = fold_normalization(flat, hparams, cfg)
    params = flatten(init(cfg, rng))
    for name, x in flat.items():
        ours = re.sub("^patch", f"tubes.{patch}", re.sub("^head", f"heads.{KEPT_HEAD}", name))
        params |= {ours: x} if ours in params else {}
    if start != "random":
        inflate_tubes(params, cfg, patch)
    return nest(params), cfg, [*_notes_on(hparams, keep_head), *note]


def origins(cfg, start, keep_head=False):
    """{prefix of names: "read", "inflated" or "new"}: the origin of parameters of from_image_vit.
    """
    from_kernel = "new" if start == "random" else "inflated"
    origin_of = {f"tubes.{i}": "read" if tube.is_patch else from_kernel
                 for i, tube in enumerate(cfg.tubes)}
    origin_of |= {"kernel": from_kernel} if cfg.shared_kernel else {}
    origin_of |= {"blocks": "read", "norm": "read", "pool": "read" if cfg.pool_mlp else "new"}
    return origin_of | {f"heads.{head}": "read" if keep_head and head == KEPT_HEAD else "new"
                        for head in cfg.classes}


def fold_normalization(flat, hparams, cfg):
    """(cfg with the mean and std of the file's images, notes).

    A Config has one mean and one std. If they differ by channel, the patch kernel and bias in flat
    are changed in place, to give the same tokens for pixels from -1 to 1: w . (p - m) / s + b."""
    if hparams.mean is None or hparams.std is None:
        return cfg, []
    if len({*hparams.mean}) == len({*hparams.std}) == 1:
        return replace(cfg, mean=hparams.mean[0], std=hparams.std[0]), []
    w = flat["patch.w"]
    for c, (mean, std) in enumerate(zip(hparams.mean, hparams.std, strict=True)):
        flat["patch.b"] += w[..., c, :].sum((0, 1, 2)) * ((cfg.mean - mean) / std)
        w[..., c, :] *= cfg.std / std
    note = f"the patch kernel now includes mean {hparams.mean} and std {hparams.std} of its images"
    return cfg, [note]


def _head_classes(path, hparams):
    """Number of classes of the file's head.  Raises ValueError if there is no usable head."""
    if hparams.classes is None:
        raise ValueError(f"{path} has no head to keep; leave out --keep-head")
    if any("pre_logits" in name for name in hparams.unused):
        raise ValueError(f"{path}: its head reads an extra layer (pre_logits), not the tokens, so "
                         "it cannot be kept; leave out --keep-head")
    return hparams.classes


def _patch_tube(cfg, hparams, path):
    """The index of the one 2D tube.  Raises ValueError if its size is not that of the file."""
    patches = [i for i, tube in enumerate(cfg.tubes) if tube.is_patch]
    kernel = hparams.cfg.tubes[0].kernel
    if [(cfg.tubes[i].kernel, cfg.tubes[i].members) for i in patches] != [(kernel, 1)]:
        names = ", ".join(cfg.tubes[i].name for i in patches) or "none"
        raise ValueError(f"the tubes have the 2D patches {names}, but {path} has one patch of "
                         f"{format_size(kernel)}; use tubes with one such patch that is not packed,"
                         f" for example Tube({kernel}, (32, {kernel[1]}, {kernel[2]}))")
    return patches[0]


def _notes_on(hparams, keep_head):
    """Notes: arrays of the file that are not used, and assumptions."""
    lines = []
    if hparams.unused:
        arrays = (f"{name} {format_size(shape)}" for name, shape in hparams.unused.items())
        lines += [f"not used: {some(arrays)}"]
    pools = hparams.cfg.pool_mlp
    if hparams.classes is not None and not (pools and keep_head):
        reads = "its own pooling" if pools else "the class token or a mean, not attention pooling"
        lines += [f"its head of {hparams.classes} classes read {reads}: "
                  + ("it needs training" if keep_head else "not used")]
    return [*lines, "positions are fixed sines and cosines, not the table of the file",
            *hparams.notes]
