"""The result of an ablation: accuracy of each variant against operations and training time."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from tubevit_np.plots.layout import sheet, words
from tubevit_np.plots.style import FAINT, INK, place, tidy
from tubevit_np.plots.training_plots import curves

SIDE, LEFT, TOP, GAP = 460, 110, 120, 330  # pixels
SHADES = (*curves.SHADES, FAINT)
MARKS = "os^DvP*X"  # a mark for each variant, for readers who cannot see colors
CAPTION = words("ablation").caption


@tidy
def draw_ablation(rows: Sequence[Mapping[str, Any]], title: str) -> Figure:
    """Draw the accuracy of all variants against their operations and their training time.

    Parameters
    ----------
    rows : list of dict
        One for each variant: "variant" (its name), "GFLOPs" of a clip, "seconds" of training,
        "both" (fraction of clips with verb and noun correct) and its "spread" between seeds.
    title : str
        Title of the page.

    Returns
    -------
    Figure
        Two panels, with the names on the right.
    """
    figure = sheet(LEFT + 2 * SIDE + 100 + GAP, TOP + SIDE + 90, title, CAPTION, 40, 52, tail=50,
                   size=12)
    labels = {"GFLOPs": "GFLOPs per clip", "seconds": "seconds of training"}
    for k, (cost, label) in enumerate(labels.items()):
        ax = place(figure, LEFT + k * (SIDE + 100), TOP, SIDE, SIDE)
        draw_points(ax, rows, cost)
        ax.set(xlabel=label, ylim=limits(rows))
        ax.yaxis.set_major_formatter(PercentFormatter(1))
    name_points(ax, rows)
    return figure


def draw_points(ax: Axes, rows: Sequence[Mapping[str, Any]], cost: str) -> None:
    """Draw the accuracy of each variant against its cost, which starts at 0.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    rows : list of dict
        As in `draw_ablation`.
    cost : str
        "GFLOPs" or "seconds".
    """
    for k, row in enumerate(rows):
        ax.errorbar(row[cost], row["both"], row["spread"], fmt=MARKS[k % 8], color=SHADES[k % 8],
                    markersize=6, capsize=2, linewidth=1)
    ax.set_xlim(0, 1.08 * max(row[cost] for row in rows))
    ax.grid(axis="y", color="#eeeeee", linewidth=0.8)
    ax.set_axisbelow(True)


def name_points(ax: Axes, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the names of the variants at the heights of their points, without overlap."""
    low, high = ax.get_ylim()
    fractions = [(row["both"] - low) / (high - low) for row in rows]
    for k, at in enumerate(curves.spread(np.array(fractions), 0.07)):
        ax.plot(1.05, at, MARKS[k % 8], color=SHADES[k % 8], markersize=5, clip_on=False,
                transform=ax.transAxes)
        ax.text(1.09, at, f"{rows[k]['variant']}  {rows[k]['both']:.1%}", color=INK, va="center",
                fontsize=8, transform=ax.transAxes)
    ax.text(1.05, 1.04, "verb and noun both correct", color=FAINT, fontsize=8,
            transform=ax.transAxes)


def limits(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Return the limits of the accuracy axis: all error bars, and some space."""
    low = min(row["both"] - row["spread"] for row in rows)
    high = max(row["both"] + row["spread"] for row in rows)
    room = 0.08 * (high - low) + 0.01
    return low - room, high + room
