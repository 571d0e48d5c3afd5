"""The gate that lets the tokens of a small model into a large image model (Sec. 3.6, Eq. 8)."""

from tubevit_np.model.gate import gated_tokens


def gate(z, z0, alpha, mask):
    """z + tanh(alpha) m z0, m the mask (Eq. 8): with alpha = 0 nothing changes, to the last bit.

    z, z0 (B, N, D): a block's output, and the tokens with their position;  mask (N,) bool: True for
    the tokens that are added."""
    return z + alpha.tanh() * (z0 * mask[:, None].cast(z.dtype))
