"""Where a token is: fixed sines and cosines of its center (Sec. 3.3, Eq. 3-7)."""

import numpy as np

from tubevit_np.model.checks import check_plain
from tubevit_np.model.geometry import centers


def sincos_3d(at, dim, tau=10000.0):
    """Places at (N, 3), in frames and pixels, as (N, dim), float64 in [-1, 1] (Eq. 3-7).

    Six channels for each frequency j: sin t, cos t, sin h, cos h, sin w, cos w of
    at * tau^(-j/n), n = dim // 6.  Printed is tau^(-j): every channel with j > 0 would then be
    nearly constant (tau^-1 is 1e-4), so j / n is meant.  Channels that do not make a full six stay
    zero, so any dim will do, 1024 and 1280 included."""
    n = dim // 6
    frequencies = tau ** (-np.arange(n) / max(n, 1))
    angles = at[:, None, :] * frequencies[:, None]  # (N, n, 3)
    waves = np.stack([np.sin(angles), np.cos(angles)], axis=-1)  # (N, n, 3, 2)
    return np.pad(waves.reshape(len(at), 6 * n), ((0, 0), (0, dim - 6 * n)))


def positions(cfg, shape):
    """The position of every token of a (T, H, W) video, in token order: (N, D).

    NumPy computes it in float64.  Raises ValueError for a variant."""
    check_plain(cfg)
    at = np.concatenate([centers(tube, shape) for tube in cfg.tubes])
    return cfg.position_scale * sincos_3d(at, cfg.dim, cfg.tau)
