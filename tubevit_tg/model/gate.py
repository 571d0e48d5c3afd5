"""The gate: it adds the input tokens z0 to the output of one block (Section 3.6, Eq. 8).

The paper uses it to give a large image model the tubes of a small video model.
"""

from tubevit_np.model.gate import gated_tokens
from tubevit_tg.model.types import Array


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
    """
    return z + alpha.tanh() * (z0 * mask[:, None].cast(z.dtype))
