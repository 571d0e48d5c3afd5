"""Other people's image ViTs as the start of a TubeViT: their weights under our names (Sec. 3.6).

Read are the original .npz, also big_vision's, and safetensors of timm and of Hugging Face;
vit/names.py holds the table of names.  Attention pooling with an MLP (big_vision's MAPHead, timm's
attn_pool) is ours with pool_mlp.  The position table is replaced by the fixed one, the class token
has no place here, and neither has, unless asked for, the head that read it."""

import re
from dataclasses import replace

from tubevit_np.model.config import format_size
from tubevit_np.model.params import flatten, nest
from tubevit_np.transfer.inflate import inflate_tubes
from tubevit_np.transfer.vit_files.hyperparameters import image_config, some
from tubevit_np.transfer.vit_files.read import read_image_vit
from tubevit_np.variants.params import init
from tubevit_np.variants.tube_sets import with_tubes

STARTS = ("inflated", "random", "shared")
KEPT = "image"  # the name of the file's own head, if it is kept


def from_image_vit(path, tubes, classes, rng, keep_head=False, start="inflated", heads=None):
    """params, cfg, notes: a whole TubeViT whose image part is that of the file.

    tubes: a set's name, or Tubes; their 2D patch must be of the file's size.  classes: {head: K}.
    rng draws new heads, the pooling and, with start "random", the video tubes; "inflated" makes
    these of the patch kernel (inflate.py), "shared" one kernel for all of them.  keep_head: the
    file's head, too, as "image".  heads: of the attention, where the file does not tell.
    notes: what is set aside or assumed, in lines.  Raises ValueError as `read_image_vit`."""
    if start not in STARTS:
        raise ValueError(f"start {start!r} is not one of {', '.join(STARTS)}")
    if keep_head and KEPT in classes:
        raise ValueError(f"a head named {KEPT!r} is the file's own; give the new one another name")
    flat, facts = read_image_vit(path, heads)
    kept = {KEPT: _head(path, facts)} if keep_head else {}
    cfg = replace(_with(image_config(facts), tubes), classes={**classes, **kept},
                  shared_kernel=start == "shared")
    patch = _patch_tube(cfg, facts, path)
    cfg, note = normalised(flat, facts, cfg)
    params = flatten(init(cfg, rng))
    for name, x in flat.items():
        ours = re.sub("^patch", f"tubes.{patch}", re.sub("^head", f"heads.{KEPT}", name))
        params |= {ours: x} if ours in params else {}
    if start != "random":
        inflate_tubes(params, cfg, patch)
    return nest(params), cfg, [*_told(facts, keep_head), *note]


def origins(cfg, start, keep_head=False):
    """{beginning of names: where `from_image_vit` has them from}."""
    made = "new" if start == "random" else "inflated"
    found = {f"tubes.{i}": "read" if tube.is_patch else made for i, tube in enumerate(cfg.tubes)}
    found |= {"kernel": made} if cfg.shared_kernel else {}
    found |= {"blocks": "read", "norm": "read", "pool": "read" if cfg.pool_mlp else "new"}
    return found | {f"heads.{head}": "read" if keep_head and head == KEPT else "new"
                    for head in cfg.classes}


def normalised(flat, facts, cfg):
    """cfg with the mean and std of the file's images, and lines that tell it.

    A Config has one of each: where they differ by channel, the patch kernel and bias of flat are
    changed, in place, to give the same for pixels from -1 to 1: w . (p - m) / s + b."""
    if facts.mean is None or facts.std is None:
        return cfg, []
    if len({*facts.mean}) == len({*facts.std}) == 1:
        return replace(cfg, mean=facts.mean[0], std=facts.std[0]), []
    w = flat["patch.w"]
    for c, (mean, std) in enumerate(zip(facts.mean, facts.std, strict=True)):
        flat["patch.b"] += w[..., c, :].sum((0, 1, 2)) * ((cfg.mean - mean) / std)
        w[..., c, :] *= cfg.std / std
    return cfg, [f"mean {facts.mean} and std {facts.std} of its images are now in the patch kernel"]


def _with(cfg, tubes):
    return with_tubes(cfg, tubes) if isinstance(tubes, str) else replace(cfg, tubes=tuple(tubes))


def _head(path, facts):
    """Classes of the file's head.  Raises ValueError if there is none that reads tokens."""
    if facts.classes is None:
        raise ValueError(f"{path} has no head to keep")
    if any("pre_logits" in name for name in facts.aside):
        raise ValueError(f"{path}: its head reads a layer between (pre_logits), not the tokens; "
                         "it cannot be kept")
    return facts.classes


def _patch_tube(cfg, facts, path):
    """The place of the one 2D tube.  Raises ValueError if its size is not that of the file."""
    places = [i for i, tube in enumerate(cfg.tubes) if tube.is_patch]
    kernel = (1, *facts.patch)
    if [(cfg.tubes[i].kernel, cfg.tubes[i].members) for i in places] != [(kernel, 1)]:
        raise ValueError(f"2D patches of the tubes: {', '.join(cfg.tubes[i].name for i in places)}"
                         f"; of {path}: {format_size(kernel)}; it needs tubes with one such "
                         f"patch, as Tube({kernel}, (32, {kernel[1]}, {kernel[2]})), not packed")
    return places[0]


def _told(facts, keep_head):
    lines = []
    if facts.aside:
        each = (f"{name} {format_size(shape)}" for name, shape in facts.aside.items())
        lines += [f"set aside: {some(each)}"]
    if facts.classes is not None and not (facts.pools and keep_head):
        seen = "its own pooling" if facts.pools else "the class token or a mean, not this pooling"
        lines += [f"its head of {facts.classes} classes read {seen}: "
                  + ("it needs training" if keep_head else "set aside")]
    return [*lines, "positions are the fixed sines and cosines, not its table", *facts.notes]
