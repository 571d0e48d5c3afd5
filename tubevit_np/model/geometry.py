"""Where tubes lie in a video: their grids, members and centers (Sections 3.2 to 3.4)."""

import itertools
import math

import numpy as np

from tubevit_np.model.config import Tube
from tubevit_np.model.types import Size


def grid(tube: Tube, shape: Size) -> Size:
    """Grid of a tube: n = (length - offset - kernel) // stride + 1 on each axis.

    Parameters
    ----------
    tube : Tube
        With space-to-depth, only the first of the S members of a token must fit. The others read
        zeros beyond the far edge.
    shape : (T, H, W)
        Size of the video, in frames and pixels.

    Returns
    -------
    (nt, nh, nw)
        Number of tokens along each axis, 0 where the tube does not fit.

    References
    ----------
    Section 3.2.

    Examples
    --------
    >>> grid(Tube(kernel=(8, 8, 8), stride=(16, 32, 32)), (32, 224, 224))
    (2, 7, 7)
    """
    return tuple(max(0, (length - offset - kernel) // stride + 1) for length, offset, kernel, stride
                 in zip(shape, tube.offset, tube.kernel, tube.stride, strict=True))


def token_counts(cfg, shape):
    """Count the tokens of each tube on a (T, H, W) video, in the order of cfg.tubes."""
    return [math.prod(grid(tube, shape)) for tube in cfg.tubes]


def member_offsets(tube):
    """Start of each member of a token, relative to the first member: S triples (t, h, w).

    On each axis a member starts at i * stride / s2d with 0 <= i < s2d (Section 3.4). In the list, w
    changes fastest.
    """
    steps = (stride // factor for stride, factor in zip(tube.stride, tube.s2d, strict=True))
    return list(itertools.product(*(range(0, factor * step, step)
                                    for factor, step in zip(tube.s2d, steps, strict=True))))


def centers(tube: Tube, shape: Size) -> np.ndarray:
    """Centers of all tokens of a tube: offset + i * stride + (span - 1) / 2 on each axis.

    span = kernel + (s2d - 1) * stride / s2d. The center is the middle between the first and the
    last voxel of all members of the token. A 2D patch of the first frame therefore has t = 0.

    Parameters
    ----------
    tube : Tube
    shape : (T, H, W)
        Size of the video, in frames and pixels.

    Returns
    -------
    array, shape (N, 3), float64
        (t, h, w) of the N = nt * nh * nw tokens, in frames and pixels; w changes fastest.

    References
    ----------
    Section 3.3.

    Examples
    --------
    >>> centers(Tube(kernel=(1, 16, 16), stride=(32, 16, 16)), (1, 16, 32))
    array([[ 0. ,  7.5,  7.5],
           [ 0. ,  7.5, 23.5]])
    """
    axes = []
    for n, kernel, stride, offset, factor in zip(grid(tube, shape), tube.kernel, tube.stride,
                                                 tube.offset, tube.s2d, strict=True):
        span = kernel + (factor - 1) * (stride // factor)
        axes.append(offset + stride * np.arange(n) + (span - 1) / 2)
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
