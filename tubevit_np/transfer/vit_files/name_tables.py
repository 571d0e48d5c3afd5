"""The names of the parts of an image ViT in other libraries.

A part has a matrix or gains, and biases. Our names end in .w or .g and .b, Flax's in /kernel or
/scale and /bias, PyTorch's in .weight and .bias. We have q, k and v in one matrix; a name below
with {part} means that the library has three."""

import re
from typing import NamedTuple

PARTS = {"q": "query", "k": "key", "v": "value"}


def _tables(rows, prefixes):
    """One {our name: their name} for each column of rows after the first, which has our names."""
    ours, *others = ([prefix + name for name in column]
                     for prefix, column in zip(prefixes, zip(*rows, strict=True), strict=True))
    return [dict(zip(ours, theirs, strict=True)) for theirs in others]


_OUTSIDE_BLOCKS = _tables([  # ours, the .npz of the first ViTs, timm, Hugging Face
    ("patch", "embedding", "patch_embed.proj", "embeddings.patch_embeddings.projection"),
    ("norm", "Transformer/encoder_norm", "norm", "layernorm"),
    ("head", "head", "head", "classifier"),
], ("", "", "", ""))
_BLOCKS = _tables([
    ("ln1", "LayerNorm_0", "norm1", "layernorm_before"),
    ("attn.qkv", "MultiHeadDotProductAttention_1/{part}", "attn.qkv", "attention.attention.{part}"),
    ("attn.out", "MultiHeadDotProductAttention_1/out", "attn.proj", "attention.output.dense"),
    ("ln2", "LayerNorm_2", "norm2", "layernorm_after"),
    ("mlp.up", "MlpBlock_3/Dense_0", "mlp.fc1", "intermediate.dense"),
    ("mlp.down", "MlpBlock_3/Dense_1", "mlp.fc2", "output.dense"),
], ("blocks.{l}.", "Transformer/encoderblock_{l}/", "blocks.{l}.", "encoder.layer.{l}."))
_BIG_VISION_POOLING, _TIMM_POOLING = _tables([  # attention pooling with an MLP
    ("probe", "probe", "latent"),
    ("q", "MultiHeadDotProductAttention_0/{part}", "q"),
    ("kv", "MultiHeadDotProductAttention_0/{part}", "kv"),
    ("out", "MultiHeadDotProductAttention_0/out", "proj"),
    ("ln", "LayerNorm_0", "norm"),
    ("mlp.up", "MlpBlock_0/Dense_0", "mlp.fc1"),
    ("mlp.down", "MlpBlock_0/Dense_1", "mlp.fc2"),
], ("pool.", "MAPHead_0/", "attn_pool."))

ORIGINAL, TIMM, HUGGING_FACE = map(dict.__or__, _OUTSIDE_BLOCKS, _BLOCKS)
BIG_VISION = {ours: theirs.replace("Attention_1", "Attention_0").replace("Norm_2", "Norm_1")
              .replace("Block_3", "Block_0") for ours, theirs in ORIGINAL.items()}
BIG_VISION |= _BIG_VISION_POOLING
TIMM |= _TIMM_POOLING


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
    in_blocks = [part.format(l=layer) for layer in range(depth) for part in _BLOCKS[0]]
    return _with_suffixes(["patch", *in_blocks, "norm"])


def pool_names():
    """All arrays of attention pooling with an MLP; a file has all of them or none."""
    probe, *parts = _TIMM_POOLING
    return [probe, *_with_suffixes(parts)]


HEAD_NAMES = ("head.w", "head.b")


def their_names(fmt, name):
    """Their arrays for our array of this name: one, or one for each of queries, keys and values."""
    if name in fmt.names:  # pool.probe, an array without suffix
        return [fmt.names[name]]
    part, _, suffix = name.rpartition(".")
    layer = re.search(r"\.(\d+)\.", part)
    theirs = fmt.names[re.sub(r"\.\d+\.", ".{l}.", part)] + fmt.suffixes[suffix]
    letters = part.rpartition(".")[2] if "{part}" in theirs else "q"  # three of attn.qkv
    return [theirs.format(l=layer and layer[1], part=PARTS[letter]) for letter in letters]


def _with_suffixes(parts):
    """Our names of the arrays of these parts."""
    return [f"{part}.{suffix}" for part in parts
            for suffix in ("gb" if part.endswith(("ln1", "ln2", "norm", "ln")) else "wb")]
