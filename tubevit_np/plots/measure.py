"""The lines into which a text wraps. All lengths are in pixels, 160 per inch."""

from collections.abc import Iterator
from functools import cache

from matplotlib import rcParams

from tubevit_np.plots.fonts import text_width


def wrapped(words: str, width: float, size: float, weight: str = "normal") -> Iterator[str]:
    """Yield the lines of a text of `size` points, each at most `width` pixels wide."""
    line = ""
    for word in words.split(" "):
        longer = f"{line} {word}" if line else word
        if line and extent(longer, size, weight) > width:
            yield line
            longer = word
        line = longer
    yield line


def cut(words: str, width: float, size: float, weight: str = "normal") -> str:
    """Return as much of one line of text as fits into a width; an ellipsis stands for the rest."""
    shown, rest = words, words
    while rest and extent(shown, size, weight) > width:
        rest = rest[:-1]
        shown = f"{rest}…"
    return shown


def extent(words: str, size: float, weight: str = "normal") -> float:
    """Return the width of one line of text of `size` points in the font that is in force."""
    return _extent(words, size, weight, tuple(rcParams["font.family"]),
                   tuple(rcParams["font.sans-serif"]), tuple(rcParams["font.serif"]))


@cache
def _extent(words, size, weight, family, *_):
    """Measure a text once."""
    return text_width(words, fontsize=size, weight=weight, family=family)
