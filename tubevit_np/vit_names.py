"""What others call the parts of an image ViT, and how their arrays lie.

A part has a matrix, or gains, and shifts: ours end in .w or .g and .b, Flax's in /kernel or /scale
and /bias, PyTorch's in .weight and .bias.  Flax's matrices are (in, out) as ours, with the heads as
an axis of their own in attention; PyTorch's are (out, in), its patch kernel (D, C, kh, kw)."""

import re
from typing import NamedTuple

import numpy as np

_FLAX = "Transformer/encoderblock_{l}/"
_HF = "encoder.layer.{l}."

ORIGINAL = {  # ours: the .npz of the first ViTs; {part} is query, key and value
    "patch": "embedding",
    "blocks.{l}.ln1": _FLAX + "LayerNorm_0",
    "blocks.{l}.attn.qkv": _FLAX + "MultiHeadDotProductAttention_1/{part}",
    "blocks.{l}.attn.out": _FLAX + "MultiHeadDotProductAttention_1/out",
    "blocks.{l}.ln2": _FLAX + "LayerNorm_2",
    "blocks.{l}.mlp.up": _FLAX + "MlpBlock_3/Dense_0",
    "blocks.{l}.mlp.down": _FLAX + "MlpBlock_3/Dense_1",
    "norm": "Transformer/encoder_norm",
    "head": "head",
}
BIG_VISION = {ours: theirs.replace("Attention_1", "Attention_0").replace("Norm_2", "Norm_1")
              .replace("Block_3", "Block_0") for ours, theirs in ORIGINAL.items()}
TIMM = {
    "patch": "patch_embed.proj",
    "blocks.{l}.ln1": "blocks.{l}.norm1",
    "blocks.{l}.attn.qkv": "blocks.{l}.attn.qkv",
    "blocks.{l}.attn.out": "blocks.{l}.attn.proj",
    "blocks.{l}.ln2": "blocks.{l}.norm2",
    "blocks.{l}.mlp.up": "blocks.{l}.mlp.fc1",
    "blocks.{l}.mlp.down": "blocks.{l}.mlp.fc2",
    "norm": "norm",
    "head": "head",
}
HUGGING_FACE = {
    "patch": "embeddings.patch_embeddings.projection",
    "blocks.{l}.ln1": _HF + "layernorm_before",
    "blocks.{l}.attn.qkv": _HF + "attention.attention.{part}",
    "blocks.{l}.attn.out": _HF + "attention.output.dense",
    "blocks.{l}.ln2": _HF + "layernorm_after",
    "blocks.{l}.mlp.up": _HF + "intermediate.dense",
    "blocks.{l}.mlp.down": _HF + "output.dense",
    "norm": "layernorm",
    "head": "classifier",
}


class Form(NamedTuple):
    """A kind of file: names, what of it has no place here, and what its models compute with."""

    title: str
    names: dict
    aside: tuple  # beginnings of names
    leaves: dict
    gelu: str
    eps: float
    mean: float | None = None  # and std, of pixels from 0 to 1, where all its models agree


_LEAVES = {"w": "/kernel", "g": "/scale", "b": "/bias"}, {"w": ".weight", "g": ".weight",
                                                         "b": ".bias"}
_FLAX_ASIDE = ("cls", "pos_embedding", "Transformer/posembed_input/", "pre_logits/", "MAPHead_0/")
FORMS = (  # Flax's gelu is the tanh form unless told otherwise, PyTorch's the exact one
    Form("original ViT", ORIGINAL, _FLAX_ASIDE, _LEAVES[0], "tanh", 1e-6, 0.5),
    Form("big_vision", BIG_VISION, _FLAX_ASIDE, _LEAVES[0], "tanh", 1e-6, 0.5),
    Form("timm", TIMM, ("cls_token", "pos_embed", "dist_token", "head_dist.", "pre_logits.",
                        "attn_pool."), _LEAVES[1], "erf", 1e-6),
    Form("Hugging Face", HUGGING_FACE, ("embeddings.cls_token", "embeddings.position_embeddings",
                                        "embeddings.mask_token", "embeddings.distillation_token",
                                        "pooler."), _LEAVES[1], "erf", 1e-12),
)
ORIGINAL_VIT, _, IN_TIMM, IN_HUGGING_FACE = FORMS


def our_names(depth):
    """All arrays of an image ViT but its head: patch.w, patch.b, blocks.0.ln1.g, ..., norm.b."""
    layered = [part for part in TIMM if "{l}" in part]
    parts = ["patch", *(part.format(l=layer) for layer in range(depth) for part in layered), "norm"]
    return [f"{part}.{leaf}" for part in parts for leaf in leaves(part)]


def leaves(part):
    return "gb" if part.endswith(("ln1", "ln2", "norm")) else "wb"


def their_names(form, name):
    """What ours is made of there: one array, or three for queries, keys and values."""
    part, _, leaf = name.rpartition(".")
    layer = re.search(r"(?<=\.)\d+(?=\.)|$", part).group()
    theirs = form.names[part.replace(f".{layer}.", ".{l}.")] + form.leaves[leaf]
    asked = ("query", "key", "value") if "{part}" in theirs else ("",)
    return [theirs.format(l=layer, part=part) for part in asked]


def to_ours(form, name, arrays):
    """Our array of this name from theirs.  Raises ValueError that tells a shape that cannot be."""
    wanted = _dimensions(form, name)
    for theirs, x in zip(their_names(form, name), arrays, strict=True):
        if x.ndim != wanted or x.dtype != np.float32:
            raise ValueError(f"{theirs} is {x.dtype} of shape {x.shape}; expected numbers of "
                             f"{wanted} dimensions")
    return (_from_torch if form.leaves is _LEAVES[1] else _from_flax)(name, arrays)


def to_torch(name, x, count):
    """The inverse of `to_ours` for PyTorch, in so many equal parts."""
    if name == "patch.w":
        return [x[0].transpose(3, 2, 0, 1)]  # (D, C, kh, kw)
    return np.split(x.T if name.endswith(".w") else x, count)


def _from_torch(name, arrays):
    if name == "patch.w":
        return arrays[0].transpose(2, 3, 1, 0)[None]  # (1, kh, kw, C, D)
    x = np.concatenate(arrays)
    return x.T if name.endswith(".w") else x


def _from_flax(name, arrays):
    if name == "patch.w":
        return arrays[0][None]  # (1, kh, kw, C, D)
    if name.endswith("attn.out.w"):
        return arrays[0].reshape(-1, arrays[0].shape[-1])  # (A, E, D) -> (D, D)
    if "attn.qkv" in name:  # (D, A, E) -> (D, D), or (A, E) -> (D,)
        arrays = [x.reshape(*x.shape[:-2], -1) for x in arrays]
    return np.concatenate(arrays, axis=-1)


def _dimensions(form, name):
    usual = 4 if name == "patch.w" else 2 if name.endswith(".w") else 1
    split = form.leaves is _LEAVES[0] and ("attn.qkv" in name or name.endswith("attn.out.w"))
    return usual + split
