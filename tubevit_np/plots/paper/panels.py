"""Axes in rows and columns, with space for just the labels that they have."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg

from tubevit_np.plots.measure import wrapped
from tubevit_np.plots.paper.boxes import Box, below
from tubevit_np.plots.style import page, place

FREE = 400  # pixels around axes that are measured
SMALLEST = 20  # pixels: smallest width of axes


class Panel:
    """Axes that are not there yet.

    Parameters
    ----------
    draw : callable, optional
        draw(ax) draws into them. Without it, the place stays empty.
    **options : Any
        Passed on to ``Figure.add_axes``, for example projection="polar".
    """

    def __init__(self, draw: Callable[[Any], Any] | None = None, **options: Any) -> None:
        self.draw, self.options = draw, options


class Edges(NamedTuple):
    """How far labels stick out of axes, in pixels."""

    left: float
    right: float
    top: float
    bottom: float


def grid(panels: Sequence[Panel], width: float, columns: int,
         height: float | Sequence[float] | None = None, gap: float = 14,
         between: float = 10) -> Box:
    """Return axes of one size in rows and columns, row by row.

    Parameters
    ----------
    panels : sequence of Panel
        What to draw.
    width : float
        Width of a row with all labels, in pixels.
    columns : int
        Number of axes in a row.
    height : float or sequence of float, optional
        Height of axes without labels, in pixels, or the height of each row; if not given, the axes
        are squares.
    gap : float, default 14
        Pixels between columns, from label to label.
    between : float, default 10
        Pixels between rows, from label to label.

    Returns
    -------
    Box
        All of them.
    """
    rows = [panels[k:k + columns] for k in range(0, len(panels), columns)]
    inner = int(0.75 * width / columns)
    for _ in range(3):  # how far labels stick out depends on the width, and the reverse
        heights = np.broadcast_to(height or inner, len(rows))
        edges = [[outside(panel, inner, int(high)) for panel in row]
                 for row, high in zip(rows, heights, strict=True)]
        lefts, rights = (
            [max((getattr(row[k], end) for row in edges if k < len(row)), default=0)
             for k in range(columns)] for end in ("left", "right"))
        room = (width - gap * (columns - 1) - sum(lefts) - sum(rights)) / columns
        if abs(room - inner) < 1:
            break
        inner = max(SMALLEST, int(room))
    starts = np.cumsum(lefts) + np.cumsum([0, *rights[:-1]]) + np.arange(columns) * (inner + gap)
    boxes = [_row(row, edge, starts, inner, int(high))
             for row, edge, high in zip(rows, edges, heights, strict=True)]
    return below(boxes, between)._replace(width=width)


def _row(panels, edges, starts, width, height):
    """Return a row of axes that start at these pixels."""
    above, under = (max(getattr(edge, end) for edge in edges) for end in ("top", "bottom"))

    def draw(figure, left, top):
        for panel, start in zip(panels, starts, strict=False):
            if panel.draw:
                ax = place(figure, left + start, top + above, width, height, **panel.options)
                panel.draw(ax)
                wrap_labels(ax, width, height)

    return Box(width, above + height + under, draw)


def wrap_labels(ax: Axes, width: float, height: float) -> None:
    """Wrap the labels of axes of `width` x `height` pixels into lines that are as long."""
    for axis, length in ((ax.xaxis, width), (ax.yaxis, height)):
        words, size = axis.get_label_text(), float(axis.label.get_fontsize())
        axis.set_label_text("\n".join(wrapped(words, length, size)))


def alone(draw: Callable[[Axes], Any], width: float, height: float, **options: Any) -> Box:
    """Return axes of a given size without labels, `width` x `height` pixels."""
    edges = outside(Panel(draw, **options), width, height)

    def put(figure, left, top):
        ax = place(figure, left + edges.left, top + edges.top, width, height, **options)
        draw(ax)
        wrap_labels(ax, width, height)

    return Box(width + edges.left + edges.right, height + edges.top + edges.bottom, put)


def outside(panel: Panel, width: float, height: float) -> Edges:
    """Draw a panel of a given size on a page that is thrown away, and measure its labels."""
    if not panel.draw:
        return Edges(0, 0, 0, 0)
    figure = page(width + 2 * FREE, height + 2 * FREE)
    ax = place(figure, FREE, FREE, width, height, **panel.options)
    panel.draw(ax)
    wrap_labels(ax, width, height)
    box = ax.get_tightbbox(FigureCanvasAgg(figure).get_renderer())
    down = figure.get_size_inches()[1] * figure.dpi
    return Edges(*(max(0, int(np.ceil(side))) for side in (
        FREE - box.x0, box.x1 - FREE - width, FREE - (down - box.y1),
        (down - box.y0) - FREE - height)))
