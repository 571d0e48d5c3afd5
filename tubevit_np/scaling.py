"""From a small video model to a large image model: the gate of Eq. 8 (Sec. 3.6)."""

import numpy as np


def patch_rows(tubes, counts):
    """Which tokens are 2D patches: (N,) bool, for tubes that gave so many tokens each."""
    return np.repeat([tube.is_patch for tube in tubes], counts)


def gate(z, z0, alpha, keep):
    """z + tanh(alpha) * z0 where keep (Eq. 8): with alpha = 0 nothing changes, to the last bit.

    z and z0 (B, N, D): a block's output and the tokens with their position;  keep (N,) bool: the
    paper leaves open whether z0 means every token or the video tubes alone."""
    return z + np.tanh(alpha) * (z0 * keep[:, None].astype(z.dtype))
