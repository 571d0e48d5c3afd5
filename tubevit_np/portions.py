"""Work in portions that a processor's cache holds: NumPy's alone, a compiler finds its own.

Each step of an expression goes over all of its numbers.  Where they are more than the cache holds,
it would fetch every one from memory again, which takes longer than the arithmetic."""

import itertools

CACHE = 2**17  # numbers: half a megabyte of float32, which a second-level cache holds with more


def portions(count, size):
    """Slices of count things of so many numbers each, as many together as the cache holds."""
    step = max(1, CACHE // size)
    return [slice(i, i + step) for i in range(0, count, step)]


def few_heads(clips, heads, scores):
    """(clips, heads), slices: so many heads at a time that the cache holds their scores."""
    return itertools.product(portions(clips, heads * scores), portions(heads, scores))
