"""Which letters the installed fonts can draw, and how wide a text becomes.

DejaVu Sans, which comes with matplotlib, has no Chinese, Japanese or Korean letters. matplotlib
takes each letter from the first font of a list that has it, so the list holds every installed font
of the most common ones for other scripts.
"""

import logging
from collections.abc import Sequence
from functools import cache
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

MAIN = "DejaVu Sans"
OTHERS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans CJK TC", "Noto Sans SC",
    "Noto Sans JP", "Noto Sans KR", "Source Han Sans SC", "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei", "Droid Sans Fallback", "IPAGothic", "IPAexGothic", "NanumGothic",
    "PingFang SC", "Hiragino Sans", "Hiragino Sans GB", "Apple SD Gothic Neo", "Arial Unicode MS",
    "Microsoft YaHei", "SimHei", "Yu Gothic", "Meiryo", "MS Gothic", "Malgun Gothic",
    "Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Tamil", "Noto Sans Thai",
    "Nirmala UI", "Leelawadee UI", "Unifont")
UNKNOWN = "?"


def _is_worth_reporting(record: logging.LogRecord) -> bool:
    """Return whether a message is of another font: many fonts of other scripts have no bold."""
    text = record.getMessage()
    return "font weight" not in text or not any(name in text for name in OTHERS)


logging.getLogger("matplotlib.font_manager").addFilter(_is_worth_reporting)


@cache
def families() -> tuple[str, ...]:
    """Return the names of the fonts for all texts: DejaVu Sans, then what else is installed."""
    installed = {font.name for font in fontManager.ttflist}
    return MAIN, *(name for name in OTHERS if name in installed)


@cache
def letters() -> frozenset[int]:
    """Return the code points that these fonts have."""
    fonts = (get_font(findfont(FontProperties(family=name))) for name in families())
    return frozenset().union(*(font.get_charmap() for font in fonts))


def can_write(text: str) -> bool:
    """Return whether all letters of a text can be drawn; a line break or a tab cannot."""
    return all(letter.isprintable() and ord(letter) in letters() for letter in text)


def writable(text: str) -> str:
    """Return a text with a question mark in place of each letter that no font has."""
    return "\n".join("".join(letter if can_write(letter) else UNKNOWN for letter in line)
                     for line in text.split("\n"))


def class_names(names: Sequence[str]) -> list[str]:
    """Return the names of classes for a picture.

    Parameters
    ----------
    names : sequence of str
        The K names.

    Returns
    -------
    list of str
        The names. In place of a name that the fonts cannot write: its number from 1, such as
        "class 3".
    """
    return [name if can_write(name) else f"class {k}" for k, name in enumerate(names, start=1)]


def text_width(text: str, **options: Any) -> float:
    """Return the width of a text.

    Parameters
    ----------
    text : str
        One line, or several.
    **options : Any
        Passed on to ``Figure.text``, for example fontsize=9.

    Returns
    -------
    float
        Pixels, at 160 dots per inch.
    """
    figure = Figure(dpi=160)
    look: dict[str, Any] = {"parse_math": False, "family": families()}
    drawn = figure.text(0, 0, writable(text), **(look | options))
    return drawn.get_window_extent(FigureCanvasAgg(figure).get_renderer()).width
