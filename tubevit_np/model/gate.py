"""The gate: it adds the input tokens z0 to the output of one block (Section 3.6, Eq. 8).

The paper uses it to give a large image model the tubes of a small video model.
"""

import numpy as np

from tubevit_np.model.geometry import token_counts
from tubevit_np.model.types import Array


def gate(z: Array, z0: Array, alpha: Array, mask: Array) -> Array:
    """Gate: z + tanh(alpha) m z0, where m is the mask.

    With alpha = 0, its initial value, the result equals z to the last bit.

    Parameters
    ----------
    z : array, shape (B, N, D)
        Output of a block.
    z0 : array, shape (B, N, D)
        Tokens with their positions, the input of the first block.
    alpha : array, shape ()
        Learned.
    mask : array, shape (N,), bool
        True for the tokens that are added.

    Returns
    -------
    array, shape (B, N, D)

    References
    ----------
    Section 3.6, Eq. 8, Fig. 3.

    Examples
    --------
    >>> z, z0, mask = np.zeros((1, 2, 1)), np.ones((1, 2, 1)), np.array([True, False])
    >>> gate(z, z0, np.array(0.5), mask).round(2).ravel()  # tanh(0.5) is 0.46
    array([0.46, 0.  ])
    """
    return z + np.tanh(alpha) * (z0 * mask[:, None].astype(z.dtype))


def gated_tokens(cfg, shape):
    """Mask of the gate for a (T, H, W) video: (N,) bool, True for the tokens that it adds.

    The paper leaves open whether z0 means all tokens or only those of the video tubes.
    """
    is_patch = np.repeat([tube.is_patch for tube in cfg.tubes], token_counts(cfg, shape))
    return ~is_patch if cfg.gate_tokens == "tubes" else np.ones_like(is_patch)
