"""The image part of a TubeViT under the names of timm and of Hugging Face, as safetensors.

Written are the patch kernel, the fixed positions of one image size as a table, the blocks and the
final norm; for timm, if asked, the pooling and a head, and then it gives our logits.  Video tubes
and the other heads have no place there.  timm opens it without a class token.  Hugging Face's ViT
always has one: here it is zeros, and its tokens are ours where an attention mask hides it; where
none does, all of them look at it, too."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from safetensors.numpy import save as to_bytes

from tubevit_np.model.checks import check_heads
from tubevit_np.model.params import flatten
from tubevit_np.storage.atomic_files import atomic_write, write_text
from tubevit_np.transfer.vit_files.configs import hugging_face_settings, timm_settings
from tubevit_np.transfer.vit_files.layouts import to_torch
from tubevit_np.transfer.vit_files.name_tables import (
    HEAD_NAMES,
    IN_HUGGING_FACE,
    IN_TIMM,
    our_names,
    pool_names,
    their_names,
)
from tubevit_np.variants.config import attention_of, position_of
from tubevit_np.variants.params import shapes
from tubevit_np.variants.positions import learned_rows, positions

FORMATS = ("timm", "hf")


def to_timm(params, cfg, size, head=None):
    """{timm's name: array} for images of size x size; with a head's name, the pooling and it, too.

    Raises ValueError for a size that patches do not fill, and for what no plain ViT can be."""
    flat = _encoder(params, cfg, IN_TIMM) | {"pos_embed": _table(params, cfg, size)}
    return flat if head is None else flat | _pooled(params, cfg, head)


def to_hugging_face(params, cfg, size):
    """{Hugging Face's name: array} of a ViTModel; the class token, zeros, is at position 0."""
    nothing = np.zeros((1, 1, cfg.dim), np.float32)
    return _encoder(params, cfg, IN_HUGGING_FACE) | {
        "embeddings.cls_token": nothing,
        "embeddings.position_embeddings": np.concatenate(
            [nothing, _table(params, cfg, size)], axis=1)}


def export(folder, params, cfg, form, size, head=None):
    """model.safetensors, and its sizes, in a folder that timm or transformers opens.

    form: "timm" or "hf".  Returns the names of our parameters that are left out.  Raises ValueError
    where a model is already: a run's own folder, above all."""
    if form not in FORMATS or (head and form != "timm"):
        raise ValueError(f"format {form!r}{' with a head' if head else ''}: there are timm, with "
                         "a head or without, and hf without")
    if form == "timm":
        flat, settings = to_timm(params, cfg, size, head), timm_settings(cfg, size, head)
    else:
        flat, settings = to_hugging_face(params, cfg, size), hugging_face_settings(cfg, size)
    folder = Path(folder)
    there = [name for name in ("model.safetensors", *settings) if (folder / name).exists()]
    if there:
        raise ValueError(f"{folder} already holds {there[0]}; give another folder")
    folder.mkdir(parents=True, exist_ok=True)
    flat = {name: np.ascontiguousarray(x) for name, x in flat.items()}
    with atomic_write(folder / "model.safetensors", "wb") as file:
        file.write(to_bytes(flat, {"format": "pt"}))
    for name, told in settings.items():
        write_text(folder / name, json.dumps(told, indent=2) + "\n")
    used = (f"tubes.{patch_tube(cfg)}.", "blocks.", "norm.", "position.")
    used += ("pool.", f"heads.{head}.") if head else ()
    return [name for name in flatten(params) if not name.startswith(used)]


def patch_tube(cfg):
    """The place of the tube that cuts images.  Raises ValueError unless it is as in a plain ViT."""
    places = [i for i, tube in enumerate(cfg.tubes) if tube.is_patch]
    plain = [i for i in places if cfg.tubes[i].kernel[1:] == cfg.tubes[i].stride[1:]
             and cfg.tubes[i].offset[1:] == (0, 0) and cfg.tubes[i].members == 1]
    if len(places) != 1 or places != plain:
        raise ValueError("a plain ViT has one kind of 2D patch, side by side and not packed; this "
                         f"model has {', '.join(str(cfg.tubes[i]) for i in places) or 'none'}")
    return places[0]


def _encoder(params, cfg, form):
    flat, patch = flatten(params), patch_tube(cfg)
    if attention_of(cfg) != "global":
        raise ValueError(f"the model has {attention_of(cfg)} attention; that of a plain ViT is "
                         "global")
    if flat.get("gate.alpha", 0) != 0:
        raise ValueError(f"the gate is open (alpha {flat['gate.alpha']:g}); a plain ViT has none")
    flat |= {f"patch.{leaf}": flat[f"tubes.{patch}.{leaf}"] for leaf in "wb"}
    return _named(form, flat, our_names(cfg.depth))


def _named(form, flat, names):
    found = {}
    for name in names:
        theirs = their_names(form, name)
        found |= zip(theirs, to_torch(name, flat[name], len(theirs)), strict=True)
    return found


def _table(params, cfg, size):
    """The positions of an image's patches, learned or as a learned table would hold them:
    (1, N, D)."""
    shape, at = (1, size, size), patch_tube(cfg)
    patch = cfg.tubes[at]
    if size < 1 or any(size % k for k in patch.kernel):
        raise ValueError(f"size {size} is not a multiple of the patch, {patch.name}")
    if position_of(cfg) == "learned":
        return params["position"]["w"][None, learned_rows(cfg, shape)[at]]
    return positions(params, replace(cfg, tubes=(patch,)), shape)[None].astype(np.float32)


def _pooled(params, cfg, head):
    """timm's pooling always ends in an MLP; where ours has none, it is zeros and adds nothing."""
    check_heads(head, cfg)
    flat = flatten(params)
    flat = {name: flat.get(name, np.zeros(shape, np.float32))
            for name, shape in shapes(replace(cfg, pool_mlp=True)).items()}
    flat |= {f"head.{leaf}": flat[f"heads.{head}.{leaf}"] for leaf in "wb"}
    return _named(IN_TIMM, flat, [*pool_names(), *HEAD_NAMES])
