"""The names of the parts of an image ViT in other libraries.

A part has a matrix or gains, and biases: ours end in .w or .g and .b, Flax's in /kernel or /scale
and /bias, PyTorch's in .weight and .bias. Ours have q, k and v in one matrix; where a name below
has {part}, the library has one matrix for each."""

import re
from typing import NamedTuple

PARTS = {"q": "query", "k": "key", "v": "value"}
_FLAX = "Transformer/encoderblock_{l}/"
_HF = "encoder.layer.{l}."

ORIGINAL = {  # ours: theirs, in the .npz of the first ViTs
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
BIG_VISION = {ours: their_part.replace("Attention_1", "Attention_0").replace("Norm_2", "Norm_1")
              .replace("Block_3", "Block_0") for ours, their_part in ORIGINAL.items()}
BIG_VISION |= {  # attention pooling with an MLP
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


class FileFormat(NamedTuple):
    """A file format: its names, the arrays that are not used, and how its models compute."""

    title: str
    names: dict
    unused_prefixes: tuple  # prefixes of names
    suffixes: dict  # FLAX or TORCH; layouts.py has their array layouts
    gelu: str
    eps: float
    mean: float | None = None  # and std, of pixels in [0, 1], if all its models agree


FLAX = {"w": "/kernel", "g": "/scale", "b": "/bias"}
TORCH = {"w": ".weight", "g": ".weight", "b": ".bias"}
_FLAX_UNUSED = ("cls", "pos_embedding", "Transformer/posembed_input/", "pre_logits/")
_TIMM_UNUSED = ("cls_token", "pos_embed", "dist_token", "head_dist.", "pre_logits.")
_HF_UNUSED = ("embeddings.cls_token", "embeddings.position_embeddings", "embeddings.mask_token",
              "embeddings.distillation_token", "pooler.")
FILE_FORMATS = (  # Flax's default gelu is the tanh form, PyTorch's the exact one
    FileFormat("original ViT", ORIGINAL, _FLAX_UNUSED, FLAX, "tanh", 1e-6, 0.5),
    FileFormat("big_vision", BIG_VISION, _FLAX_UNUSED, FLAX, "tanh", 1e-6, 0.5),
    FileFormat("timm", TIMM, _TIMM_UNUSED, TORCH, "erf", 1e-6),
    FileFormat("Hugging Face", HUGGING_FACE, _HF_UNUSED, TORCH, "erf", 1e-12),
)
_, _, IN_TIMM, IN_HUGGING_FACE = FILE_FORMATS


def our_names(depth):
    """All arrays of an image ViT except pooling and head: patch.w, patch.b, blocks.0.ln1.g, ..."""
    in_blocks = [part for part in HUGGING_FACE if "{l}" in part]
    return _with_suffixes(
        ["patch", *(part.format(l=layer) for layer in range(depth) for part in in_blocks), "norm"])


def pool_names():
    """All arrays of attention pooling with an MLP; a file has all of them or none."""
    return ["pool.probe", *_with_suffixes(part for part in TIMM if part.startswith("pool.")
                                        and part != "pool.probe")]


HEAD_NAMES = ("head.w", "head.b")


def their_names(fmt, name):
    """Their arrays for our array of this name: one, or one for each of queries, keys and values."""
    if name in fmt.names:  # pool.probe, an array without suffix
        return [fmt.names[name]]
    part, _, suffix = name.rpartition(".")
    layer = re.search(r"\.(\d+)\.", part)
    their_part = fmt.names[re.sub(r"\.\d+\.", ".{l}.", part)] + fmt.suffixes[suffix]
    parts = [None]
    if "{part}" in their_part:
        parts = [PARTS[letter] for letter in part.rpartition(".")[2]]
    return [their_part.format(l=layer and layer[1], part=one) for one in parts]  # three of attn.qkv


def _with_suffixes(parts):
    return [f"{part}.{suffix}" for part in parts
            for suffix in ("gb" if part.endswith(("ln1", "ln2", "norm", "ln")) else "wb")]
