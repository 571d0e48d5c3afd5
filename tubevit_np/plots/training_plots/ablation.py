"""An ablation: how often each variant is right, against its operations and its training time."""

import numpy as np
from matplotlib.ticker import PercentFormatter

from tubevit_np.plots.layout import sheet, words
from tubevit_np.plots.style import FAINT, INK, place, tidy
from tubevit_np.plots.training_plots import curves

SIDE, LEFT, TOP, GAP = 460, 110, 120, 330  # pixels
SHADES = (*curves.SHADES, FAINT)
MARKS = "os^DvP*X"  # a variant has a mark of its own too, for those who see no color
CAPTION = words("ablation").caption


@tidy
def draw_ablation(rows, title):
    """A Figure of rows {variant, GFLOPs, seconds, both, spread}; names beside the right panel."""
    figure = sheet(LEFT + 2 * SIDE + 100 + GAP, TOP + SIDE + 90, title, CAPTION, 40, 52, tail=50,
                   size=12)
    for k, (cost, label) in enumerate((("GFLOPs", "GFLOPs of a clip"), ("seconds", "seconds"))):
        ax = place(figure, LEFT + k * (SIDE + 100), TOP, SIDE, SIDE)
        draw_points(ax, rows, cost)
        ax.set(xlabel=label, ylim=limits(rows))
        ax.yaxis.set_major_formatter(PercentFormatter(1))
    name_points(ax, rows)
    return figure


def draw_points(ax, rows, cost):
    """Each variant at its cost, from 0."""
    for k, row in enumerate(rows):
        ax.errorbar(row[cost], row["both"], row["spread"], fmt=MARKS[k % 8], color=SHADES[k % 8],
                    markersize=6, capsize=2, linewidth=1)
    ax.set_xlim(0, 1.08 * max(row[cost] for row in rows))
    ax.grid(axis="y", color="#eeeeee", linewidth=0.8)
    ax.set_axisbelow(True)


def name_points(ax, rows):
    """Names at the height of their points, apart from each other, with their marks."""
    low, high = ax.get_ylim()
    fractions = [(row["both"] - low) / (high - low) for row in rows]
    for k, at in enumerate(curves.spread(np.array(fractions), 0.07)):
        ax.plot(1.05, at, MARKS[k % 8], color=SHADES[k % 8], markersize=5, clip_on=False,
                transform=ax.transAxes)
        ax.text(1.09, at, f"{rows[k]['variant']}  {rows[k]['both']:.1%}", color=INK, va="center",
                fontsize=8, transform=ax.transAxes)
    ax.text(1.05, 1.04, "verb and noun both right", color=FAINT, fontsize=8,
            transform=ax.transAxes)


def limits(rows):
    """Around all bars, with some room."""
    low = min(row["both"] - row["spread"] for row in rows)
    high = max(row["both"] + row["spread"] for row in rows)
    room = 0.08 * (high - low) + 0.01
    return low - room, high + room
