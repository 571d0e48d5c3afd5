"""Confusion matrix: for each true class, the classes that the model predicted."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import PercentFormatter

from tubevit_np.plots.layout import sheet, shortened, words
from tubevit_np.plots.style import FAINT, place, tidy

SIDE, LEFT, TOP = 720, 330, 96  # pixels
NAMED = 60  # classes; more names would not be legible
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
    bottom = TOP + SIDE + (240 if len(names) <= NAMED else 40)
    figure = sheet(LEFT + SIDE + 130, bottom, title, CAPTION, 40, 52, size=12)
    image = draw_shares(place(figure, LEFT, TOP, SIDE, SIDE), table, names)
    bar = figure.colorbar(image, cax=place(figure, LEFT + SIDE + 24, TOP, 16, SIDE))
    bar.outline.set_visible(False)
    bar.ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    return figure


def draw_shares(ax: Axes, table: np.ndarray, names: Sequence[str]) -> AxesImage:
    """Draw the rows of a confusion matrix as fractions of their sums, white to dark blue.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    table : array, shape (K, K), int
        Counts by true class and predicted class. A class without examples becomes gray.
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
        ax.set(xticks=[], yticks=[], ylabel=f"{len(names)} classes, in the order of the head")
        return image
    short = [shortened(name) for name in names]
    font: dict[str, Any] = {"fontsize": min(7.5, 380 / len(names)), "color": FAINT}
    ax.set_xticks(range(len(names)), short, rotation=90, **font)
    ax.set_yticks(range(len(names)), short, **font)
    return image
