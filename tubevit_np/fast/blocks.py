"""Work in portions that a processor's cache holds: NumPy's alone, a compiler finds its own.

Each step of an expression goes over all of its numbers.  Where they are more than the cache holds,
it would fetch every one from memory again, which takes longer than the arithmetic."""

import itertools
import math

import numpy as np

LARGE = 60  # exp(60) is 1e26, far from both ends of float32
CACHE = 2**17  # numbers: half a megabyte of float32, which a second-level cache holds with more


def portions(count, size):
    """Slices of count things of so many numbers each, as many together as the cache holds."""
    step = max(1, CACHE // size)
    return [slice(i, i + step) for i in range(0, count, step)]


def rows(*arrays):
    """Views of their rows (..., D), all of one shape: as many at a time as the cache holds."""
    arrays = [x.reshape(-1, x.shape[-1]) for x in arrays]
    return ([x[part] for x in arrays] for part in portions(*arrays[0].shape))


def multiplied(y, f, x, into=None):
    """y * f(x) of arrays (..., D), where f takes each number alone;  into: x itself, say."""
    into = np.empty_like(x, order="C") if into is None else into
    for y_part, x_part, product in rows(y, x, into):
        np.multiply(y_part, f(x_part), out=product)
    return into


def few_heads(clips, heads, scores):
    """(clips, heads), slices: so many heads at a time that the cache holds their scores."""
    return itertools.product(portions(clips, heads * scores), portions(heads, scores))


def attend(q, k, v, calm, mixed, weights=None):
    """Attention of scaled q, into mixed (..., Q, E) and, if it is there, into weights (..., N, Q).

    calm: which heads need no maximum taken off, (..., 1, 1) bool.  In memory scores lie key by key:
    a step of the softmax then takes all queries at once.  What is mixed is divided by its sums, not
    the scores: that is less."""
    scores = np.matmul(k, q.swapaxes(-1, -2), out=weights)
    if not calm.all():
        scores -= np.where(calm, 0, scores.max(-2, keepdims=True))
    total = np.exp(scores, out=scores).sum(-2, keepdims=True)
    np.matmul(scores.swapaxes(-1, -2), v, out=mixed)
    mixed /= total.swapaxes(-1, -2)
    if weights is not None:
        weights /= total


def calm_heads(q, k):
    """Whether no score of a head is beyond LARGE, up or down: (..., 1, 1) bool.

    Its longest q and k tell, far fewer numbers than the scores, since |q k| <= |q| |k|.  Then no
    exponential overflows and no sum of them is 0: two steps less over all scores."""
    longest = [np.einsum("...e,...e->...", x, x).max(-1) for x in (q, k)]
    return (math.prod(longest) < LARGE**2)[..., None, None]
