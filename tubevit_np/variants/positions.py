"""Other positions than the fixed ones (Table 7a): strideless, learned, or none."""

import math

import numpy as np

from tubevit_np.fast.model import positions as fixed
from tubevit_np.model.geometry import centers, grid, token_counts
from tubevit_np.model.position import sincos_3d
from tubevit_np.variants.config import position_of


def positions(params, cfg, shape):
    """Positions (N, D) that embed adds to the tokens of a (T, H, W) video."""
    kind = position_of(cfg)
    if kind == "fixed":
        return fixed(cfg, shape)
    if kind == "learned":
        return np.concatenate([params["position"]["w"][rows] for rows in learned_rows(cfg, shape)])
    if kind == "strideless":
        return strideless(cfg, shape)
    return np.zeros((sum(token_counts(cfg, shape)), cfg.dim))


def strideless(cfg, shape):
    """Positions (N, D) as if all tokens of a tube lay one frame and one pixel apart."""
    at = np.concatenate([strideless_centers(tube, shape) for tube in cfg.tubes])
    return cfg.position_scale * sincos_3d(at, cfg.dim, cfg.tau)


def strideless_centers(tube, shape):
    """Centers of the tokens of a tube as if its strides were 1: (N, 3)."""
    steps = np.indices(grid(tube, shape)).reshape(3, -1).T  # t, h, w of each token in its grid
    return centers(tube, shape) - steps * (np.array(tube.stride) - 1)


def learned_rows(cfg, shape):
    """Slices of the learned positions that belong to a (T, H, W) video, one slice per tube.

    A shorter input, such as an image, has the first tokens of each tube. Raises ValueError for
    more frames or another height or width than cfg.learned_for.
    """
    slices, first = [], 0
    for tube in cfg.tubes:
        counts, learned = grid(tube, shape), grid(tube, cfg.learned_for)
        if all(counts) and (counts[0] > learned[0] or counts[1:] != learned[1:]):
            raise ValueError(f"positions were learned for {cfg.learned_for} (T, H, W), "
                             f"not for {tuple(shape)}")
        slices.append(slice(first, first + math.prod(counts)))
        first += math.prod(learned)
    return slices


def learned_backward(d_tokens, w, cfg, shape):
    """Gradient of learned positions w (N, D), which all clips share; d_tokens (B, N, D)."""
    d_w, ends = np.zeros_like(w), np.cumsum(token_counts(cfg, shape))
    parts = np.split(d_tokens.sum(0), ends[:-1])
    for rows, d_part in zip(learned_rows(cfg, shape), parts, strict=True):
        d_w[rows] = d_part
    return d_w
