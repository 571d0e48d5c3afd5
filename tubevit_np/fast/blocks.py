"""Work in blocks that a processor's cache holds.

Each step of an expression passes over all of its numbers.  Where these exceed the cache, every step
fetches every number from memory again, which takes longer than the arithmetic."""

import itertools
import math

import numpy as np

SAFE_SCORE = 60  # exp(60) is 1e26, far from both ends of float32
CACHE_NUMBERS = 2**17  # half a megabyte of float32, which a second-level cache holds with more


def block_slices(count, size):
    """Slices of `count` items of `size` numbers each, as many items together as the cache holds."""
    step = max(1, CACHE_NUMBERS // size)
    return [slice(i, i + step) for i in range(0, count, step)]


def row_blocks(*arrays):
    """Views of the rows (..., D) of arrays of one shape, as many at a time as the cache holds."""
    arrays = [x.reshape(-1, x.shape[-1]) for x in arrays]
    return ([x[part] for x in arrays] for part in block_slices(*arrays[0].shape))


def blocked_multiply(y, f, x, into=None):
    """y * f(x) of arrays (..., D), where f maps each number alone;  into: x itself, for example."""
    into = np.empty_like(x, order="C") if into is None else into
    for y_part, x_part, product in row_blocks(y, x, into):
        np.multiply(y_part, f(x_part), out=product)
    return into


def head_blocks(clips, heads, scores):
    """(clips, heads), slices: as many heads at a time as the cache holds scores of."""
    return itertools.product(block_slices(clips, heads * scores), block_slices(heads, scores))


def attend(q, k, v, safe, mixed, weights=None):
    """Attention of scaled q, written to mixed (..., Q, E) and, if given, to weights (..., N, Q).

    safe (..., 1, 1) bool: heads whose maximum need not be subtracted.  In memory scores lie key by
    key, so that a step of the softmax takes all queries at once.  The mixture is divided by the
    sums, not the scores, which are more."""
    scores = np.matmul(k, q.swapaxes(-1, -2), out=weights)
    if not safe.all():
        scores -= np.where(safe, 0, scores.max(-2, keepdims=True))
    total = np.exp(scores, out=scores).sum(-2, keepdims=True)
    np.matmul(scores.swapaxes(-1, -2), v, out=mixed)
    mixed /= total.swapaxes(-1, -2)
    if weights is not None:
        weights /= total


def heads_safe_from_overflow(q, k):
    """Heads whose scores are bounded by max|q| max|k| < SAFE_SCORE: (..., 1, 1) bool.

    There no exponential overflows and no sum of them is 0, without subtracting the maximum."""
    longest = [np.einsum("...e,...e->...", x, x).max(-1) for x in (q, k)]
    return (math.prod(longest) < SAFE_SCORE**2)[..., None, None]
