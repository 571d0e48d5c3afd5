"""Where a token is: fixed sines and cosines of the centre of its tube (Sec. 3.3, Eq. 3-7)."""

import math
from functools import lru_cache

import numpy as np

from tubevit_np.model.tubes import grid, token_counts


def centres(tube, shape, strides=None):
    """The centre of every token of a tube in a (T, H, W) video, in frames and pixels: (N, 3).

    (k - 1) / 2 past the start of the kernel: the mean of the indices it covers, so t = 0 for a 2D
    patch of the first frame.  A packed token sits at the centre of the union of its members.
    strides: other ones than those of the tube, for the ablation of Table 7a."""
    axes = []
    for axis, count in enumerate(grid(tube, shape)):
        step, members = (strides or tube.stride)[axis], tube.s2d[axis]
        extent = tube.kernel[axis] + (members - 1) * (tube.stride[axis] // members)
        axes.append(tube.offset[axis] + step * np.arange(count) + (extent - 1) / 2)
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


def sincos_3d(at, dim, tau=10000.0):
    """Positions at (N, 3) as (N, dim), float64 in [-1, 1].

    Six channels for each frequency j: sin t, cos t, sin h, cos h, sin w, cos w of at * tau^(-j/n),
    n = dim // 6.  The exponent as printed (tau^j) would leave six live channels; channels that do
    not make a full six stay zero, so any width will do, 1024 and 1280 included."""
    count = dim // 6
    frequencies = tau ** (-np.arange(count) / max(count, 1))
    angles = at[:, None, :] * frequencies[:, None]  # (N, dim // 6, 3)
    waves = np.stack([np.sin(angles), np.cos(angles)], axis=-1)  # (N, dim // 6, 3, 2)
    return np.pad(waves.reshape(len(at), 6 * count), ((0, 0), (0, dim - 6 * count)))


def positions(cfg, shape):
    """The positions of all tokens of a (T, H, W) video, in token order: (N, D) float64.

    0 where they are learned, or there are none."""
    if cfg.position in ("learned", "none"):
        return np.zeros((sum(token_counts(cfg, shape)), cfg.dim))
    strides = (1, 1, 1) if cfg.position == "strideless" else None
    return cfg.position_scale * _fixed(cfg.tubes, tuple(shape), strides, cfg.dim, cfg.tau)


@lru_cache(maxsize=8)  # every batch asks again: those of images, of videos and of their parts
def _fixed(tubes, shape, strides, dim, tau):
    return sincos_3d(np.concatenate([centres(tube, shape, strides) for tube in tubes]), dim, tau)


def learned_rows(cfg, shape):
    """Where the tokens of a (T, H, W) video are among those of cfg.learned_for: a list of slices.

    One that lasts less long, an image say, has the first of each tube.  Raises ValueError for
    another size or more frames."""
    slices, first = [], 0
    for tube in cfg.tubes:
        found, known = grid(tube, shape), grid(tube, cfg.learned_for)
        if all(found) and (found[0] > known[0] or found[1:] != known[1:]):
            raise ValueError(f"positions were learned for {cfg.learned_for} (T, H, W); there are "
                             f"none for {tuple(shape)}")
        slices.append(slice(first, first + math.prod(found)))
        first += math.prod(known)
    return slices
