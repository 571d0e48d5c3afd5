"""The name that a mistyped word was perhaps meant to be."""

import difflib


def nearest(word, names):
    """Return a question with the nearest of the names, or "" if none is near."""
    return "".join(f" (did you mean {name}?)" for name in difflib.get_close_matches(word, names, 1))
