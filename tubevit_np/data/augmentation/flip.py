"""Random changes of training pictures that leave their label true (Table 10)."""

import re

SIDED = re.compile(r"\b(left|right|leftwards?|rightwards?|(counter|anti)?-?clockwise)\b")


def has_sides(name):
    """Whether a class tells left from right, so that its mirror image is of another class."""
    return bool(SIDED.search(name.replace("_", " ").lower()))


def mirrored(x, rng, name):
    """x (..., W, C) as it is or, as often, with left and right swapped; never if name has sides."""
    swap = rng.random() < 0.5  # drawn for every clip: the others' stay what they are
    return x[..., ::-1, :] if swap and not has_sides(name) else x
