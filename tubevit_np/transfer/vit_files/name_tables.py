"""What others call the parts of an image ViT.

A part has a matrix, or gains, and shifts: ours end in .w or .g and .b, Flax's in /kernel or /scale
and /bias, PyTorch's in .weight and .bias.  Ours have q, k and v in one matrix, where {part} stands
they have one for each."""

import re
from typing import NamedTuple

PARTS = {"q": "query", "k": "key", "v": "value"}
_FLAX = "Transformer/encoderblock_{l}/"
_HF = "encoder.layer.{l}."

ORIGINAL = {  # ours: the .npz of the first ViTs; {part} is query, key and value, as far as asked
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
BIG_VISION |= {  # where it pools as we do, with an MLP
    "pool.probe": "MAPHead_0/probe",
    "pool.q": "MAPHead_0/MultiHeadDotProductAttention_0/{part}",
    "pool.kv": "MAPHead_0/MultiHeadDotProductAttention_0/{part}",
    "pool.out": "MAPHead_0/MultiHeadDotProductAttention_0/out",
    "pool.ln": "MAPHead_0/LayerNorm_0",
    "pool.mlp.up": "MAPHead_0/MlpBlock_0/Dense_0",
    "pool.mlp.down": "MAPHead_0/MlpBlock_0/Dense_1",
}
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
    "pool.probe": "attn_pool.latent",
    "pool.q": "attn_pool.q",
    "pool.kv": "attn_pool.kv",
    "pool.out": "attn_pool.proj",
    "pool.ln": "attn_pool.norm",
    "pool.mlp.up": "attn_pool.mlp.fc1",
    "pool.mlp.down": "attn_pool.mlp.fc2",
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
    leaves: dict  # FLAX or TORCH; axes.py tells how their arrays lie
    gelu: str
    eps: float
    mean: float | None = None  # and std, of pixels from 0 to 1, where all its models agree


FLAX = {"w": "/kernel", "g": "/scale", "b": "/bias"}
TORCH = {"w": ".weight", "g": ".weight", "b": ".bias"}
_FLAX_ASIDE = ("cls", "pos_embedding", "Transformer/posembed_input/", "pre_logits/")
FORMS = (  # Flax's gelu is the tanh form unless told otherwise, PyTorch's the exact one
    Form("original ViT", ORIGINAL, _FLAX_ASIDE, FLAX, "tanh", 1e-6, 0.5),
    Form("big_vision", BIG_VISION, _FLAX_ASIDE, FLAX, "tanh", 1e-6, 0.5),
    Form("timm", TIMM, ("cls_token", "pos_embed", "dist_token", "head_dist.", "pre_logits."),
         TORCH, "erf", 1e-6),
    Form("Hugging Face", HUGGING_FACE, ("embeddings.cls_token", "embeddings.position_embeddings",
                                        "embeddings.mask_token", "embeddings.distillation_token",
                                        "pooler."), TORCH, "erf", 1e-12),
)
_, _, IN_TIMM, IN_HUGGING_FACE = FORMS


def our_names(depth):
    """All arrays of an image ViT but pooling and head: patch.w, patch.b, blocks.0.ln1.g, ..."""
    layered = [part for part in HUGGING_FACE if "{l}" in part]
    return _with_leaves(
        ["patch", *(part.format(l=layer) for layer in range(depth) for part in layered), "norm"])


def pool_names():
    """All arrays of attention pooling with an MLP; a form has these or none."""
    return ["pool.probe", *_with_leaves(part for part in TIMM if part.startswith("pool.")
                                        and part != "pool.probe")]


HEAD_NAMES = ("head.w", "head.b")


def their_names(form, name):
    """What ours is made of there: one array, or one for each of queries, keys and values."""
    if name in form.names:  # pool.probe, an array of its own
        return [form.names[name]]
    part, _, leaf = name.rpartition(".")
    layer = re.search(r"\.(\d+)\.", part)
    theirs = form.names[re.sub(r"\.\d+\.", ".{l}.", part)] + form.leaves[leaf]
    parts = [PARTS[letter] for letter in part.rpartition(".")[2]] if "{part}" in theirs else [None]
    return [theirs.format(l=layer and layer[1], part=one) for one in parts]  # of attn.qkv three


def _with_leaves(parts):
    return [f"{part}.{leaf}" for part in parts
            for leaf in ("gb" if part.endswith(("ln1", "ln2", "norm", "ln")) else "wb")]
