"""Arrays as pictures: a matrix in colors, probabilities as bars."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from tubevit_np.plots.style import FAINT, INK, LINE, TUBE_COLORS, color, tidy


@tidy
def draw_matrix(ax: Axes, matrix: np.ndarray, title: str = "", rows: str = "", columns: str = "",
                signed: bool = True) -> None:
    """Draw a matrix in colors, with a color bar that shows its limits.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    matrix : array, shape (n, m)
        The matrix; its first row is drawn on top.
    title, rows, columns : str, optional
        Title, and labels of the vertical and horizontal axis.
    signed : bool, default True
        If True, red is above zero, blue below zero, white is zero. If False, white is zero and the
        largest value is black.
    """
    most = np.abs(matrix).max()
    image = ax.imshow(matrix, cmap="RdBu_r" if signed else "Greys", vmin=-most if signed else 0,
                      vmax=most, interpolation="none", aspect="auto")
    ax.set(title=title, xlabel=columns, ylabel=rows)
    for axis in (ax.xaxis, ax.yaxis):
        locator = cast(MaxNLocator, axis.get_major_locator())
        locator.set_params(integer=True)  # no ticks between two rows
    ax.spines[:].set(visible=True)
    bar = ax.figure.colorbar(image, ax=ax, ticks=[-most, 0, most] if signed else [0, most],
                             format="%.2g", fraction=0.03, pad=0.02, aspect=40)
    bar.outline.set_visible(False)


@tidy
def mark_tubes(ax: Axes, counts: Sequence[int], across: bool = False) -> None:
    """Mark the tubes along the rows of a matrix of tokens: bars in their colors, and thin lines.

    Parameters
    ----------
    ax : Axes
        Axes of `draw_matrix`.
    counts : sequence of int
        Number of tokens of each tube.
    across : bool, default False
        If True, mark the columns too.
    """
    first = -0.5
    for i, count in enumerate(counts):
        edge, span = (-0.035, -0.035), (first + 0.3, first + count - 0.3)
        bar: dict[str, Any] = {"color": color(i), "linewidth": 5, "solid_capstyle": "butt",
                               "clip_on": False}
        ax.axhline(first, color=FAINT, linewidth=0.6)
        ax.plot(edge, span, transform=ax.get_yaxis_transform(), **bar)
        if across:
            ax.axvline(first, color=FAINT, linewidth=0.6)
            ax.plot(span, edge, transform=ax.get_xaxis_transform(), **bar)
        first += count
    ax.set(yticks=[], **{"xticks": []} if across else {})


@tidy
def draw_scores(ax: Axes, names: Sequence[str], shares: np.ndarray | Sequence[float],
                right: int | None = None, title: str = "") -> None:
    """Draw a bar for each class.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    names : sequence of str
        Names of the classes, from top to bottom.
    shares : array, shape (K,)
        Probabilities or fractions in [0, 1], written in percent.
    right : int, optional
        Index of the true class, drawn in red.
    title : str, optional
        Title.
    """
    shades = [TUBE_COLORS[3] if k == right else TUBE_COLORS[4] for k in range(len(names))]
    ax.barh(names, shares, color=shades, height=0.7)
    for k, share in enumerate(shares):
        ax.text(share + 0.015, k, f"{share:.0%}", va="center", fontsize=8, color=INK)
    ax.set(title=title, xlim=(0, 1.15), xticks=[0, 0.5, 1])
    ax.invert_yaxis()
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color=LINE, linewidth=0.5)
    ax.set_axisbelow(True)
