"""Boxes: the parts of a page of any width. Boxes in a row wrap, as words in a line do.

A box has a size, and draws itself when it has its place. All lengths are in pixels, 160 per inch,
as in layout.py.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from tubevit_np.plots.fonts import writable
from tubevit_np.plots.kernel_plots.grid import pin
from tubevit_np.plots.measure import extent, wrapped
from tubevit_np.plots.style import DPI, place, points

INDENT, BAR = 14, 5  # pixels: the parts of a tube are indented, beside a bar in its color


class Box(NamedTuple):
    """A part of a page.

    Parameters
    ----------
    width, height : float
        Size in pixels.
    draw : callable
        draw(figure, left, top) draws it at its place.
    """

    width: float
    height: float
    draw: Callable[[Figure, float, float], Any]


def beside(boxes: Sequence[Box], width: float, gap: float = 16, between: float = 10) -> Box:
    """Return a box of boxes from left to right, in as many rows as they need.

    Parameters
    ----------
    boxes : sequence of Box
        The parts.
    width : float
        Largest width of a row. A box that is wider has a row of its own.
    gap : float, default 16
        Pixels between boxes.
    between : float, default 10
        Pixels between rows.

    Returns
    -------
    Box
        All of them.
    """
    rows: list[list[Box]] = [[]]
    for box in boxes:
        if rows[-1] and sum(one.width + gap for one in rows[-1]) + box.width > width + 0.01:
            rows.append([])
        rows[-1].append(box)
    return below([_row(row, gap) for row in rows], between)


def below(boxes: Sequence[Box], gap: float = 10) -> Box:
    """Return a box of boxes from top to bottom, with `gap` pixels between them."""
    def draw(figure: Figure, left: float, top: float) -> None:
        for box in boxes:
            box.draw(figure, left, top)
            top += box.height + gap

    height = sum(box.height for box in boxes) + gap * (len(boxes) - 1)
    return Box(max(box.width for box in boxes), height, draw)


def barred(box: Box, shade: str) -> Box:
    """Return a box behind a bar in the color of a tube."""
    def draw(figure: Figure, left: float, top: float) -> None:
        bar = place(figure, left, top, BAR, box.height, facecolor=shade, xticks=[], yticks=[])
        bar.spines[:].set_visible(False)
        box.draw(figure, left + INDENT, top)

    return Box(box.width + INDENT, box.height, draw)


def text(words: str, width: float, size: float = 8.5, **options: Any) -> Box:
    """Return a text, wrapped.

    Parameters
    ----------
    words : str
        The text; a line break stays.
    width : float
        Largest width of a line, in pixels.
    size : float, default 8.5
        Font size that the text would have in the gallery, in points.
    **options : Any
        Passed on to ``Figure.text``, for example weight="bold".

    Returns
    -------
    Box
        The text.
    """
    size, weight = points(size), options.get("weight", "normal")
    lines = [line for part in words.split("\n") for line in wrapped(part, width, size, weight)]

    def draw(figure: Figure, left: float, top: float) -> None:
        across, down = figure.get_size_inches() * DPI
        for k, line in enumerate(lines):
            base = top + (k + 0.8) * step
            figure.text(left / across, 1 - base / down, writable(line), fontsize=size,
                        va="baseline", **options)

    step = 1.25 * size * DPI / 72
    return Box(max(extent(line, size, weight) for line in lines), step * len(lines), draw)


def picture(pixels: np.ndarray) -> Box:
    """Return an image (h, w, 3) in [0, 1], pixel for pixel."""
    return Box(pixels.shape[1], pixels.shape[0],
               lambda figure, left, top: pin(figure, left, top, pixels))


def _row(boxes, gap):
    """Return a box of boxes from left to right, all in one row, their tops on one line."""
    def draw(figure: Figure, left: float, top: float) -> None:
        for box in boxes:
            box.draw(figure, left, top)
            left += box.width + gap

    width = sum(box.width for box in boxes) + gap * (len(boxes) - 1)
    return Box(width, max(box.height for box in boxes), draw)
