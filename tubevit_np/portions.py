"""Work in portions that a processor's cache holds: NumPy's alone, a compiler finds its own.

Each step of an expression goes over all of its numbers.  Where they are more than the cache holds,
it would fetch every one from memory again, which takes longer than the arithmetic."""

import itertools

import numpy as np

CACHE = 2**17  # numbers: half a megabyte of float32, which a second-level cache holds with more


def portions(count, size):
    """Slices of count things of so many numbers each, as many together as the cache holds."""
    step = max(1, CACHE // size)
    return [slice(i, i + step) for i in range(0, count, step)]


def few_heads(clips, heads, scores):
    """(clips, heads), slices: so many heads at a time that the cache holds their scores."""
    return itertools.product(portions(clips, heads * scores), portions(heads, scores))


def attend(q, k, v, mixed, weights=None):
    """Attention of scaled q, into mixed (..., Q, E) and, if it is there, into weights (..., N, Q).

    In memory scores lie key by key: a step of the softmax then takes all queries at once.  What is
    mixed is divided by its sums, not the scores: that is less."""
    scores = np.matmul(k, q.swapaxes(-1, -2), out=weights)
    scores -= scores.max(-2, keepdims=True)
    total = np.exp(scores, out=scores).sum(-2, keepdims=True)
    np.matmul(scores.swapaxes(-1, -2), v, out=mixed)
    mixed /= total.swapaxes(-1, -2)
    if weights is not None:
        weights /= total
