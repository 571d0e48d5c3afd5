"""Which kernels respond to motion, rather than to flicker or to static patterns."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tubevit_np.plots.analysis.measured import Measured
from tubevit_np.plots.analysis.null_models import random_directions
from tubevit_np.plots.analysis.spectrum import direction_selectivity, separability
from tubevit_np.plots.analysis.synthetic_kernels import references
from tubevit_np.plots.free_labels import free_label
from tubevit_np.plots.layout import MARGIN, TOP, columned, shaded, words
from tubevit_np.plots.style import FAINT, INK, LINE, place, tidy

SIDE, GAP = 500, 120  # pixels
WORDS = words("motion")


@tidy
def draw_movement(ax: Axes, w: np.ndarray, own: Mapping[str, np.ndarray],
                  plain: Mapping[str, np.ndarray], shade: str) -> None:
    """Draw direction selectivity against separability for the kernels of one tube.

    Random kernels and synthetic kernels are drawn for comparison.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    w : array, shape (kt, kh, kw, 3, D)
        Learned kernels.
    own : dict of arrays, shape (D,)
        Scores of the learned kernels, from `measure`.
    plain : dict of arrays, shape (D,)
        Scores of untrained kernels.
    shade : str
        Color of the learned kernels.
    """
    chance = random_directions(w, np.random.default_rng(0))
    random = {"separability": separability(chance), "direction": direction_selectivity(chance)}
    points = [np.stack([scores["separability"], scores["direction"]], axis=1)
              for scores in (random, plain, own)]
    looks: tuple[dict[str, Any], ...] = (
        {"s": 9, "color": LINE, "linewidth": 0},
        {"s": 12, "facecolor": "none", "edgecolor": FAINT, "linewidth": 0.7},
        {"s": 16, "color": shade, "linewidth": 0, "alpha": 0.85})
    for at, look in zip(points, looks, strict=True):
        ax.scatter(*at.T, **look)
    ax.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="space-time separability")
    _draw_references(ax, w.shape[:3], np.concatenate(points))


@tidy
def draw_movements(measured: Mapping[str, Measured], untrained: Mapping[str, Measured],
                   title: str = "Moving, flickering or static") -> Figure:
    """Draw direction selectivity against separability for all video tubes.

    Parameters
    ----------
    measured, untrained : dict of Measured
        Learned and untrained kernels by tube name.
    title : str, optional
        Title of the page.

    Returns
    -------
    Figure
        A page with one column per video tube.
    """
    tubes, step = shaded(measured, moving=True), SIDE + GAP
    width, draw = 2 * MARGIN + max(3, len(tubes)) * step - GAP, partial(_draw_column, untrained)
    return columned(tubes, step, width, TOP + SIDE + 160, title, WORDS.caption, draw)


def _draw_column(untrained, figure, left, name, found, shade):
    """Draw one tube."""
    ax = place(figure, left + 30, TOP + 40, SIDE, SIDE)
    draw_movement(ax, found.w, found.own, untrained[name].own, shade)
    ax.set(ylabel="" if left > MARGIN else "direction selectivity")


def _draw_references(ax, size, points):
    """Draw a star with its name for each kind of synthetic kernel; the names hide no points."""
    known = references(size, np.random.default_rng(0))
    stars = {name: (np.median(separability(kernels)), np.median(direction_selectivity(kernels)))
             for name, kernels in known.items()}
    hide, taken = np.concatenate([points, list(stars.values())]), []
    for name, at in stars.items():
        ax.plot(*at, "*", color=INK, markersize=9, markeredgecolor="white", clip_on=False,
                markeredgewidth=0.6, zorder=5)
        free_label(ax, at, name, hide, taken)
