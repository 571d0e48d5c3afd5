"""Dropout: in training, random values become 0 and the others are scaled up (Table 10).

The paper does not say where. Here: on the tokens with their positions, and on the output of each
attention and each MLP before it is added to the residual stream. Which values are dropped depends
only on the key of the example, the layer, the part and the index in the array. So both packages
drop the same values, and splitting a batch changes nothing.

The functions pass a function drop(layer, part, x).
"""

import math

import numpy as np

from tubevit_np.training import dropout as reference
from tubevit_np.training.dropout import ATTENTION, MLP, TIME, TOKENS, within_frames
from tubevit_tg.backend.device import constant
from tubevit_tg.model.layers import attention_branch, mlp_branch
from tubevit_tg.variants.divided_attention import divided_block
from tubevit_tg.variants.model import embed


def dropout(rate, keys):
    """Make drop(layer, part, x) for x (B, N, D);  rate in [0, 1), keys (B,) uint32."""
    scale, least = 1 / (1 - rate), int(rate * 2**32)

    def drop(layer, part, x):
        seeds = scramble(scramble(keys) + (4 * layer + part)).reshape(-1, 1, 1)
        index = constant(np.arange, math.prod(x.shape[1:]), dtype="uint32", device=keys.device)
        index = index.reshape(1, *x.shape[1:])
        return x * (scramble(seeds ^ index) >= least).cast(x.dtype) * scale

    return drop


def scramble(x):
    """Map uint32 to uint32, one to one, pseudo-randomly: the last steps of MurmurHash3."""
    x = (x ^ (x >> 16)) * 0x85EBCA6B
    x = (x ^ (x >> 13)) * 0xC2B2AE35
    return x ^ (x >> 16)


def dropout_embed(params, video, cfg, drop):
    """variants.model.embed, then dropout of the tokens with their positions."""
    z, out = embed(params, video, cfg)
    z = drop(0, TOKENS, z)
    return z, out | {"with_position": z}


def dropout_block(z, ln1, attn, ln2, mlp, heads, eps, form, drop):
    """Apply the block of model/layers.py with dropout after each branch;  drop(part, x)."""
    change, attended = attention_branch(z, ln1, attn, heads, eps)
    y = z + drop(ATTENTION, change)
    change, transformed = mlp_branch(y, ln2, mlp, eps, form)
    return y + drop(MLP, change), attended | {"middle": y} | transformed


def dropout_blocks(cfg, shape, drop, block=dropout_block, divided=divided_block):
    """{layer: block with dropout} of a Config, for a (T, H, W) video.

    Divided attention also has dropout on the output of its attention over time.
    """
    return reference.dropout_blocks(cfg, shape, drop, block, divided)
