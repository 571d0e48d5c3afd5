"""Dropout: some values become 0 at random in training, the others grow to make up (Table 10).

The paper does not say where. Here: on the tokens with their positions, and on what each attention
and each MLP adds.  What is dropped follows from a key of the example, the layer, the part and the
place in the array alone, so it is the same in both packages and however a batch is divided.

A drop is drop(layer, part, x);  it is linear in x, and so its own backward pass."""

from functools import partial

import numpy as np

from tubevit_np.fast.backward import attention_branch_backward, mlp_branch_backward
from tubevit_np.fast.layers import attention_branch, mlp_branch
from tubevit_np.model.geometry import grid
from tubevit_np.variants.config import attention_of
from tubevit_np.variants.divided_attention import divided_block
from tubevit_np.variants.divided_backward import divided_block_backward
from tubevit_np.variants.model import embed, embed_backward

TIME, TOKENS, ATTENTION, MLP = range(4)  # parts; the tokens are those of layer 0


def dropout(rate, keys):
    """drop(layer, part, x) for x (B, N, D);  rate in [0, 1), keys (B,) uint32."""
    scale, least = 1 / (1 - rate), int(rate * 2**32)

    def drop(layer, part, x):
        own = scramble(scramble(keys) + np.uint32(4 * layer + part))[:, None, None]
        at = np.arange(x[0].size, dtype=np.uint32).reshape(x.shape[1:])
        return x * (scramble(own ^ at) >= least) * scale

    return drop


def scramble(x):
    """uint32 to uint32, one to one, as if at random: the last steps of MurmurHash3."""
    x = (x ^ (x >> 16)) * np.uint32(0x85EBCA6B)
    x = (x ^ (x >> 13)) * np.uint32(0xC2B2AE35)
    return x ^ (x >> 16)


def dropout_embed(params, video, cfg, drop):
    """variants.model.embed, then dropout of the tokens with their positions."""
    z, out = embed(params, video, cfg)
    z = drop(0, TOKENS, z)
    return z, out | {"with_position": z}


def dropout_embed_backward(d_z, params, out, cfg, drop):
    return embed_backward(drop(0, TOKENS, d_z), params, out, cfg)


def dropout_block(z, ln1, attn, ln2, mlp, heads, eps, form, drop, return_intermediates=True):
    """The block of fast/layers.py with dropout of what each branch adds;  drop(part, x)."""
    change, attended = attention_branch(z, ln1, attn, heads, eps, return_intermediates)
    y = drop(ATTENTION, change)
    y += z
    change, transformed = mlp_branch(y, ln2, mlp, eps, form, return_intermediates)
    z = drop(MLP, change)
    z += y
    return z, attended | {"middle": y} | transformed if return_intermediates else {}


def dropout_block_backward(d_z, z, cache, ln1, attn, ln2, mlp, heads, eps, form, drop):
    d_change, d_second = mlp_branch_backward(drop(MLP, d_z), cache["middle"], cache, ln2, mlp,
                                             eps, form)
    d_y = d_z + d_change
    d_change, d_first = attention_branch_backward(drop(ATTENTION, d_y), z, cache, ln1, attn, heads,
                                                  eps)
    return d_y + d_change, d_first | d_second


def dropout_blocks(cfg, shape, drop, block=dropout_block, divided=divided_block):
    """{layer: block with dropout} that the Config asks for, on a (T, H, W) video.

    Divided attention also drops values of what it adds over time."""
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
    """{layer: block_backward}, the reverse of dropout_blocks."""
    return dropout_blocks(cfg, shape, drop, dropout_block_backward, divided_block_backward)


def within_frames(drop, frames):
    """A drop for (B * frames, N / frames, D) that drops as in (B, N, D)."""
    def within(part, x):
        return drop(part, x.reshape(len(x) // frames, -1, x.shape[-1])).reshape(x.shape)

    return within
