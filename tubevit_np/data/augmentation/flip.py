"""Random horizontal flips of training clips, except where the class depends on left and right."""

import re

SIDED = re.compile(r"\b(left|right|leftwards?|rightwards?|(counter|anti)?-?clockwise)\b")


def has_sides(name):
    """True if a class name mentions left or right, so that the mirror image has another class."""
    return bool(SIDED.search(name.replace("_", " ").lower()))


def random_flip(x, rng, name):
    """x (..., W, C), flipped left to right with probability 1/2; never if has_sides(name)."""
    swap = rng.random() < 0.5  # always drawn, so that the other clips of a batch do not change
    return x[..., ::-1, :] if swap and not has_sides(name) else x
