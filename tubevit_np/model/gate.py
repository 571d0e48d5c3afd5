"""The gate that lets the tokens of a small model into a large image model (Sec. 3.6, Eq. 8)."""

import numpy as np

from tubevit_np.model.geometry import token_counts


def gate(z, z0, alpha, mask):
    """z + tanh(alpha) m z0, m the mask (Eq. 8): with alpha = 0 nothing changes, to the last bit.

    z, z0 (B, N, D): a block's output, and the tokens with their position;  mask (N,) bool: True for
    the tokens that are added."""
    return z + np.tanh(alpha) * (z0 * mask[:, None].astype(z.dtype))


def gated_tokens(cfg, shape):
    """The mask of the gate on a (T, H, W) video: (N,) bool, True for the tokens that it adds.

    The paper leaves open whether z0 means every token or the video tubes alone."""
    is_patch = np.repeat([tube.is_patch for tube in cfg.tubes], token_counts(cfg, shape))
    return ~is_patch if cfg.gate_tokens == "tubes" else np.ones_like(is_patch)
