"""From a small video model to a large image model: the gate, and what trains (Sec. 3.6, Eq. 8)."""

from tubevit_np.model.gate import patch_rows
from tubevit_np.training.frozen import is_trainable, trainable_params


def gate(z, z0, alpha, keep):
    """z + tanh(alpha) * z0 where keep (Eq. 8): with alpha = 0 nothing changes, to the last bit.

    z and z0 (B, N, D): a block's output and the tokens with their position;  keep (N,) bool: the
    paper leaves open whether z0 means every token or the video tubes alone."""
    return z + alpha.tanh() * (z0 * keep[:, None].cast(z.dtype))
