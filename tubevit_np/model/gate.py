"""From a small video model to a large image model: the gate, and what trains (Sec. 3.6, Eq. 8)."""

import numpy as np

from tubevit_np.model.params import flatten


def patch_rows(tubes, counts):
    """Which tokens are 2D patches: (N,) bool, for tubes that gave so many tokens each."""
    return np.repeat([tube.is_patch for tube in tubes], counts)


def gate(z, z0, alpha, keep):
    """z + tanh(alpha) * z0 where keep (Eq. 8): with alpha = 0 nothing changes, to the last bit.

    z and z0 (B, N, D): a block's output and the tokens with their position;  keep (N,) bool: the
    paper leaves open whether z0 means every token or the video tubes alone."""
    return z + np.tanh(alpha) * (z0 * keep[:, None].astype(z.dtype))


def trains(name, frozen):
    """Whether a parameter trains where the first `frozen` blocks, and all tubes with them, do not.
    """
    part, _, rest = name.partition(".")
    if part == "blocks":
        return int(rest.partition(".")[0]) >= frozen
    return not frozen or part not in ("tubes", "kernel", "position")


def trained(params, frozen):
    """The parameters that train, by name, from the nested tree; not copies."""
    return {name: w for name, w in flatten(params).items() if trains(name, frozen)}
