"""Where tubes lie in a video: their grid, members and centers (Sec. 3.2, 3.3, 3.4)."""

import itertools
import math

import numpy as np


def grid(tube, shape):
    """(nt, nh, nw): how many times a tube fits along each axis of a (T, H, W) video.

    n = (length - offset - kernel) // stride + 1, or 0 where the tube does not fit.  Of the members
    of a space-to-depth token only the first must fit: the others read zeros beyond the far edge."""
    return tuple(max(0, (length - offset - kernel) // stride + 1) for length, offset, kernel, stride
                 in zip(shape, tube.offset, tube.kernel, tube.stride, strict=True))


def token_counts(cfg, shape):
    """The number of tokens of each tube on a (T, H, W) video, in the Config's order."""
    return [math.prod(grid(tube, shape)) for tube in cfg.tubes]


def member_offsets(tube):
    """Where the S members of a token start, relative to the token (Sec. 3.4): S triples (t, h, w).

    i * stride / s2d for 0 <= i < s2d on each axis, w fastest."""
    steps = (stride // factor for stride, factor in zip(tube.stride, tube.s2d, strict=True))
    return list(itertools.product(*(range(0, factor * step, step)
                                    for factor, step in zip(tube.s2d, steps, strict=True))))


def centers(tube, shape):
    """The center of every token of a tube in a (T, H, W) video: (N, 3), in frames and pixels.

    offset + i * stride + (extent - 1) / 2, extent = kernel + (s2d - 1) * stride / s2d (Sec. 3.3):
    the mean of the indices that the token covers with all its members.  So a 2D patch of the first
    frame has t = 0."""
    axes = []
    for n, kernel, stride, offset, factor in zip(grid(tube, shape), tube.kernel, tube.stride,
                                                 tube.offset, tube.s2d, strict=True):
        extent = kernel + (factor - 1) * (stride // factor)
        axes.append(offset + stride * np.arange(n) + (extent - 1) / 2)
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
