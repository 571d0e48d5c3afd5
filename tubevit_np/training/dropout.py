"""Dropout: in training, random values become 0 and the others are scaled up (Table 10).

The paper does not say where. Here: on the tokens with their positions, and on the output of each
attention and each MLP before it is added to the residual stream. Which values are dropped depends
only on the key of the example, the layer, the part and the index in the array. So both packages
drop the same values, and splitting a batch changes nothing.

The functions pass a function drop(layer, part, x). It is linear in x and is its own backward pass.
"""

from functools import partial

import numpy as np

from tubevit_np.fast.backward import attention_branch_backward, mlp_branch_backward
from tubevit_np.fast.layers import attention_branch, mlp_branch
from tubevit_np.model.geometry import grid
from tubevit_np.variants.config import attention_of
from tubevit_np.variants.divided_attention import divided_block
from tubevit_np.variants.divided_backward import divided_block_backward
from tubevit_np.variants.model import embed, embed_backward

TIME, TOKENS, ATTENTION, MLP = range(4)  # parts; TOKENS occurs only in layer 0


def dropout(rate, keys):
    """Make drop(layer, part, x) for x (B, N, D);  rate in [0, 1), keys (B,) uint32."""
    scale, least = 1 / (1 - rate), int(rate * 2**32)

    def drop(layer, part, x):
        seeds = scramble(scramble(keys) + np.uint32(4 * layer + part))[:, None, None]
        index = np.arange(x[0].size, dtype=np.uint32).reshape(x.shape[1:])
        return x * (scramble(seeds ^ index) >= least) * scale

    return drop


def scramble(x):
    """Map uint32 to uint32, one to one, pseudo-randomly: the last steps of MurmurHash3."""
    x = (x ^ (x >> 16)) * np.uint32(0x85EBCA6B)
    x = (x ^ (x >> 13)) * np.uint32(0xC2B2AE35)
    return x ^ (x >> 16)


def dropout_embed(params, video, cfg, drop):
    """variants.model.embed, then dropout of the tokens with their positions."""
    z, out = embed(params, video, cfg)
    z = drop(0, TOKENS, z)
    return z, out | {"with_position": z}


def dropout_embed_backward(d_z, params, out, cfg, drop):
    """Gradients {name: array} of dropout_embed."""
    return embed_backward(drop(0, TOKENS, d_z), params, out, cfg)


def dropout_block(z, ln1, attn, ln2, mlp, heads, eps, form, drop, return_intermediates=True):
    """Apply the block of fast/layers.py with dropout after each branch;  drop(part, x)."""
    change, attended = attention_branch(z, ln1, attn, heads, eps, return_intermediates)
    y = drop(ATTENTION, change)
    y += z
    change, transformed = mlp_branch(y, ln2, mlp, eps, form, return_intermediates)
    z = drop(MLP, change)
    z += y
    return z, attended | {"middle": y} | transformed if return_intermediates else {}


def dropout_block_backward(d_z, z, cache, ln1, attn, ln2, mlp, heads, eps, form, drop):
    """Gradients of dropout_block: d_z of its input, and {name: array} of its parameters."""
    d_change, d_second = mlp_branch_backward(drop(MLP, d_z), cache["middle"], cache, ln2, mlp,
                                             eps, form)
    d_y = d_z + d_change
    d_change, d_first = attention_branch_backward(drop(ATTENTION, d_y), z, cache, ln1, attn, heads,
                                                  eps)
    return d_y + d_change, d_first | d_second


def dropout_blocks(cfg, shape, drop, block=dropout_block, divided=divided_block):
    """{layer: block with dropout} of a Config, for a (T, H, W) video.

    Divided attention also has dropout on the output of its attention over time.
    """
    blocks = {}
    for layer in range(cfg.depth):
        drop_part = partial(drop, layer)
        blocks[layer] = partial(block, drop=drop_part)
        if attention_of(cfg) == "divided":
            frames = grid(cfg.tubes[0], shape)[0]
            blocks[layer] = partial(
                divided, frames=frames, time_drop=partial(drop_part, TIME),
                block=partial(block, drop=within_frames(drop_part, frames)))
    return blocks


def dropout_blocks_backward(cfg, shape, drop):
    """{layer: block_backward}, the backward passes of dropout_blocks."""
    return dropout_blocks(cfg, shape, drop, dropout_block_backward, divided_block_backward)


def within_frames(drop, frames):
    """Make a drop for x (B * frames, N / frames, D) that drops the same values as in (B, N, D)."""
    def within(part, x):
        return drop(part, x.reshape(len(x) // frames, -1, x.shape[-1])).reshape(x.shape)

    return within
