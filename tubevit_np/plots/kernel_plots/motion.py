"""Which kernels respond to motion, rather than to flicker or to static patterns."""

from collections.abc import Mapping
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tubevit_np.plots.analysis.measured import Measured
from tubevit_np.plots.analysis.null_models import random_directions
from tubevit_np.plots.analysis.spectrum import direction_selectivity, separability
from tubevit_np.plots.analysis.synthetic_kernels import references
from tubevit_np.plots.layout import MARGIN, TOP, columned, shaded, words
from tubevit_np.plots.style import FAINT, INK, LINE, place, tidy

SIDE, GAP = 500, 120  # pixels
RIGHT = {"xytext": (7, 6)}
LABEL_OFFSETS = {  # these two points coincide
    "counterphase": {"xytext": (9, 7), "ha": "right"},
    "static": {"xytext": (9, 17), "ha": "right"}}
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
    ax.scatter(separability(chance), direction_selectivity(chance), s=9, color=LINE, linewidth=0)
    ax.scatter(plain["separability"], plain["direction"], s=12, facecolor="none", edgecolor=FAINT,
               linewidth=0.7)
    ax.scatter(own["separability"], own["direction"], s=16, color=shade, linewidth=0, alpha=0.85)
    known = references(w.shape[:3], np.random.default_rng(0))
    for name, kernels in known.items():
        at = np.median(separability(kernels)), np.median(direction_selectivity(kernels))
        ax.plot(*at, "*", color=INK, markersize=9, markeredgecolor="white", clip_on=False,
                markeredgewidth=0.6, zorder=5)
        ax.annotate(name, at, textcoords="offset points", fontsize=7.5,
                    **LABEL_OFFSETS.get(name, RIGHT),
                    bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 1})
    ax.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="space-time separability")


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
