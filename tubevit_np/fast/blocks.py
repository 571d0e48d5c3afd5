"""Work on blocks of an array that fit into the cache of a CPU.

Each step of an expression passes over all numbers of its arrays. If the arrays are larger than the
cache, every step reads every number from memory again, which takes longer than the arithmetic.
"""

import itertools
import math

import numpy as np

SAFE_SCORE = 60  # exp(60) is 1e26, far from both ends of float32
CACHE_NUMBERS = 2**17  # 512 KB of float32, which fit into a second-level cache with room left


def block_slices(count, size):
    """Slices of `count` items of `size` numbers each; the items of a slice fit into the cache."""
    step = max(1, CACHE_NUMBERS // size)
    return [slice(i, i + step) for i in range(0, count, step)]


def row_blocks(*arrays):
    """Blocks of rows, as views, of arrays (..., D) of one shape; a block fits into the cache."""
    arrays = [x.reshape(-1, x.shape[-1]) for x in arrays]
    return ([x[part] for x in arrays] for part in block_slices(*arrays[0].shape))


def blocked_multiply(y, f, x, into=None):
    """Multiply y by f(x), f elementwise, y and x (..., D); into: array for the result, even x."""
    into = np.empty_like(x, order="C") if into is None else into
    for y_part, x_part, product in row_blocks(y, x, into):
        np.multiply(y_part, f(x_part), out=product)
    return into


def head_blocks(clips, heads, scores):
    """Pairs of slices (clips, heads): the scores of these heads fit into the cache."""
    return itertools.product(block_slices(clips, heads * scores), block_slices(heads, scores))


def attend(q, k, v, safe, mixed, weights=None):
    """Attention of scaled q, written to mixed (..., Q, E) and, if given, to weights (..., N, Q).

    safe (..., 1, 1) bool: True for heads whose maximum need not be subtracted. In memory the scores
    lie key by key, so that each step of the softmax works on all queries at once. The mixed values
    are divided by the sums instead of the scores, because there are fewer of them.
    """
    scores = np.matmul(k, q.swapaxes(-1, -2), out=weights)
    if not safe.all():
        scores -= np.where(safe, 0, scores.max(-2, keepdims=True))
    total = np.exp(scores, out=scores).sum(-2, keepdims=True)
    np.matmul(scores.swapaxes(-1, -2), v, out=mixed)
    mixed /= total.swapaxes(-1, -2)
    if weights is not None:
        weights /= total


def heads_safe_from_overflow(q, k):
    """Find the heads whose scores are bounded by max|q| max|k| < SAFE_SCORE: (..., 1, 1) bool.

    In these heads no exponential overflows and no sum of exponentials is 0, even if the maximum is
    not subtracted.
    """
    longest = [np.einsum("...e,...e->...", x, x).max(-1) for x in (q, k)]
    return (math.prod(longest) < SAFE_SCORE**2)[..., None, None]
