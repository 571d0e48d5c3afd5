"""Confusion matrix: for each true class, the classes that the model predicted."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import PercentFormatter

from tubevit_np.plots.fonts import class_names, text_width
from tubevit_np.plots.layout import sheet, shortened, with_note, words
from tubevit_np.plots.style import DPI, FAINT, INK, place, tidy

SIDE, CELL, TOP, BESIDE = 720, 18, 110, 70  # pixels; BESIDE: name and ticks of an axis
NAMED = 60  # classes; more names would not be legible
COUNTED = 20  # classes; in more, the cells are too small for counts
CAPTION = words("confusion_matrix").caption


@tidy
def draw_confusion(table: np.ndarray, names: Sequence[str], title: str) -> Figure:
    """Draw a confusion matrix.

    Parameters
    ----------
    table : array, shape (K, K), int
        Counts of examples by true class (rows) and predicted class (columns).
    names : sequence of str
        Names of the K classes. More than 60 are not written.
    title : str
        Title of the page.

    Returns
    -------
    Figure
        The page.
    """
    side, named = max(SIDE, CELL * min(len(names), NAMED)), len(names) <= NAMED
    rows, columns = (max((text_width(text, **font(len(names))) for text in texts), default=0)
                     if named else 0 for texts in labels(table, names))
    left, bottom = 40 + BESIDE + rows, TOP + side + BESIDE + columns + 40
    caption = with_note(CAPTION, [title, *(names if named else ())])
    width = max(left + side + 130, 80 + text_width(title, fontsize=12, weight="bold"))
    figure = sheet(width, bottom, title, caption, 40, 52, size=12)
    image = draw_shares(place(figure, left, TOP, side, side), table, names)
    bar = figure.colorbar(image, cax=place(figure, left + side + 24, TOP, 16, side))
    bar.outline.set_visible(False)
    bar.ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    return figure


def labels(table: np.ndarray, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the labels of the rows, which hold their number of examples, and of the columns."""
    short = [shortened(name) for name in class_names(names)]
    return [f"{name}  ({count})" for name, count in zip(short, table.sum(1), strict=True)], short


def font(count: int) -> dict[str, Any]:
    """Return the font of the names of `count` classes."""
    return {"fontsize": min(7.5, 380 / count)}


def draw_shares(ax: Axes, table: np.ndarray, names: Sequence[str]) -> AxesImage:
    """Draw the rows of a confusion matrix as fractions of their sums, white to dark blue.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    table : array, shape (K, K), int
        Counts by true class and predicted class. A class without examples becomes gray. The counts
        of at most 20 classes are written into the cells.
    names : sequence of str
        Names of the K classes.

    Returns
    -------
    AxesImage
        The image, for a color bar.
    """
    sums = table.sum(1, keepdims=True)
    fractions = np.where(sums > 0, table / np.maximum(sums, 1), np.nan)
    ax.set_facecolor("#dddddd")
    image = ax.imshow(fractions, cmap="Blues", vmin=0, vmax=1, interpolation="none")
    ax.spines[:].set_visible(False)
    if len(names) > NAMED:
        order = f"{len(names)} classes, in the order of the head"
        ax.set(xticks=[], yticks=[], xlabel=f"predicted class ({order})",
               ylabel=f"true class ({order}; {table.sum()} examples)")
        return image
    rows, columns = labels(table, names)
    ax.set_xticks(range(len(names)), columns, rotation=90, color=FAINT, **font(len(names)))
    ax.set_yticks(range(len(names)), rows, color=FAINT, **font(len(names)))
    ax.set(xlabel="predicted class", ylabel="true class (number of its examples)")
    if len(names) <= COUNTED:
        _write_counts(ax, table, fractions)
    return image


def _write_counts(ax: Axes, table: np.ndarray, fractions: np.ndarray) -> None:
    """Write the counts above zero into their cells, as large as the cells allow."""
    cell = ax.get_window_extent().width * 72 / DPI / len(table)  # points
    size = min(9, 0.5 * cell, 1.3 * cell / len(str(table.max())))
    for (row, column), count in np.ndenumerate(table):
        if count:
            shade = "white" if fractions[row, column] > 0.5 else INK
            ax.text(column, row, str(count), color=shade, fontsize=size, ha="center", va="center")
