"""Dropout: some numbers become 0 at random in training, the others grow to make up (Table 10).

The paper does not say where. Here: on the tokens with their positions, and on what each attention
and each MLP adds.  What is dropped follows from a key of the example, the layer, the part and the
place in the array alone, so it is the same in both packages and however a batch is divided.

A drop is drop(layer, part, x);  it is linear in x, and so its own backward pass."""

import numpy as np

TIME, TOKENS, ATTENTION, MLP = range(4)  # parts; the tokens are those of layer 0


def no_dropout(layer, part, x):
    return x


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
