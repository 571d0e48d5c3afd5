"""Dropout: some numbers become 0 at random in training, the others grow to make up (Table 10).

The paper does not say where. Here: on the tokens with their positions, and on what each attention
and each MLP adds.  What is dropped follows from a key of the example, the layer, the part and the
place in the array alone, so it is the same in both packages and however a batch is divided.

A drop is drop(layer, part, x)."""

import math

import numpy as np

from tubevit_np.training.dropout import ATTENTION, MLP, TIME, TOKENS, no_dropout
from tubevit_tg.backend.device import constant


def dropout(rate, keys):
    """drop(layer, part, x) for x (B, N, D);  rate in [0, 1), keys (B,) uint32."""
    scale, least = 1 / (1 - rate), int(rate * 2**32)

    def drop(layer, part, x):
        own = scramble(scramble(keys) + (4 * layer + part)).reshape(-1, 1, 1)
        at = constant(np.arange, math.prod(x.shape[1:]), dtype="uint32", device=keys.device)
        at = at.reshape(1, *x.shape[1:])
        return x * (scramble(own ^ at) >= least).cast(x.dtype) * scale

    return drop


def scramble(x):
    """uint32 to uint32, one to one, as if at random: the last steps of MurmurHash3."""
    x = (x ^ (x >> 16)) * 0x85EBCA6B
    x = (x ^ (x >> 13)) * 0xC2B2AE35
    return x ^ (x >> 16)
