"""Grids, tokens, resized kernels and positions."""

import itertools
import math

import numpy as np


def places(sizes):
    """Iterate over all indices of an array of these sizes, the last axis fastest."""
    return itertools.product(*(range(size) for size in sizes))


def dot(a, b):
    """Return the sum of products, which takes almost all of the time."""
    return sum(x * y for x, y in zip(a, b, strict=True))


def grid(tube, shape):
    return [sum(start + kernel <= length for start in range(offset, length, stride))
            for length, offset, kernel, stride in zip(shape, tube.offset, tube.kernel, tube.stride)]


def member_start(tube, place, member):
    return [offset + p * stride + m * stride // factor for offset, p, stride, m, factor
            in zip(tube.offset, place, tube.stride, member, tube.s2d)]


def tube_tokens(video, w, b, tube):
    """Tokens with w fastest; within a token member after member, again w fastest."""
    tokens = []
    for place in places(grid(tube, video.shape[:3])):
        starts = [member_start(tube, place, member) for member in places(tube.s2d)]
        tokens.append(np.concatenate([under_kernel(video, w, b, start) for start in starts]))
    return np.array(tokens).reshape(-1, len(b) * tube.members)


def under_kernel(video, w, b, start):
    """Return one token (D,): the kernel at start, voxel by voxel; 0 beyond the far edge."""
    voxels, weights = [], []
    for i, j, k, c in places(w.shape[:4]):
        at = start[0] + i, start[1] + j, start[2] + k
        if all(a < length for a, length in zip(at, video.shape)):
            voxels.append(video[at][c])
            weights.append(w[i, j, k, c])
    return np.array([b[d] + dot(voxels, [w[d] for w in weights]) for d in range(len(b))])


def resize_kernel(w, size):
    """Interpolate each voxel of the new kernel from the eight nearest of the old one."""
    new = np.zeros((*size, *w.shape[3:]), w.dtype)
    for place in places(size):
        at = [min(max((p + 0.5) * n / m - 0.5, 0), n - 1) for p, n, m in zip(place, w.shape, size)]
        for corner in places((2, 2, 2)):
            near = tuple(min(int(a) + c, n - 1) for a, c, n in zip(at, corner, w.shape))
            fraction = math.prod(a - int(a) if c else 1 - (a - int(a)) for a, c in zip(at, corner))
            new[place] += fraction * w[near]
    return new


def kernel(p, cfg, i):
    tube = cfg.tubes[i]
    if not cfg.shared_kernel or tube.kernel[0] == 1:
        return p[f"tubes.{i}.w"]
    return resize_kernel(p["kernel.w"], tube.kernel)[..., :len(p[f"tubes.{i}.b"])]


def center(tube, place):
    """Return the midpoint of the first and the last voxel of the token, on each axis."""
    covered = [[start + k for start in starts for k in range(size)] for starts, size in zip(
        zip(*(member_start(tube, place, member) for member in places(tube.s2d))), tube.kernel)]
    return [(min(axis) + max(axis)) / 2 for axis in covered]


def position(at, dim, tau):
    """Eq. 3-7 with the exponent -j / (d // 6)."""
    z = [0.0] * dim
    for j in range(dim // 6):
        frequency = 1 / tau ** (j / (dim // 6))
        for axis in range(3):
            z[6 * j + 2 * axis] = np.sin(at[axis] * frequency)
            z[6 * j + 2 * axis + 1] = np.cos(at[axis] * frequency)
    return z
