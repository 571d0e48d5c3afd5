"""Export the image part of a TubeViT as safetensors, for timm or for Hugging Face's transformers.

The file holds the patch kernel, the fixed positions of one image size as a table, the blocks and
the final norm; for timm, on request, also the pooling and a head: then timm computes our logits.
Video tubes and other heads are not exported. timm opens it without a class token. Hugging Face's
ViT always has one: here it is zeros. Its other tokens equal ours if an attention mask hides the
class token; without a mask, all tokens attend to it, too."""

import json
from dataclasses import replace

import numpy as np
from safetensors.numpy import save as to_bytes

from tubevit_np.model.checks import check_heads
from tubevit_np.model.params import flatten
from tubevit_np.transfer.new_folder import write_new
from tubevit_np.transfer.vit_files import name_tables
from tubevit_np.transfer.vit_files.configs import hugging_face_settings, timm_settings
from tubevit_np.transfer.vit_files.layouts import to_torch
from tubevit_np.variants.config import attention_of, position_of
from tubevit_np.variants.params import shapes
from tubevit_np.variants.positions import learned_rows, positions


def to_timm(params, cfg, size, head=None):
    """{timm's name: array} for images of size x size; with a head's name, pooling and head, too.

    Raises ValueError if patches do not fill the size, or if the model is not a plain ViT."""
    flat = _encoder(params, cfg, name_tables.IN_TIMM)
    flat |= {"pos_embed": _position_table(params, cfg, size)}
    return flat if head is None else flat | _pooling(params, cfg, head)


def to_hugging_face(params, cfg, size):
    """{Hugging Face's name: array} of a ViTModel; its class token is zeros, at position 0.

    Raises ValueError as to_timm does."""
    zeros = np.zeros((1, 1, cfg.dim), np.float32)
    table = np.concatenate([zeros, _position_table(params, cfg, size)], axis=1)
    return _encoder(params, cfg, name_tables.IN_HUGGING_FACE) | {
        "embeddings.cls_token": zeros, "embeddings.position_embeddings": table}


def export(folder, params, cfg, fmt, size, head=None):
    """Write model.safetensors and its settings into a folder for timm or transformers.

    fmt: "timm" or "hf";  size: pixels.  Returns the names of our parameters that are not exported.
    Raises ValueError as to_timm does, and if the folder already holds a model, such as a run
    folder."""
    if fmt != "timm" and (fmt != "hf" or head):
        raise ValueError(f"format {fmt!r}{' with a head' if head else ''}: use timm, with or "
                         "without a head, or hf without a head")
    if fmt == "timm":
        flat, settings = to_timm(params, cfg, size, head), timm_settings(cfg, size, head)
    else:
        flat, settings = to_hugging_face(params, cfg, size), hugging_face_settings(cfg, size)
    flat = {name: np.ascontiguousarray(x) for name, x in flat.items()}
    write_new(folder, {"model.safetensors": to_bytes(flat, {"format": "pt"})} | {
        name: (json.dumps(content, indent=2) + "\n").encode()
        for name, content in settings.items()})
    used = (f"tubes.{patch_tube(cfg)}.", "blocks.", "norm.", "position.")
    used += ("pool.", f"heads.{head}.") if head else ()
    return [name for name in flatten(params) if not name.startswith(used)]


def patch_tube(cfg):
    """The index of the 2D patch tube.  Raises ValueError unless it is a patch of a plain ViT."""
    patches = [i for i, tube in enumerate(cfg.tubes) if tube.is_patch]
    plain_patches = [i for i in patches if cfg.tubes[i].kernel[1:] == cfg.tubes[i].stride[1:]
                     and cfg.tubes[i].offset[1:] == (0, 0) and cfg.tubes[i].members == 1]
    if len(patches) != 1 or patches != plain_patches:
        raise ValueError("only a model with one kind of 2D patch, without overlap, gaps or packing "
                         "(s2d), can be exported; this model has "
                         + (", ".join(str(cfg.tubes[i]) for i in patches) or "none"))
    return patches[0]


def _encoder(params, cfg, fmt):
    """Patch kernel, blocks and final norm under their names.  Raises ValueError."""
    flat, patch = flatten(params), patch_tube(cfg)
    if attention_of(cfg) != "global":
        raise ValueError(f"the model has {attention_of(cfg)} attention, but a plain ViT has global "
                         "attention; only models with global attention can be exported")
    if flat.get("gate.alpha", 0) != 0:
        raise ValueError(f"the gate is open (alpha {flat['gate.alpha']:g}), but a plain ViT has no "
                         "gate; export the large image model that it was made from")
    flat |= {f"patch.{suffix}": flat[f"tubes.{patch}.{suffix}"] for suffix in "wb"}
    return _renamed(fmt, flat, name_tables.our_names(cfg.depth))


def _renamed(fmt, flat, names):
    """{their name: array} of our arrays with these names."""
    renamed = {}
    for name in names:
        theirs = name_tables.their_names(fmt, name)
        renamed |= zip(theirs, to_torch(name, flat[name], len(theirs)), strict=True)
    return renamed


def _position_table(params, cfg, size):
    """Positions of an image's patches, learned or fixed: float32 (1, N, D)."""
    shape, patch_index = (1, size, size), patch_tube(cfg)
    patch = cfg.tubes[patch_index]
    if size < 1 or any(size % k for k in patch.kernel):
        raise ValueError(f"size {size} is not a multiple of the patch, {patch.name}")
    if position_of(cfg) == "learned":
        return params["position"]["w"][None, learned_rows(cfg, shape)[patch_index]]
    return positions(params, replace(cfg, tubes=(patch,)), shape)[None].astype(np.float32)


def _pooling(params, cfg, head):
    """timm's pooling and head. timm's pooling ends in an MLP: zeros if our model has none."""
    check_heads(head, cfg)
    flat = flatten(params)
    flat = {name: flat.get(name, np.zeros(shape, np.float32))
            for name, shape in shapes(replace(cfg, pool_mlp=True)).items()}
    flat |= {f"head.{suffix}": flat[f"heads.{head}.{suffix}"] for suffix in "wb"}
    names = *name_tables.pool_names(), *name_tables.HEAD_NAMES
    return _renamed(name_tables.IN_TIMM, flat, names)
